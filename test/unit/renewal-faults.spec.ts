// Messages and retries if the provider, the network or the clock fails during a renewal.

import { ERROR_MESSAGES } from '../../main/base/base-messages.js'
import { answerLink } from '../support/person.js'
import type { Misbehaviour } from '../provider/provider.js'
import { expect, HOUR, MINUTE, SECOND, test, type SignedIn } from '../support/signed-in.js'
import { defaultSession } from '../../main/agent/model.js'
import {
  TOKEN_MESSAGES,
  METADATA_MESSAGES,
  ID_TOKEN_MESSAGES,
} from '../../main/oauth/oauth-messages.js'

/** Advances the agent's clock to the renewal, and waits until it has failed. */
async function failedAfter(
  { clock, next }: SignedIn,
  ms: number,
): Promise<Awaited<ReturnType<SignedIn['next']>>> {
  const failed = next('renewal-failed')
  clock.advance(ms)
  return failed
}

async function renewedAfter({ clock, next }: SignedIn, ms: number): Promise<void> {
  const renewed = next('renewed')
  clock.advance(ms)
  await renewed
}

const DUE = 59 * MINUTE

test.describe('S17: a session that the provider has ended', () => {
  const refuse = async (session: SignedIn): Promise<void> => {
    session.provider.misbehave.token = 'invalid-grant'
    const ended = session.next('session-ended')
    session.clock.advance(DUE)
    await ended
  }

  test('ends here too: it is deleted and reported once, and the user is asked to sign in again', async ({
    signedIn,
  }) => {
    const session = await signedIn()
    const { agent, clock, history, notices, provider, sessionStore } = session
    await refuse(session)

    expect(await sessionStore.read()).toBeNull()
    expect(history.at(-1)?.status).toEqual({
      state: 'needs-sign-in',
      account: { sub: 'alice', name: 'Alice Adams', email: 'alice@example.com' },
      expiresAt: null,
      reason: TOKEN_MESSAGES.sessionEnded,
    })
    expect(notices).toEqual([
      {
        title: 'Sign in again',
        body: TOKEN_MESSAGES.sessionEnded,
        onClick: { kind: 'sign-in-account', id: agent.model().accounts[0]!.id },
      },
    ])

    // No more requests are sent to the provider.
    const told = history.length
    expect(clock.pending()).toBe(0)
    agent.wake()
    clock.advance(24 * HOUR)
    await expect(agent.read(0)).rejects.toMatchObject({ code: 'not-signed-in' })
    expect(provider.requests.token).toBe(2)
    expect(provider.revoked).toEqual([])
    expect(history).toHaveLength(told)
  })

  test('is reported once, even if a thousand callers ask at that moment', async ({ signedIn }) => {
    const { agent, history, notices, provider } = await signedIn()
    provider.misbehave.token = 'invalid-grant'
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, () => agent.read(null).catch((thrown: unknown) => thrown)),
    )
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toMatchObject({ code: 'invalid-grant' })
    expect(provider.requests.token).toBe(2)
    expect(notices).toHaveLength(1)
    expect(history.filter(({ event }) => event.type === 'session-ended')).toHaveLength(1)
  })

  test('is followed by a lasting one after the user has signed in again', async ({ signedIn }) => {
    const session = await signedIn()
    const { provider, signIn, reached, history } = session
    await refuse(session)
    provider.misbehave.token = undefined
    await fetch(await answerLink(await signIn()))
    await reached('signed-in')
    expect(history.at(-1)?.status.reason).toBeNull()
    await renewedAfter(session, DUE)
  })
})

