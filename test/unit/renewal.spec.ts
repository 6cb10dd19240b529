// Renewing a session in time: when, for whom, how often, and in which order.

import { renewalDueMs, retryDelayMs } from '../../main/agent/renewal.js'
import { SESSION_MESSAGES } from '../../main/agent/session-messages.js'
import { findExpiryMs, restoredTokens, type TokenSet } from '../../main/oauth/token-endpoint.js'
import { answerLink } from '../support/person.js'
import { expect, HOUR, MINUTE, SECOND, test, type SignedIn } from '../support/signed-in.js'
import { defaultSession } from '../../main/agent/model.js'

const OBTAINED_MS = 1_000_000
const tokens = (lifeMs: number | null, refreshToken: string | null = 'r'): TokenSet => ({
  accessToken: 'a',
  accessTokenExpiresAtMs: lifeMs === null ? null : OBTAINED_MS + lifeMs,
  obtainedAtMs: OBTAINED_MS,
  refreshToken,
  idToken: 'i',
  scope: 'openid',
})

test.describe('a token is renewed', () => {
  for (const [life, lifeMs, beforeMs] of [
    ['30 days', 30 * 24 * HOUR, MINUTE],
    ['an hour', HOUR, MINUTE],
    ['5 minutes', 5 * MINUTE, MINUTE],
    ['4 minutes', 4 * MINUTE, 48 * SECOND],
    ['a minute', MINUTE, 12 * SECOND],
    ['10 seconds', 10 * SECOND, 2 * SECOND],
    ['2 seconds', 2 * SECOND, 400],
  ] as const) {
    test(`${beforeMs / SECOND} s before it expires if its lifetime is ${life}`, () => {
      expect(renewalDueMs(tokens(lifeMs))).toBe(OBTAINED_MS + lifeMs - beforeMs)
    })
  }

  for (const [name, given] of [
    ['it lives for only a second', tokens(SECOND)],
    ['it has already expired', tokens(0)],
    ['its lifetime is unknown', tokens(null)],
    ['there is no refresh token', tokens(HOUR, null)],
  ] as const) {
    test(`never on its own if ${name}`, () => {
      expect(renewalDueMs(given)).toBeNull()
    })
  }
})

test.describe('stored tokens from the future, because the clock was set back,', () => {
  const NOW_MS = OBTAINED_MS - 24 * HOUR
  const isLeft = (restored: TokenSet): number => findExpiryMs(restored, NOW_MS) - NOW_MS

  test('have expired if they can be renewed, and are renewed at once', () => {
    const restored = restoredTokens(tokens(HOUR), NOW_MS)
    expect(isLeft(restored)).toBe(0)
    expect(renewalDueMs(restored)).toBeLessThan(NOW_MS)
    expect(isLeft(restoredTokens(tokens(null), NOW_MS))).toBe(0)
  })

  test('have at most their lifetime from now on if they can’t', () => {
    expect(isLeft(restoredTokens(tokens(HOUR, null), NOW_MS))).toBe(HOUR)
    expect(restoredTokens(tokens(null, null), NOW_MS).accessTokenExpiresAtMs).toBeNull()
  })

  test('stay unchanged if they are not from the future', () => {
    expect(restoredTokens(tokens(HOUR), OBTAINED_MS)).toEqual(tokens(HOUR))
  })
})

test.describe('after failures in a row, the renewal is retried', () => {
  const STEADY_S = [5, 10, 20, 40, 80, 160, 300, 300, 300]
  for (const [index, seconds] of STEADY_S.entries()) {
    test(`after ${seconds / 2} to ${seconds} s for failure ${index + 1}`, () => {
      expect(retryDelayMs(index + 1, null, 0)).toBe(500 * seconds)
      expect(retryDelayMs(index + 1, null, 0.5)).toBe(750 * seconds)
      expect(retryDelayMs(index + 1, null, 1)).toBe(1_000 * seconds)
    })
  }

  test('after at most 5 minutes, even after ten thousand', () => {
    expect(retryDelayMs(10_000, null, 1)).toBe(5 * MINUTE)
  })

  test('not before the provider’s Retry-After, and later if our own delay is longer', () => {
    expect(retryDelayMs(1, 2 * MINUTE, 1)).toBe(2 * MINUTE)
    expect(retryDelayMs(1, 1 * SECOND, 1)).toBe(5 * SECOND)
    expect(retryDelayMs(1, 0, 0)).toBe(2_500)
  })
})

