// A token endpoint that takes its time, or whose answer is lost: what was spent for it is not.

import { createHttp } from '../../main/net/http.js'
import { answerLink } from '../support/person.js'
import type { RunningProvider } from '../provider/provider.js'
import { expect, MINUTE, SECOND, test } from '../support/signed-in.js'

const DUE = 59 * MINUTE

/** Has the token endpoint answer once another request, sent after its own, has waited in vain. */
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

/** Has the token endpoint do its work, and answer when `release` is called. */
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

/** The refresh token that the next answer brings. */
function issuedBy({ misbehave }: RunningProvider): () => unknown {
  let issued: unknown
  misbehave.tokenResponse = (json) => {
    issued = json['refresh_token']
    return json
  }
  return () => issued
}

/** All that can happen without the provider has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test.describe('what spends something is waited for when others are given up:', () => {
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

test.describe('closing waits for as long as the provider works on it', () => {
  test('a renewal: its new refresh token is kept', async ({ signedIn }) => {
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

  test('a sign-in: its tokens are ended at the provider', async ({ start }) => {
    const { agent, clock, provider, signIn, sessionStore } = await start()
    const { working, release } = hold(provider)
    const issued = issuedBy(provider)
    const page = fetch(await answerLink(await signIn()))
    await working
    let isClosed = false
    const closed = agent.close().then(() => void (isClosed = true))
    expect(await (await page).text()).toContain('This sign-in was cancelled')
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

  test('and no longer than three seconds for a provider that does not end them then', async ({
    start,
  }) => {
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

test.describe('where the answer is lost on its way', () => {
  for (const token of ['answer-lost', 'reset', 'truncated'] as const) {
    test(`RFC 6749 section 4.1.2: a code is not sent again (${token})`, async ({ start }) => {
      const { provider, signIn, reached } = await start({ provider: { misbehave: { token } } })
      await fetch(await answerLink(await signIn()))
      await reached('failed')
      expect(provider.requests.token).toBe(1)
    })

    test(`a refresh token is sent again at once, and once only (${token})`, async ({
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

  test('the session goes on where the provider has a grace for it, and nobody notices', async ({
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

  test('after more than any grace it is left to the next try', async ({ signedIn }) => {
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
    test(`and one that came, or did not in time, is not asked for again (${token})`, async ({
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