/** All faults except `answer-lost`, which spends the refresh token. */
const FAILURES: readonly [
  name: string,
  misbehave: Misbehaviour,
  renewal: 'offline' | 'failing',
  words: string,
][] = [
  ['a network that cuts the connection', { discovery: 'reset' }, 'offline', 'could not be reached'],
  ['a token endpoint that cuts it', { token: 'reset' }, 'offline', 'the connection was cut'],
  ['a provider that takes too long', { token: 'hang' }, 'offline', 'took more than'],
  ['one that drips its answer', { token: 'drip' }, 'offline', 'took more than'],
  [
    'a provider out of order',
    { token: 'server-error' },
    'failing',
    TOKEN_MESSAGES.failed('renewal', 500),
  ],
  [
    'one that is closed for repairs',
    { token: 'unavailable' },
    'failing',
    TOKEN_MESSAGES.failed('renewal', 503),
  ],
  ['one whose settings are out of order', { discovery: 'server-error' }, 'failing', 'answered 500'],
  [
    'one whose keys are out of order',
    { jwks: 'server-error' },
    'failing',
    METADATA_MESSAGES.unreadableKeys,
  ],
  ['too many requests', { token: 'rate-limited' }, 'failing', ERROR_MESSAGES.tooManyRequests],
  ['an answer that breaks off', { token: 'truncated' }, 'failing', 'broke off'],
  [
    'a hotel’s Wi-Fi in its place',
    { token: 'not-json' },
    'failing',
    TOKEN_MESSAGES.unreadable('renewal', 'access_token'),
  ],
  ['a hotel’s Wi-Fi at the start', { discovery: 'not-json' }, 'failing', 'is not an OpenID'],
  ['an answer of megabytes', { discovery: 'oversized' }, 'failing', 'stopped reading'],
  ['a redirect', { token: 'redirect' }, 'failing', 'redirect'],
  [
    'a client that the provider no longer knows',
    { token: 'echo' },
    'failing',
    'rejected the renewal of the session',
  ],
]