/** Advances the agent's clock to the renewal, and waits for it. */
async function renewedAfter({ clock, next }: SignedIn, ms: number): Promise<void> {
  const renewed = next('renewed')
  clock.advance(ms)
  await renewed
}

test.describe('the session of a signed-in user', () => {
  test('S39: is not renewed once another computer has taken the data directory', async ({
    signedIn,
  }) => {
    let isHeld = true
    const { clock, next, spent } = await signedIn({ holdsDirectory: () => isHeld })
    isHeld = false
    const failed = next('renewal-failed')
    clock.advance(59 * MINUTE)
    expect((await failed).reason).toBe(SESSION_MESSAGES.directoryTaken)
    expect(spent()).toEqual([])
  })

  test('is renewed a minute before its token expires, without a request', async ({ signedIn }) => {
    const session = await signedIn()
    const { agent, clock, first, history, provider, spent, sessionStore } = session
    clock.advance(59 * MINUTE - 1)
    expect(provider.requests.token).toBe(1)
    expect(history.at(-1)?.event.type).toBe('signed-in')

    const before = clock.nowMs()
    await renewedAfter(session, 1)
    expect(spent()).toEqual([first.tokens.refreshToken])
    expect(defaultSession(agent.model())).toMatchObject({
      kind: 'signed-in',
      account: { sub: 'alice' },
      renewal: { kind: 'idle' },
      expiresAtMs: before + 1 + HOUR,
      renewsAtMs: before + 1 + 59 * MINUTE,
    })
    const kept = (await sessionStore.read())!
    expect(kept.tokens.accessToken).not.toBe(first.tokens.accessToken)
    expect(kept.tokens.refreshToken).not.toBe(first.tokens.refreshToken)
    expect(kept.tokens.idToken).not.toBe(first.tokens.idToken)
    expect({ ...kept, tokens: null }).toEqual({ ...first, tokens: null })
  })

  test('is renewed again and again, each time with the newest token and one timer', async ({
    signedIn,
  }) => {
    const session = await signedIn()
    const { clock, spent } = session
    expect(clock.pending()).toBe(1)
    for (let count = 1; count <= 5; count++) {
      await renewedAfter(session, 59 * MINUTE)
      expect(spent()).toHaveLength(count)
      expect(clock.pending()).toBe(1)
    }
    expect(new Set(spent()).size).toBe(5)
  })

  test('shows no message about a renewal', async ({ signedIn }) => {
    const session = await signedIn()
    const { history, notices } = session
    await renewedAfter(session, 59 * MINUTE)
    expect(notices).toEqual([])
    expect(new Set(history.slice(-3).map(({ status }) => status.state))).toEqual(
      new Set(['signed-in']),
    )
  })

  for (const [name, change] of [
    ['refresh token', 'refresh_token'],
    ['ID token', 'id_token'],
    ['scope', 'scope'],
  ] as const) {
    test(`keeps its ${name} if the provider sends no new one (RFC 6749 section 6)`, async ({
      signedIn,
    }) => {
      const session = await signedIn({ provider: { rotates: false } })
      const { agent, first, provider, spent, sessionStore } = session
      provider.misbehave.tokenResponse = (json) => ({ ...json, [change]: undefined })
      await renewedAfter(session, 59 * MINUTE)

      const { accessToken, refreshToken, idToken, scope } = (await sessionStore.read())!.tokens
      expect(accessToken).not.toBe(first.tokens.accessToken)
      expect(refreshToken).toBe(first.tokens.refreshToken)
      expect(idToken === first.tokens.idToken).toBe(change === 'id_token')
      expect(scope).toBe('openid profile email offline_access')
      await agent.read(null)
      await renewedAfter(session, 59 * MINUTE)
      expect(new Set(spent())).toEqual(new Set([first.tokens.refreshToken]))
    })
  }

  test('is renewed at the provider’s current token endpoint', async ({ signedIn }) => {
    const { agent, provider } = await signedIn({ coldCache: true })
    provider.misbehave.metadata = (json) => ({
      ...json,
      token_endpoint: `${provider.issuer}/moved`,
    })
    await expect(agent.read(null)).rejects.toMatchObject({ code: 'provider-error' })
    expect(provider.requests.token).toBe(1)
  })

  test('is no longer renewed after a sign-out', async ({ signedIn }) => {
    const { agent, clock, provider } = await signedIn()
    await agent.signOut()
    expect(clock.pending()).toBe(0)
    clock.advance(2 * HOUR)
    await expect(agent.read(0)).rejects.toMatchObject({ code: 'not-signed-in' })
    expect(provider.requests.token).toBe(1)
  })

  test('is no longer renewed while Latchkey closes', async ({ signedIn }) => {
    const { agent, clock, history } = await signedIn()
    await agent.close()
    expect(clock.pending()).toBe(0)
    clock.advance(2 * HOUR)
    agent.wake()
    clock.advance(0)
    expect(history.at(-1)?.event.type).toBe('signed-in')
  })

  test('is not retried if a renewal fails while Latchkey closes', async ({ signedIn }) => {
    const { agent, clock, next, provider } = await signedIn({ coldCache: true })
    let closed: Promise<void> | undefined
    provider.misbehave.token = 'server-error'
    provider.misbehave.hold = (endpoint) => {
      if (endpoint === 'jwks') closed = agent.close()
      return undefined
    }
    const failed = next('renewal-failed')
    clock.advance(59 * MINUTE)
    await failed
    await closed
    expect(clock.pending()).toBe(0)
  })
})

