// The agent at a real provider, with a test clock.

import { expect } from '../support/expect.js'
import { defaultSession } from '../../main/agent/model.js'
import { SIGN_IN_MESSAGES } from '../../main/agent/agent-messages.js'
import { createAgent } from '../../main/agent/agent.js'
import { createHttp } from '../../main/net/http.js'
import { createCallbackListener } from '../../main/oauth/callback-listener.js'
import { PAGE_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { createTestClock } from '../support/clock.js'
import { test } from '../support/fixture.js'
import { altered, answerLink } from '../support/person.js'
import { owners } from '../support/owners.js'
import { createSessionView } from '../support/session-view.js'

test('a sign-in goes from waiting through exchanging to signed-in', async ({ start }) => {
  const { history, sessionStore, clock, signIn, reached } = await start()
  const page = await fetch(await answerLink(await signIn()))
  await reached('signed-in')

  expect(page.status).toBe(200)
  expect(await page.text()).toContain('Latchkey signed you in as Alice Adams (alice@example.com).')
  expect(history.map(({ event, status }) => [event.type, status.state])).toEqual([
    ['sign-in-started', 'waiting'],
    ['link-ready', 'waiting'],
    ['callback-diagnosed', 'waiting'],
    ['exchange-started', 'exchanging'],
    ['signed-in', 'signed-in'],
  ])
  expect(history.at(-1)?.status).toEqual({
    state: 'signed-in',
    account: { sub: 'alice', name: 'Alice Adams', email: 'alice@example.com' },
    expiresAt: new Date(clock.nowMs() + 3_600_000).toISOString(),
    reason: null,
  })
  const held = await sessionStore.read()
  expect(held?.tokens.refreshToken).toBeTruthy()
  expect(held?.tokens.scope).toContain('offline_access')
})

test('the listener is closed before the session is in the model', async ({ start }) => {
  const { agent, signIn } = await start()
  const callback = await answerLink(await signIn())
  const refused = new Promise((resolve) => {
    agent.subscribe((_model, { type }) => {
      if (type === 'signed-in')
        fetch(callback).then(
          () => resolve(false),
          () => resolve(true),
        )
    })
  })
  await fetch(callback)
  expect(await refused).toBe(true)
})

test('a denial at the provider is a result with a message, and the page shows it', async ({
  start,
}) => {
  const { signIn, reached } = await start()
  const page = await fetch(await answerLink(await signIn(), 'deny=yes'))

  expect(page.status).toBe(200)
  expect(await page.text()).toContain(PAGE_MESSAGES.denied.heading)
  expect((await reached('failed')).lastResult).toMatchObject({
    kind: 'denied',
    code: 'access-denied',
    reason: expect.stringContaining('denied at the provider'),
  })
})

test('a sign-in that times out ends, and its port is free', async ({ start }) => {
  const { clock, signIn, reached } = await start()
  const callback = await answerLink(await signIn())
  clock.advance(299_999)
  await expect(fetch(altered(callback, { state: 'x' }))).resolves.toHaveProperty('status', 400)
  clock.advance(1)

  expect((await reached('failed')).lastResult).toMatchObject({
    kind: 'expired',
    reason: expect.stringContaining('The sign-in timed out after 5 minutes.'),
  })
  await expect(fetch(callback)).rejects.toThrow('fetch failed')
})

test('once the person has answered, the time limit no longer counts', async ({ start }) => {
  const { clock, provider, signIn, reached } = await start({
    provider: {
      misbehave: { userinfo: 'hang', idToken: (claims) => void delete claims['email'] },
    },
    requestTimeoutMs: 1_000,
  })
  const page = fetch(await answerLink(await signIn()))
  await expect.poll(() => provider.requests.userinfo).toBe(1)
  clock.advance(300_000)

  expect((await page).status).toBe(200)
  await reached('signed-in')
})

test('cancelling restores the previous state, and frees the port', async ({ start }) => {
  const { agent, signIn, reached } = await start()
  const first = await answerLink(await signIn(), 'deny=yes')
  await fetch(first)
  const before = await reached('failed')

  const callback = await answerLink(await signIn())
  agent.cancel()
  expect(await reached('failed')).toEqual(before)
  await expect(fetch(callback)).rejects.toThrow('fetch failed')
})

test('a new sign-in replaces the old one, whose answer is then rejected', async ({ start }) => {
  const { agent, signIn, reached } = await start()
  const old = await answerLink(await signIn())
  const link = await signIn()

  expect(agent.model().signIns).toHaveLength(1)
  const port = new URL(new URL(link).searchParams.get('redirect_uri')!).port
  const late = new URL(old)
  late.port = port
  expect((await fetch(late)).status).toBe(400)

  await fetch(await answerLink(link, 'account=bob'))
  const session = defaultSession(await reached('signed-in'))
  expect(session).toMatchObject({ account: { sub: 'bob' } })
})

test('a failed second sign-in leaves the first account signed in, and says so', async ({
  start,
}) => {
  const { history, sessionStore, signIn, reached } = await start()
  await fetch(await answerLink(await signIn()))
  await reached('signed-in')
  await fetch(await answerLink(await signIn(), 'deny=yes'))
  await reached('signed-in')

  expect((await sessionStore.read())?.account.sub).toBe('alice')
  expect(history.at(-1)?.status).toMatchObject({
    state: 'signed-in',
    reason: expect.stringMatching(/^You are still signed in as Alice Adams\. .*denied/),
  })
})

test('F12: signing in as someone else adds their account, and leaves the first one alone', async ({
  start,
}) => {
  const { agent, history, provider, sessionStore, signIn, reached } = await start()
  await fetch(await answerLink(await signIn()))
  await reached('signed-in')
  await fetch(await answerLink(await signIn({ kind: 'other' }), 'account=bob'))
  await expect.poll(() => agent.model().accounts).toHaveLength(2)

  expect(sessionStore.all().map(({ account }) => account.sub)).toEqual(['alice', 'bob'])
  expect(provider.revoked).toEqual([])
  expect(history.at(-1)?.status).toMatchObject({ account: { sub: 'alice' }, reason: null })
})

test('signing in again as the same person revokes nothing', async ({ start }) => {
  const { agent, provider, signIn, reached } = await start()
  for (const _ of [1, 2]) {
    await fetch(await answerLink(await signIn()))
    await reached('signed-in')
  }
  await agent.close()
  expect(provider.revoked).toEqual([])
})

test('a session that cannot be renewed needs a new sign-in when it expires', async ({ start }) => {
  const { clock, sessionStore, signIn, reached } = await start({
    provider: { accessTokenTtlS: 120 },
    settings: { scope: 'openid profile email' },
  })
  await fetch(await answerLink(await signIn()))
  await reached('signed-in')

  clock.advance(120_000)
  const session = defaultSession(await reached('needs-sign-in'))
  expect(session).toMatchObject({ account: { sub: 'alice' } })
  expect(await sessionStore.read()).toBeNull()
})

test.describe('S19: signing out', () => {
  test('deletes the session here first, then revokes the refresh token (RFC 7009 section 2.1)', async ({
    start,
  }) => {
    const { agent, clock, history, provider, sessionStore, signIn, reached } = await start()
    await fetch(await answerLink(await signIn()))
    await reached('signed-in')
    const { refreshToken } = (await sessionStore.read())!.tokens

    let revokedAtWipe: number | null = null
    let heldAtWipe: unknown
    agent.subscribe((_model, { type }) => {
      if (type !== 'signed-out') return
      revokedAtWipe = provider.revoked.length
      void sessionStore.read().then((held) => (heldAtWipe = held))
    })
    await agent.signOut()

    expect(revokedAtWipe).toBe(0)
    expect(heldAtWipe).toBeNull()
    expect(clock.pending()).toBe(0)
    await agent.signOut() // Nothing is left to be ended.
    expect(provider.revoked).toEqual([refreshToken])
    expect(await sessionStore.read()).toBeNull()
    expect(history.at(-1)?.status).toEqual({
      state: 'signed-out',
      account: null,
      expiresAt: null,
      reason: null,
    })
  })

  for (const fault of ['server-error', 'reset', 'hang'] as const) {
    test(`deletes the session here even if revocation fails with ${fault}, and says so`, async ({
      start,
    }) => {
      const { agent, history, sessionStore, signIn, reached } = await start({
        provider: { misbehave: { revocation: fault } },
        requestTimeoutMs: 500,
      })
      await fetch(await answerLink(await signIn()))
      await reached('signed-in')
      await agent.signOut()

      expect(await sessionStore.read()).toBeNull()
      expect(history.at(-1)?.status).toMatchObject({
        state: 'signed-out',
        reason: expect.stringContaining('the provider could not be told'),
      })
    })
  }

  test('revokes the access token if there is no refresh token', async ({ start }) => {
    const { agent, provider, sessionStore, signIn, reached } = await start({
      settings: { scope: 'openid' },
    })
    await fetch(await answerLink(await signIn()))
    await reached('signed-in')
    const { accessToken, refreshToken } = (await sessionStore.read())!.tokens
    await agent.signOut()

    expect(refreshToken).toBeNull()
    expect(provider.revoked).toEqual([accessToken])
  })

  test('cancels a sign-in that is under way', async ({ start }) => {
    const { agent, signIn, reached } = await start()
    await signIn()
    await agent.signOut()
    await reached('signed-out')
    expect(agent.model().signIns).toEqual([])
  })

  test('changes nothing if nobody is signed in', async ({ start }) => {
    const { agent, provider, history } = await start()
    await agent.signOut()
    expect(history).toEqual([])
    expect(provider.requests.revocation).toBe(0)
  })
})

test.describe('closing', () => {
  test('cancels a sign-in that is under way, and leaves no port and no timer', async ({
    start,
  }) => {
    const { agent, clock, signIn, reached } = await start()
    const callback = await answerLink(await signIn())
    await agent.close()

    await reached('signed-out')
    await expect(fetch(callback)).rejects.toThrow('fetch failed')
    expect(clock.pending()).toBe(0)
  })

  test('waits only a moment for the provider to end the session', async ({ start }) => {
    const { agent, clock, provider, signIn, reached } = await start({
      provider: { misbehave: { revocation: 'hang' } },
      requestTimeoutMs: 60_000,
    })
    await fetch(await answerLink(await signIn()))
    await reached('signed-in')
    const signedOut = agent.signOut()
    await expect.poll(() => provider.requests.revocation).toBe(1)

    const closed = agent.close()
    clock.advance(3_000)
    await Promise.all([closed, signedOut])
  })

  test('leaves no timer of a session', async ({ start }) => {
    const { agent, clock, signIn, reached } = await start()
    await fetch(await answerLink(await signIn()))
    await reached('signed-in')
    await agent.close()
    expect(clock.pending()).toBe(0)
  })

  test('shows the end at once, and waits for tokens that may still come', async ({ start }) => {
    const { agent, clock, provider, signIn } = await start({
      provider: { misbehave: { token: 'hang' } },
      requestTimeoutMs: 60_000,
      spendingTimeoutMs: 500,
    })
    const page = fetch(await answerLink(await signIn()))
    await expect.poll(() => provider.requests.token).toBe(1)
    const closed = agent.close()
    expect(await (await page).text()).toContain('cancelled')
    clock.advance(15_000)
    await closed
  })

  test('a sign-in does not begin afterwards', async ({ start }) => {
    const { agent, history } = await start()
    await agent.close()
    agent.signIn()
    expect(history).toEqual([])
  })
})

test('if no browser can be opened, the person is told, and the sign-in waits', async ({
  start,
}) => {
  const { history, signIn, reached } = await start({
    openBrowser: () => Promise.reject(new Error('no browser')),
  })
  const link = await signIn()
  await expect.poll(() => history.at(-1)?.status.reason).toBe(SIGN_IN_MESSAGES.noBrowser)

  await fetch(await answerLink(link))
  await reached('signed-in')
})

test('without a provider a sign-in fails at once and says what to set', () => {
  const clock = createTestClock()
  const agent = createAgent({
    providers: [],
    signInTimeoutMs: 1_000,
    http: createHttp(),
    clock,
    listener: createCallbackListener({ clock, owners }),
    accountStore: createSessionView().accountStore,
    openBrowser: () => Promise.reject(new Error('not asked')),
  })
  agent.signIn()
  expect(agent.model()).toMatchObject({
    signIns: [],
    lastResult: { kind: 'failed', code: 'not-configured' },
  })
})

test('if the provider cannot be reached, the sign-in fails with a message', async ({ start }) => {
  const { agent, provider, reached } = await start()
  await provider.close()
  agent.signIn()
  expect((await reached('failed')).lastResult).toMatchObject({
    code: 'provider-unreachable',
    reason: expect.stringContaining('the connection was refused'),
  })
})

test('if the redirect port is taken, the sign-in fails and names the port', async ({ start }) => {
  const first = await start()
  const { port } = new URL(new URL(await first.signIn()).searchParams.get('redirect_uri')!)
  const second = await start({ redirectPorts: [Number(port)] })
  second.agent.signIn()

  expect((await second.reached('failed')).lastResult).toMatchObject({
    code: 'port-taken',
    reason: expect.stringContaining(`${port} is in use by `),
  })
})

test('an internal error is a failed sign-in, not a crash', async ({ start }) => {
  const { agent, reached } = await start({
    openBrowser: () => {
      throw new TypeError('not a function')
    },
  })
  agent.signIn()
  expect((await reached('failed')).lastResult).toMatchObject({
    code: 'unexpected',
    reason: expect.stringContaining('Something went wrong in Latchkey (TypeError)'),
  })
})