test.describe('S17: the user stays signed in and sees the reason, and the renewal is retried', () => {
  for (const [name, misbehave, renewal, words] of FAILURES) {
    test(`with ${name}`, async ({ signedIn }) => {
      const session = await signedIn({ coldCache: true, requestTimeoutMs: 1_000 })
      const { agent, clock, first, history, notices, provider, spent, sessionStore } = session
      Object.assign(provider.misbehave, misbehave)
      expect(await failedAfter(session, DUE)).toMatchObject({ renewal, failures: 1 })

      const { unanswered: _sent, ...stored } = (await sessionStore.read())!
      expect(stored).toEqual(first)
      const state = renewal === 'offline' ? 'offline' : 'renewal-failing'
      expect(history.at(-1)?.status).toMatchObject({
        state,
        account: { sub: 'alice' },
        reason: expect.stringContaining(words),
      })
      expect(notices).toEqual([])
      // Callers get the old token as long as it is valid.
      expect((await agent.read(MINUTE)).tokens).toEqual(first.tokens)

      Object.assign(provider.misbehave, { discovery: undefined, jwks: undefined, token: undefined })
      expect(clock.pending()).toBe(1)
      await renewedAfter(session, 5 * SECOND)
      expect(spent().at(-1)).toBe(first.tokens.refreshToken)
      expect(history.at(-1)?.status).toMatchObject({ state: 'signed-in', reason: null })
      expect(clock.pending()).toBe(1)
    })
  }

  test('and no refresh token is spent if the keys can’t be read', async ({ signedIn }) => {
    const session = await signedIn({ coldCache: true })
    session.provider.misbehave.jwks = 'reset'
    await failedAfter(session, DUE)
    expect(session.provider.requests.token).toBe(1)
  })

  test('less and less often, down to every five minutes, without end', async ({ signedIn }) => {
    let random = 1
    const session = await signedIn({ random: () => random })
    const { agent, clock, provider } = session
    provider.misbehave.token = 'server-error'
    const waits: number[] = []
    await failedAfter(session, DUE)
    for (const failures of [2, 3, 4, 5, 6, 7, 8, 9, 10]) {
      const model = defaultSession(agent.model())
      const dueMs = model.kind === 'signed-in' ? model.renewsAtMs! : NaN
      waits.push((dueMs - clock.nowMs()) / SECOND)
      const asked = provider.requests.token
      clock.advance(dueMs - clock.nowMs() - 1)
      expect(provider.requests.token).toBe(asked)
      if (failures === 9) random = 0
      expect(await failedAfter(session, 1)).toMatchObject({ failures })
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 150])

    provider.misbehave.token = undefined
    random = 1
    await renewedAfter(session, 150 * SECOND)
    // The next failure starts with short delays again.
    provider.misbehave.token = 'server-error'
    expect(await failedAfter(session, DUE)).toMatchObject({
      failures: 1,
      renewsAtMs: clock.nowMs() + 5 * SECOND,
    })
  })

  for (const [name, retryAfter, waitMs] of [
    ['seconds', '120', 2 * MINUTE],
    ['more than a day, which counts as a day', '1000000', 24 * HOUR],
    ['less than our own delay', '1', 5 * SECOND],
    ['nonsense', 'soon', 5 * SECOND],
  ] as const) {
    for (const token of ['rate-limited', 'unavailable'] as const) {
      test(`not before the provider’s Retry-After (${token}, ${name})`, async ({ signedIn }) => {
        const session = await signedIn({ provider: { misbehave: { retryAfter } } })
        const { agent, clock, provider } = session
        provider.misbehave.token = token
        await failedAfter(session, DUE)
        provider.misbehave.token = undefined

        // Neither callers nor a wake-up cause an earlier retry.
        clock.advance(waitMs - 1)
        agent.wake()
        clock.advance(0)
        if (waitMs > 5 * SECOND) {
          await expect(agent.read(null)).rejects.toMatchObject({ retryAfterMs: waitMs })
        }
        expect(provider.requests.token).toBe(2)
        await renewedAfter(session, 1)
      })
    }
  }

  test('not before the date that the provider names, by the provider’s clock', async ({
    signedIn,
  }) => {
    const session = await signedIn()
    const { clock, provider } = session
    const inTenMinutes = new Date(clock.nowMs() + DUE + 10 * MINUTE).toUTCString()
    Object.assign(provider.misbehave, { token: 'rate-limited', retryAfter: inTenMinutes })
    const event = await failedAfter(session, DUE)
    const waitMs = 'renewsAtMs' in event ? event.renewsAtMs! - clock.nowMs() : NaN
    // A header has no milliseconds.
    expect(Math.abs(waitMs - 10 * MINUTE)).toBeLessThanOrEqual(2 * SECOND)
  })

  test('at once when the machine wakes or the network returns', async ({ signedIn }) => {
    const session = await signedIn({ coldCache: true })
    const { agent, clock, provider } = session
    provider.misbehave.discovery = 'reset'
    for (let count = 0; count < 6; count++) await failedAfter(session, count ? 5 * MINUTE : DUE)
    provider.misbehave.discovery = undefined
    clock.leap(SECOND)
    agent.wake()
    await renewedAfter(session, 0)
    expect(clock.pending()).toBe(1)
  })

  test('by the wall clock: a machine that slept retries within a nap', async ({ signedIn }) => {
    const session = await signedIn({ coldCache: true })
    const { clock, provider } = session
    provider.misbehave.discovery = 'reset'
    for (let count = 0; count < 7; count++) await failedAfter(session, count ? 5 * MINUTE : DUE)
    provider.misbehave.discovery = undefined
    clock.leap(8 * HOUR)
    await renewedAfter(session, 30 * SECOND)
  })

  test('even after the token has expired, when callers get the reason', async ({ signedIn }) => {
    const session = await signedIn({ coldCache: true })
    const { agent, clock, provider, reached } = session
    provider.misbehave.discovery = 'reset'
    await failedAfter(session, DUE)
    clock.leap(8 * HOUR)
    await failedAfter(session, 30 * SECOND)
    await reached('offline')
    await expect(agent.read(MINUTE)).rejects.toMatchObject({
      code: 'provider-unreachable',
      message: expect.stringContaining('Check your network'),
    })
    provider.misbehave.discovery = undefined
    clock.advance(10 * SECOND)
    expect((await agent.read(MINUTE)).tokens.accessTokenExpiresAtMs).toBe(clock.nowMs() + HOUR)
  })

  test('but a sign-out ends the session and the retries', async ({ signedIn }) => {
    const session = await signedIn()
    const { agent, clock, first, history, provider } = session
    provider.misbehave.token = 'server-error'
    await failedAfter(session, DUE)
    await agent.signOut()
    expect(provider.revoked).toEqual([first.tokens.refreshToken])
    expect(clock.pending()).toBe(0)
    expect(history.at(-1)?.status).toMatchObject({ state: 'signed-out', reason: null })
  })
})