test.describe('F08: a caller that reads the token', () => {
  test('gets the current one if it lives as long as requested', async ({ signedIn }) => {
    const { agent, clock, first, provider } = await signedIn()
    clock.advance(30 * MINUTE)
    for (const leastMs of [0, MINUTE, 30 * MINUTE]) {
      expect((await agent.read(leastMs)).tokens).toEqual(first.tokens)
    }
    expect(provider.requests.token).toBe(1)
  })

  test('gets a new one if less time is left', async ({ signedIn }) => {
    const { agent, clock, first, provider } = await signedIn()
    clock.advance(30 * MINUTE)
    const { tokens } = await agent.read(30 * MINUTE + 1)
    expect(tokens.accessToken).not.toBe(first.tokens.accessToken)
    expect(tokens.accessTokenExpiresAtMs).toBe(clock.nowMs() + HOUR)
    expect(provider.requests.token).toBe(2)
  })

  test('gets a new one if the caller asks for one', async ({ signedIn }) => {
    const { agent, first } = await signedIn()
    const { tokens } = await agent.read(null)
    expect(tokens.accessToken).not.toBe(first.tokens.accessToken)
  })

  test('gets the longest possible one if it asks for more, without causing many renewals', async ({
    signedIn,
  }) => {
    const { agent, clock, provider } = await signedIn({ provider: { accessTokenTtlS: 60 } })
    for (let second = 0; second < 20; second++) {
      const { tokens } = await agent.read(HOUR)
      expect(tokens.accessTokenExpiresAtMs).toBeGreaterThan(clock.nowMs())
      clock.advance(SECOND)
    }
    expect(provider.requests.token).toBe(1 + 4)
  })

  test('shares the result of a renewal shortly before', async ({ signedIn }) => {
    const { agent, clock, provider } = await signedIn()
    const { tokens } = await agent.read(null)
    clock.advance(5 * SECOND - 1)
    expect((await agent.read(null)).tokens).toEqual(tokens)
    clock.advance(1)
    expect((await agent.read(null)).tokens).not.toEqual(tokens)
    expect(provider.requests.token).toBe(3)
  })

  test('gets a new one if only a clock that was set back makes the last renewal look recent', async ({
    signedIn,
  }) => {
    const { agent, clock } = await signedIn()
    const { tokens } = await agent.read(null)
    clock.leap(-3 * HOUR)
    expect((await agent.read(null)).tokens).not.toEqual(tokens)
  })

  test('gets the same one for five minutes, and then a new one, if the provider names no lifetime', async ({
    signedIn,
  }) => {
    const { agent, clock, first, provider } = await signedIn({
      provider: { misbehave: { tokenResponse: (json) => ({ ...json, expires_in: undefined }) } },
    })
    // It is not renewed on its own: that would be every four minutes, for a token that may last for days.
    expect(defaultSession(agent.model())).toMatchObject({ expiresAtMs: null, renewsAtMs: null })
    expect(clock.pending()).toBe(0)
    clock.advance(4 * MINUTE)
    expect((await agent.read(MINUTE)).tokens).toEqual(first.tokens)
    clock.advance(20 * HOUR)
    const read = await Promise.all(Array.from({ length: 100 }, () => agent.read(MINUTE)))
    expect(new Set(read.map(({ tokens }) => tokens.accessToken)).size).toBe(1)
    expect(read[0]!.tokens.accessToken).not.toBe(first.tokens.accessToken)
    expect(provider.requests.token).toBe(2)
  })

  test('gets one without a lifetime or a refresh token at any time', async ({ signedIn }) => {
    const { agent, clock, first, reached } = await signedIn({
      settings: { scope: 'openid profile' },
      provider: { misbehave: { tokenResponse: (json) => ({ ...json, expires_in: undefined }) } },
    })
    clock.advance(24 * HOUR)
    expect((await agent.read(HOUR)).tokens).toEqual(first.tokens)
    await reached('signed-in')
  })

  test('gets one without a refresh token until it expires, and then a message', async ({
    signedIn,
  }) => {
    const { agent, clock, provider } = await signedIn({ settings: { scope: 'openid profile' } })
    clock.advance(30 * MINUTE)
    await agent.read(10 * MINUTE)
    const refusal = { code: 'no-refresh-token', message: SESSION_MESSAGES.noRefreshToken }
    await expect(agent.read(31 * MINUTE)).rejects.toMatchObject(refusal)
    await expect(agent.read(null)).rejects.toMatchObject(refusal)
    expect(defaultSession(agent.model())).toMatchObject({
      kind: 'signed-in',
      renewal: { kind: 'idle' },
    })
    expect(provider.requests.token).toBe(1)
  })

  test('gets a message if nobody is signed in', async ({ start }) => {
    const { agent, history, provider } = await start()
    for (const leastMs of [null, 0]) {
      await expect(agent.read(leastMs)).rejects.toMatchObject({ code: 'not-signed-in' })
    }
    expect(history).toEqual([])
    expect(provider.requests.token).toBe(0)
  })
})

