// A slow token endpoint, or one whose answer is lost: a used code or token is not wasted.

import { createHttp } from '../../main/net/http.js'
import { PAGE_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { answerLink } from '../support/person.js'
import type { RunningProvider } from '../provider/provider.js'
import { expect, MINUTE, SECOND, test } from '../support/signed-in.js'

const DUE = 59 * MINUTE

/** Makes the token endpoint answer after a later request to another endpoint has timed out. */
function outlastPatience({ issuer, misbehave }: RunningProvider): void {
  const impatient = createHttp({ timeoutMs: 300 })
  misbehave.hold = (endpoint) => {
    if (endpoint !== 'token') return undefined
    misbehave.hold = undefined
    misbehave.userinfo = 'hang'
    const waited = impatient({ method: 'GET', url: `${issuer}/userinfo`, purpose: 'waiting' })
    return expect(waited)
      .rejects.toMatchObject({ code: 'provider-timeout' })
      .then(() => void (misbehave.userinfo = undefined))
  }
}

/** Makes the token endpoint do its work, and answer when `release` is called. */
function hold({ misbehave }: RunningProvider): { working: Promise<void>; release: () => void } {
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  const working = new Promise<void>((resolve) => {
    misbehave.hold = (endpoint) => {
      if (endpoint !== 'token') return undefined
      resolve()
      return held
    }
  })
  return { working, release }
}

/** The refresh token of the next answer. */
function issuedBy({ misbehave }: RunningProvider): () => unknown {
  let issued: unknown
  misbehave.tokenResponse = (json) => {
    issued = json['refresh_token']
    return json
  }
  return () => issued
}

/** Resolves when everything that does not need the provider has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test.describe('requests that use up a code or token have a longer time limit:', () => {
  const timeouts = { requestTimeoutMs: 300, spendingTimeoutMs: 60_000 }

  test('a code', async ({ start }) => {
    const { provider, signIn, reached } = await start(timeouts)
    outlastPatience(provider)
    await fetch(await answerLink(await signIn()))
    await reached('signed-in')
    expect(provider.requests.token).toBe(1)
  })

  test('a refresh token', async ({ signedIn }) => {
    const { agent, first, provider, spent } = await signedIn(timeouts)
    outlastPatience(provider)
    const { tokens } = await agent.read(null)
    expect(tokens.refreshToken).not.toBe(first.tokens.refreshToken)
    expect(spent()).toEqual([first.tokens.refreshToken])
  })
})

test.describe('closing waits while the provider works on', () => {
  test('a renewal, and stores its new refresh token', async ({ signedIn }) => {
    const { agent, clock, provider, sessionStore } = await signedIn()
    const { working, release } = hold(provider)
    const issued = issuedBy(provider)
    const renewed = agent.read(null)
    await working
    let isClosed = false
    const closed = agent.close().then(() => void (isClosed = true))
    for (let waited = 0; waited < 4; waited++) {
      clock.advance(15 * SECOND)
      await settled()
    }
    expect(isClosed).toBe(false)
    release()
    await closed
    expect((await sessionStore.read())!.tokens.refreshToken).toBe(issued())
    await renewed
  })

  test('a sign-in, and revokes its tokens', async ({ start }) => {
    const { agent, clock, provider, signIn, sessionStore } = await start()
    const { working, release } = hold(provider)
    const issued = issuedBy(provider)
    const page = fetch(await answerLink(await signIn()))
    await working
    let isClosed = false
    const closed = agent.close().then(() => void (isClosed = true))
    expect(await (await page).text()).toContain(PAGE_MESSAGES.cancelled.heading)
    for (let waited = 0; waited < 4; waited++) {
      clock.advance(15 * SECOND)
      await settled()
    }
    expect(isClosed).toBe(false)
    release()
    await closed
    expect(provider.revoked).toEqual([issued()])
    expect(await sessionStore.read()).toBeNull()
  })

  test('a sign-in, but only three seconds for the revocation', async ({ start }) => {
    const { agent, clock, provider, signIn } = await start()
    const { working, release } = hold(provider)
    void fetch(await answerLink(await signIn())).catch(() => undefined)
    await working
    const closed = agent.close()
    clock.advance(15 * SECOND)
    await settled()
    provider.misbehave.revocation = 'hang'
    release()
    await expect.poll(() => provider.requests.revocation).toBe(1)
    clock.advance(3 * SECOND)
    await closed
  })
})

test.describe('if an answer is lost,', () => {
  for (const token of ['answer-lost', 'reset', 'truncated'] as const) {
    test(`RFC 6749 section 4.1.2: a code is not sent again (${token})`, async ({ start }) => {
      const { provider, signIn, reached } = await start({ provider: { misbehave: { token } } })
      await fetch(await answerLink(await signIn()))
      await reached('failed')
      expect(provider.requests.token).toBe(1)
    })

    test(`a refresh token is sent again at once, but only once (${token})`, async ({
      signedIn,
    }) => {
      const { clock, first, next, provider, spent } = await signedIn()
      provider.misbehave.token = token
      const failed = next('renewal-failed')
      clock.advance(DUE)
      await failed
      const { refreshToken } = first.tokens
      expect(spent()).toEqual([refreshToken, refreshToken])
    })
  }

  test('the session continues without a message if the provider has a grace period', async ({
    signedIn,
  }) => {
    const { clock, first, history, next, provider, spent, sessionStore } = await signedIn({
      provider: { refreshGraceS: 10 },
    })
    provider.misbehave.token = 'answer-lost'
    let asked = 0
    provider.misbehave.hold = (endpoint) => {
      if (endpoint === 'token' && ++asked === 2) provider.misbehave.token = undefined
      return undefined
    }
    const renewed = next('renewed')
    clock.advance(DUE)
    await renewed
    const { refreshToken } = first.tokens
    expect(spent()).toEqual([refreshToken, refreshToken])
    expect((await sessionStore.read())!.tokens.refreshToken).not.toBe(refreshToken)
    expect(history.map(({ event }) => event.type)).not.toContain('renewal-failed')
  })

  test('after more than any grace period, the refresh token is not sent again until the next retry', async ({
    signedIn,
  }) => {
    const { clock, first, next, provider, spent } = await signedIn()
    provider.misbehave.token = 'answer-lost'
    provider.misbehave.hold = (endpoint) => {
      if (endpoint === 'token') clock.leap(30 * SECOND)
      return undefined
    }
    const failed = next('renewal-failed')
    clock.advance(DUE)
    await failed
    expect(spent()).toEqual([first.tokens.refreshToken])
  })

  for (const token of ['server-error', 'not-json', 'hang'] as const) {
    test(`but a refresh token is not sent again after an answer or a timeout (${token})`, async ({
      signedIn,
    }) => {
      const { clock, next, provider, spent } = await signedIn({ requestTimeoutMs: 500 })
      provider.misbehave.token = token
      const failed = next('renewal-failed')
      clock.advance(DUE)
      await failed
      expect(spent()).toHaveLength(1)
    })
  }
})