test.describe('if an answer with a rotated token is lost,', () => {
  test('the user is told about the network, and then that the provider has ended the session', async ({
    signedIn,
  }) => {
    const session = await signedIn()
    const { history, next, notices, provider, sessionStore, clock } = session
    provider.misbehave.token = 'answer-lost'
    await failedAfter(session, DUE)
    expect(history.at(-1)?.status.state).toBe('offline')

    provider.misbehave.token = undefined
    const ended = next('session-ended')
    clock.advance(5 * SECOND)
    await ended
    expect(history.at(-1)?.status).toMatchObject({
      state: 'needs-sign-in',
      reason: TOKEN_MESSAGES.sessionEnded,
    })
    expect(notices).toHaveLength(1)
    expect(await sessionStore.read()).toBeNull()
  })

  test('the session continues if the provider has a grace period', async ({ signedIn }) => {
    const session = await signedIn({ provider: { refreshGraceS: 30 } })
    const { first, history, provider, spent, sessionStore } = session
    provider.misbehave.token = 'answer-lost'
    await failedAfter(session, DUE)
    provider.misbehave.token = undefined
    await renewedAfter(session, 5 * SECOND)
    // A failed retry at once, and then another one.
    expect(new Set(spent())).toEqual(new Set([first.tokens.refreshToken]))
    expect(spent()).toHaveLength(3)
    expect((await sessionStore.read())!.tokens.refreshToken).not.toBe(first.tokens.refreshToken)
    expect(history.at(-1)?.status).toMatchObject({ state: 'signed-in', reason: null })
  })
})

test.describe('S16, OpenID Connect Core 12.2: a renewed ID token', () => {
  test('of another user ends the session, and its tokens are revoked', async ({ signedIn }) => {
    const session = await signedIn()
    const { agent, first, history, next, notices, clock, provider, sessionStore } = session
    let came: unknown
    provider.misbehave.idToken = (claims) => void (claims['sub'] = 'bob')
    provider.misbehave.tokenResponse = (json) => {
      came = json['refresh_token']
      return json
    }
    const ended = next('session-ended')
    clock.advance(DUE)
    expect((await ended).reason).toBe(ID_TOKEN_MESSAGES.anotherAccount)
    expect(await sessionStore.read()).toBeNull()
    expect(history.at(-1)?.status).toMatchObject({
      state: 'needs-sign-in',
      account: { sub: 'alice' },
    })
    expect(notices).toHaveLength(1)
    await expect.poll(() => provider.revoked).toEqual([came])
    expect(came).not.toBe(first.tokens.refreshToken)
    await expect(agent.read(0)).rejects.toMatchObject({ code: 'not-signed-in' })
  })

  for (const [name, misbehave] of [
    ['of another provider', { idToken: (claims) => void (claims['iss'] = 'https://a.example') }],
    ['for another application', { idToken: (claims) => void (claims['aud'] = 'other') }],
    ['without a sub', { idToken: (claims) => void delete claims['sub'] }],
    [
      'issued an hour in the future',
      { idToken: (claims) => void ((claims['iat'] as number) += 3_600) },
    ],
    ['not valid yet', { idToken: (claims) => void (claims['nbf'] = 9_999_999_999) }],
    [
      'with a signature that is not the provider’s',
      { idTokenRaw: (jwt) => `${jwt.slice(0, -8)}AAAAAAAA` },
    ],
    ['without a signature', { idTokenRaw: (jwt) => `e30.${jwt.split('.')[1]}.` }],
    [
      'beside an access token that is not its own',
      { idToken: (claims) => void (claims['at_hash'] = 'AAAAAAAAAAAAAAAAAAAAAA') },
    ],
  ] satisfies [string, Misbehaviour][]) {
    test(`${name} is ignored with its access token, but its refresh token is used for the next retry`, async ({
      signedIn,
    }) => {
      const session = await signedIn()
      const { agent, first, history, provider, spent, sessionStore } = session
      let rotated: unknown
      Object.assign(provider.misbehave, misbehave)
      provider.misbehave.tokenResponse = (json) => {
        rotated = json['refresh_token']
        return json
      }
      await failedAfter(session, DUE)
      const held = { ...first, tokens: { ...first.tokens, refreshToken: rotated } }
      expect(await sessionStore.read()).toEqual(held)
      expect(rotated).not.toBe(first.tokens.refreshToken)
      expect(history.at(-1)?.status).toMatchObject({
        state: 'renewal-failing',
        reason: expect.stringContaining('(its ID token) is not valid'),
      })
      expect((await agent.read(0)).tokens.accessToken).toBe(first.tokens.accessToken)

      Object.assign(provider.misbehave, { idToken: undefined, idTokenRaw: undefined })
      await renewedAfter(session, 5 * SECOND)
      expect(spent()).toEqual([first.tokens.refreshToken, held.tokens.refreshToken])
      expect(history.at(-1)?.status).toMatchObject({ state: 'signed-in', reason: null })
    })
  }

  test('that is ignored does not affect a refresh token without rotation', async ({ signedIn }) => {
    const session = await signedIn({ provider: { rotates: false } })
    const { first, provider, sessionStore } = session
    provider.misbehave.idTokenRaw = () => 'not-a-jwt'
    await failedAfter(session, DUE)
    expect(await sessionStore.read()).toEqual(first)
  })

  test('that was signed with a newly published key is accepted', async ({ signedIn }) => {
    const session = await signedIn()
    await session.provider.rotateKeys()
    await renewedAfter(session, DUE)
  })
})