test.describe('F09: one renewal serves all callers:', () => {
  test('a thousand readers at the moment when the token expires', async ({ signedIn }) => {
    const { agent, clock, first, provider } = await signedIn()
    clock.leap(HOUR)
    // The session's own renewal is also due.
    const early = Array.from({ length: 500 }, () => agent.read(MINUTE))
    clock.advance(30 * SECOND)
    const late = Array.from({ length: 500 }, (_, index) => agent.read(index % 2 ? MINUTE : null))
    const read = await Promise.all([...early, ...late])

    expect(provider.requests.token).toBe(2)
    expect(new Set(read.map(({ tokens }) => tokens.accessToken)).size).toBe(1)
    expect(read[0]?.tokens.accessToken).not.toBe(first.tokens.accessToken)
    await Promise.all(Array.from({ length: 1_000 }, () => agent.read(null)))
    expect(provider.requests.token).toBe(2)
  })

  test('readers that arrive one by one during the renewal', async ({ signedIn }) => {
    const { agent, provider } = await signedIn({ coldCache: true })
    const reads: Promise<unknown>[] = []
    // One reader for each answer that the renewal waits for.
    provider.misbehave.hold = () => {
      reads.push(agent.read(null))
      return undefined
    }
    await agent.read(null)
    await Promise.all(reads)
    expect(reads).toHaveLength(3)
    expect(provider.requests).toMatchObject({ discovery: 2, jwks: 2, token: 2 })
  })

  test('a thousand readers while the provider fails: one request, and the same message for all', async ({
    signedIn,
  }) => {
    const { agent, clock, provider } = await signedIn()
    provider.misbehave.token = 'server-error'
    const failures = await Promise.all(
      Array.from({ length: 1_000 }, () => agent.read(null).catch((thrown: unknown) => thrown)),
    )
    expect(new Set(failures).size).toBe(1)
    expect(failures[0]).toMatchObject({ code: 'provider-error' })
    // Another request at once would only fail again.
    for (let second = 0; second < 5; second++) {
      await expect(agent.read(null)).rejects.toBe(failures[0])
      expect(provider.requests.token).toBe(2)
      clock.leap(SECOND)
    }
    await expect(agent.read(null)).rejects.not.toBe(failures[0])
    expect(provider.requests.token).toBe(3)
  })

  test('but after a failure, a clock that was set back does not suppress the next request', async ({
    signedIn,
  }) => {
    const { agent, clock, provider } = await signedIn()
    provider.misbehave.token = 'server-error'
    await expect(agent.read(null)).rejects.toMatchObject({ code: 'provider-error' })
    provider.misbehave.token = undefined
    clock.leap(-3 * HOUR)
    await agent.read(null)
  })

  test('but a reader for which the current token is sufficient does not wait', async ({
    signedIn,
  }) => {
    const { agent, first, provider } = await signedIn()
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    provider.misbehave.hold = (endpoint) => (endpoint === 'token' ? held : undefined)
    const renewed = agent.read(null)
    expect((await agent.read(MINUTE)).tokens).toEqual(first.tokens)
    release()
    expect((await renewed).tokens).not.toEqual(first.tokens)
  })
})

test.describe('a rotated refresh token', () => {
  test('is stored before it is used and before any caller gets the new access token', async ({
    signedIn,
  }) => {
    const { agent, clock, first, history, spent, sessionStore } = await signedIn()
    const { write } = sessionStore
    let finish: () => void = () => undefined
    const writing = new Promise<string>((began) => {
      sessionStore.write = async (session) => {
        const { tokens, unanswered } = session
        // Stored while the request is under way.
        if (unanswered) return write(session)
        began(tokens.refreshToken!)
        await new Promise<void>((resolve) => (finish = resolve))
        await write({ ...(await sessionStore.read())!, tokens })
      }
    })
    const given: string[] = []
    const reads = [null, null, HOUR + 1].map((leastMs) =>
      agent.read(leastMs).then(({ tokens }) => given.push(tokens.refreshToken!)),
    )
    const rotated = await writing
    expect((await agent.read(MINUTE)).tokens).toEqual(first.tokens)
    clock.advance(2 * HOUR)
    reads.push(agent.read(MINUTE).then(({ tokens }) => given.push(tokens.refreshToken!)))
    // Everything that does not wait for the disk has run.
    await new Promise((resolve) => setImmediate(resolve))
    expect(given).toEqual([])
    expect(spent()).toHaveLength(1)
    expect(history.at(-1)?.event.type).toBe('renewal-started')

    sessionStore.write = write
    finish()
    await Promise.all(reads)
    expect(given.slice(0, 3)).toEqual([rotated, rotated, rotated])
  })

  test('that arrives after a sign-out is not stored, and is revoked', async ({ signedIn }) => {
    const { agent, provider, sessionStore } = await signedIn()
    let rotated: unknown
    let signedOut: Promise<void> | undefined
    provider.misbehave.tokenResponse = (json) => {
      rotated = json['refresh_token']
      signedOut = agent.signOut().then(() => undefined)
      return json
    }
    await expect(agent.read(null)).rejects.toMatchObject({ code: 'not-signed-in' })
    await signedOut
    expect(await sessionStore.read()).toBeNull()
    expect(defaultSession(agent.model())).toEqual({ kind: 'signed-out' })
    await expect.poll(() => provider.revoked).toContain(rotated)
  })
})

test.describe('if another sign-in replaces the session during a renewal,', () => {
  test('the same person’s new session is stored and read', async ({ signedIn }) => {
    const { agent, provider, signIn, next, sessionStore } = await signedIn()
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    let late: unknown
    const asked = new Promise<void>((resolve) => {
      provider.misbehave.hold = (endpoint) => {
        if (endpoint !== 'token') return undefined
        provider.misbehave.hold = undefined
        resolve()
        return held
      }
    })
    const renewal = agent.read(null).catch((thrown: unknown) => thrown)
    await asked
    const told = next('signed-in')
    await fetch(await answerLink(await signIn()))
    await told

    // A new caller does not wait for the old session's renewal.
    const session = await agent.read(null)
    provider.misbehave.tokenResponse = (json) => {
      late = json['refresh_token']
      return json
    }
    release()
    expect(await renewal).toMatchObject({ code: 'not-signed-in' })
    expect((await sessionStore.read())?.tokens).toEqual(session.tokens)
    expect((await agent.read(0)).tokens).toEqual(session.tokens)
    expect(defaultSession(agent.model())).toMatchObject({ kind: 'signed-in' })
    await agent.close()
    // The provider may treat both sessions as one, so the old one is not revoked.
    expect(provider.revoked).not.toContain(late)
  })
})