test.describe('a wrong clock', () => {
  for (const [name, ms, words] of [
    ['three hours behind', -3 * HOUR, '3 hours behind the provider’s'],
    ['20 minutes behind', -20 * MINUTE, '20 minutes behind the provider’s'],
    ['12 minutes ahead', 12 * MINUTE, '12 minutes ahead of the provider’s'],
    ['three days ahead', 72 * HOUR, '3 days ahead of the provider’s'],
    ['a minute and a half behind', -90 * SECOND, '90 seconds behind the provider’s'],
  ] as const) {
    test(`${name} is named by the failed sign-in, with a remedy`, async ({ start }) => {
      const { clock, provider, signIn, reached, sessionStore } = await start()
      clock.leap(ms)
      const page = await fetch(await answerLink(await signIn()))
      const said = `This computer's clock is ${words.replace('’', "'")}`
      expect((await reached('failed')).lastResult).toMatchObject({
        code: 'wrong-clock',
        reason: expect.stringMatching(/Correct the clock, then sign in again\.$/),
      })
      const { lastResult } = await reached('failed')
      // A header has no milliseconds, and the sign-in takes its time.
      const reason = lastResult?.kind === 'failed' ? lastResult.reason : ''
      expect(reason.replace(/\b(89|91) seconds/, '90 seconds')).toContain(said)
      expect(await page.text()).toContain('clock is')
      expect(await sessionStore.read()).toBeNull()
      await expect.poll(() => provider.revoked).toHaveLength(1)
    })
  }

  for (const ms of [-20 * SECOND, 20 * SECOND, 9 * MINUTE]) {
    test(`by ${ms / SECOND} s has no effect`, async ({ start }) => {
      const { clock, signIn, reached } = await start()
      clock.leap(ms)
      await fetch(await answerLink(await signIn()))
      await reached('signed-in')
    })
  }

  for (const [name, misbehave] of [
    ['if the provider sends no valid Date', { date: 'today' }],
    [
      'where it is the ID token’s times that do not fit',
      { idToken: (claims) => void ((claims['iat'] as number) += 3 * 3_600) },
    ],
  ] satisfies [string, Misbehaviour][]) {
    test(`is not blamed ${name}`, async ({ start }) => {
      const { clock, signIn, reached } = await start({ provider: { misbehave } })
      if ('date' in misbehave) clock.leap(-3 * HOUR)
      await fetch(await answerLink(await signIn()))
      expect((await reached('failed')).lastResult).toMatchObject({
        code: 'invalid-id-token',
        reason: expect.not.stringContaining('clock'),
      })
    })
  }

  test('prevents renewal until it is correct, but does not end the session', async ({
    signedIn,
  }) => {
    const session = await signedIn({ inTime: false })
    const { agent, clock, history, provider, sessionStore } = session
    let rotated: unknown
    provider.misbehave.tokenResponse = (json) => {
      rotated = json['refresh_token']
      return json
    }
    clock.leap(-3 * HOUR)
    await expect(agent.read(null)).rejects.toMatchObject({ code: 'wrong-clock' })
    expect(history.at(-1)?.status).toMatchObject({
      state: 'renewal-failing',
      reason: expect.stringMatching(
        /^This computer's clock is 3 hours behind the provider's.*Latchkey then renews the session\.$/,
      ),
    })
    expect((await sessionStore.read())!.tokens.refreshToken).toBe(rotated)

    clock.leap(3 * HOUR)
    await renewedAfter(session, 5 * SECOND)
    expect(history.at(-1)?.status).toMatchObject({ state: 'signed-in', reason: null })
  })

  test('that is ahead prevents no renewal, because an ID token that looks old is ignored', async ({
    signedIn,
  }) => {
    const session = await signedIn({ inTime: false, provider: { accessTokenTtlS: 120 } })
    const { clock, first, sessionStore } = session
    clock.leap(3 * HOUR)
    await renewedAfter(session, 30 * SECOND)
    const { tokens } = (await sessionStore.read())!
    expect(tokens.idToken).toBe(first.tokens.idToken)
    expect(tokens.accessToken).not.toBe(first.tokens.accessToken)
  })
})