test.describe('after a sleep', () => {
  test('a renewal that became due meanwhile happens at once', async ({ signedIn }) => {
    const session = await signedIn()
    const { agent, clock, first, spent } = session
    clock.leap(8 * HOUR)
    agent.wake()
    await renewedAfter(session, 0)
    expect(spent()).toEqual([first.tokens.refreshToken])
    expect(clock.pending()).toBe(1)
  })

  test('a machine that does not report it notices by itself', async ({ signedIn }) => {
    const session = await signedIn()
    session.clock.leap(8 * HOUR)
    await renewedAfter(session, 30 * SECOND)
  })

  test('nothing happens if no renewal is due', async ({ signedIn }) => {
    const { agent, clock, provider } = await signedIn()
    clock.leap(30 * MINUTE)
    for (let count = 0; count < 100; count++) agent.wake()
    clock.advance(0)
    expect(clock.pending()).toBe(1)
    expect(provider.requests.token).toBe(1)
    clock.advance(28 * MINUTE)
    expect(provider.requests.token).toBe(1)
  })

  test('a wake-up before it is due restarts the wait by the wall clock', async ({ signedIn }) => {
    const { agent, clock, history, next } = await signedIn()
    // As in the tray app, which learns of each wake-up. The next plan goes by it.
    clock.longestNapMs = Infinity
    await agent.read(null)
    clock.leap(30 * MINUTE)
    agent.wake()
    const renewed = next('renewed')
    clock.advance(29 * MINUTE)
    expect(history.at(-1)?.event.type).toBe('renewal-started')
    await renewed
  })

  test('repeated wake-ups during a renewal cause no other one', async ({ signedIn }) => {
    const { agent, clock, next, provider } = await signedIn()
    clock.leap(8 * HOUR)
    const renewed = next('renewed')
    provider.misbehave.hold = () => {
      agent.wake()
      clock.advance(0)
      return undefined
    }
    agent.wake()
    clock.advance(0)
    await renewed
    expect(provider.requests.token).toBe(2)
  })

  test('a session that expired meanwhile and can’t be renewed ends', async ({ signedIn }) => {
    const { agent, clock, history, next, notices, sessionStore } = await signedIn({
      settings: { scope: 'openid profile' },
    })
    clock.leap(8 * HOUR)
    const ended = next('session-ended')
    agent.wake()
    clock.advance(0)
    expect((await ended).reason).toBe(SESSION_MESSAGES.expired)
    expect(await sessionStore.read()).toBeNull()
    expect(history.at(-1)?.status.state).toBe('needs-sign-in')
    expect(notices).toHaveLength(1)
  })

  test('nothing happens if nobody is signed in', async ({ start }) => {
    const { agent, clock, history } = await start()
    agent.wake()
    clock.advance(HOUR)
    expect(history).toEqual([])
  })
})

test.describe('if the clock is set', () => {
  test('ahead, the session is renewed within half a minute', async ({ signedIn }) => {
    const session = await signedIn()
    session.clock.leap(24 * HOUR)
    await renewedAfter(session, 30 * SECOND)
  })

  test('back, the session is renewed when its token’s hour is over, not a day later', async ({
    signedIn,
  }) => {
    const session = await signedIn({ inTime: false })
    const { agent, clock, provider } = session
    clock.leap(-24 * HOUR)
    agent.wake()
    clock.advance(59 * MINUTE - 1)
    expect(provider.requests.token).toBe(1)
    // By then the clock is correct again. Otherwise the provider's ID token would be rejected.
    clock.leap(23 * HOUR + 1 * MINUTE)
    await renewedAfter(session, 1)
    expect(provider.requests.token).toBe(2)
  })

  test('back during a request, the next renewal still happens when the token’s hour is over', async ({
    signedIn,
  }) => {
    const session = await signedIn()
    const { agent, clock, provider } = session
    provider.misbehave.hold = (endpoint) => {
      if (endpoint === 'token') clock.leap(-24 * HOUR)
      return undefined
    }
    await agent.read(null)
    provider.misbehave.hold = undefined
    expect(provider.requests.token).toBe(2)
    clock.advance(59 * MINUTE - 1)
    await agent.read(MINUTE)
    expect(provider.requests.token).toBe(2)
    await renewedAfter(session, 1)
    expect(provider.requests.token).toBe(3)
  })

  test('back during a sign-in without a refresh token, the session still ends after its hour', async ({
    signedIn,
  }) => {
    const { agent, clock, provider, signIn, next } = await signedIn()
    provider.misbehave.tokenResponse = ({ refresh_token: _none, ...tokens }) => tokens
    provider.misbehave.hold = (endpoint) => {
      if (endpoint === 'token') clock.leap(-24 * HOUR)
      return undefined
    }
    const told = next('signed-in')
    await fetch(await answerLink(await signIn({ kind: 'other' }), 'account=bob'))
    await told
    const ended = next('session-ended')
    clock.advance(HOUR)
    expect(await ended).toMatchObject({ reason: SESSION_MESSAGES.expired })
    expect(agent.model().accounts[1]).toMatchObject({ kind: 'needs-sign-in' })
  })
})
