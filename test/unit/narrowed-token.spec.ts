// Access tokens for fewer scopes than the session has: what is requested, for whom, and what stays as it is.

import { SESSION_MESSAGES } from '../../main/agent/session-messages.js'
import { defaultId, defaultSession } from '../../main/agent/model.js'
import type { NarrowedToken } from '../../main/agent/keeper-state.js'
import { TOKEN_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { answerLink } from '../support/person.js'
import { expect, HOUR, MINUTE, SECOND, test, type SignedIn } from '../support/signed-in.js'

const FULL = 'email offline_access openid profile'

function narrow(
  { agent }: SignedIn,
  scope = 'openid profile',
  leastMs: number | null = 0,
): Promise<NarrowedToken> {
  return agent.readNarrowed(defaultId(agent.model())!, { scope, leastMs })
}

/** The scopes that the requests with a refresh token asked for. */
function asked({ provider }: SignedIn): (string | null)[] {
  return provider.tokenRequests
    .filter((form) => form.get('grant_type') === 'refresh_token')
    .map((form) => form.get('scope'))
}

/** Waits for the next request for tokens, and holds its answer until `release` is called. */
function hold({ provider }: SignedIn): { reached: Promise<void>; release(): void } {
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  const reached = new Promise<void>((resolve) => {
    provider.misbehave.hold = (endpoint) => {
      if (endpoint !== 'token') return undefined
      provider.misbehave.hold = undefined
      resolve()
      return released
    }
  })
  return { reached, release }
}

test.describe('RFC 6749 section 6: a token for fewer scopes', () => {
  test('is for these alone, and the session keeps its own token and plan', async ({ signedIn }) => {
    const session = await signedIn()
    const { agent, clock, first, history, spent, sessionStore } = session
    const before = defaultSession(agent.model())
    const token = await narrow(session, 'profile  openid profile')
    expect(token).toEqual({
      accessToken: expect.any(String),
      expiresAtMs: clock.nowMs() + HOUR,
      scope: 'openid profile',
    })
    expect(token.accessToken).not.toBe(first.tokens.accessToken)
    expect(asked(session)).toEqual(['openid profile'])
    expect(spent()).toEqual([first.tokens.refreshToken])
    expect((await agent.read(0)).tokens).toMatchObject({
      accessToken: first.tokens.accessToken,
      accessTokenExpiresAtMs: first.tokens.accessTokenExpiresAtMs,
      scope: first.tokens.scope,
      idToken: first.tokens.idToken,
    })
    expect(defaultSession(agent.model())).toEqual(before)
    expect(history.map(({ event }) => event.type)).not.toContain('renewal-started')
    expect(clock.pending()).toBe(1)
    expect(JSON.stringify(await sessionStore.read())).not.toContain(token.accessToken)
  })

  test('is kept in memory while enough of its life is left, whatever the order of its scopes', async ({
    signedIn,
  }) => {
    const session = await signedIn()
    const { clock } = session
    const token = await narrow(session, 'openid profile', HOUR)
    clock.advance(30 * MINUTE)
    expect(await narrow(session, 'profile openid', 30 * MINUTE)).toEqual(token)
    expect(asked(session)).toHaveLength(1)
    const next = await narrow(session, 'openid profile', 30 * MINUTE + 1)
    expect(next.accessToken).not.toBe(token.accessToken)
    await narrow(session, 'openid email')
    expect(asked(session)).toEqual(['openid profile', 'openid profile', 'email openid'])
  })

  test('is requested once for all who ask at once or just after', async ({ signedIn }) => {
    const session = await signedIn({ provider: { accessTokenTtlS: 60 } })
    const tokens = await Promise.all([
      narrow(session),
      narrow(session, 'profile openid', null),
      narrow(session, 'openid profile', HOUR),
    ])
    tokens.push(await narrow(session, 'openid profile', null))
    expect(new Set(tokens.map(({ accessToken }) => accessToken)).size).toBe(1)
    expect(asked(session)).toHaveLength(1)
    session.clock.advance(5 * SECOND)
    await narrow(session, 'openid profile', null)
    expect(asked(session)).toHaveLength(2)
  })

  test('is the session’s own if it is for all of its scopes', async ({ signedIn }) => {
    const session = await signedIn()
    const { accessToken, accessTokenExpiresAtMs: expiresAtMs } = session.first.tokens
    const token = await narrow(session, 'profile offline_access email openid')
    expect(token).toEqual({ accessToken, expiresAtMs, scope: FULL })
    expect(asked(session)).toEqual([])
  })

  test('may be for fewer scopes than were asked for, and then says so', async ({ signedIn }) => {
    const session = await signedIn()
    session.provider.misbehave.tokenResponse = (json) => ({ ...json, scope: 'openid' })
    expect((await narrow(session)).scope).toBe('openid')
  })

  test('is for what was asked for if the answer names no scope (section 5.1)', async ({
    signedIn,
  }) => {
    const session = await signedIn()
    session.provider.misbehave.tokenResponse = (json) => ({ ...json, scope: undefined })
    expect((await narrow(session)).scope).toBe('openid profile')
  })
})

test.describe('a request for a token for fewer scopes', () => {
  test('is not sent for scopes that the session lacks, for none, or without a refresh token', async ({
    signedIn,
  }) => {
    const session = await signedIn()
    for (const [scope, message] of [
      ['openid admin', SESSION_MESSAGES.scopeNotGranted(['admin'])],
      [' ', SESSION_MESSAGES.noScope],
    ] as const) {
      await expect(narrow(session, scope)).rejects.toMatchObject({ code: 'invalid-scope', message })
    }
    expect(asked(session)).toEqual([])

    const without = await signedIn({ settings: { scope: 'openid profile' } })
    await expect(narrow(without, 'openid')).rejects.toMatchObject({
      code: 'no-refresh-token',
      message: SESSION_MESSAGES.noRefreshTokenToNarrow,
    })
    expect(asked(without)).toEqual([])
  })

  test('S37: stores a rotated refresh token before it gives the token', async ({ signedIn }) => {
    const session = await signedIn()
    const { agent, first, sessionStore, spent } = session
    await narrow(session)
    const kept = (await sessionStore.read())!
    expect(kept.tokens.refreshToken).not.toBe(first.tokens.refreshToken)
    expect({ ...kept.tokens, refreshToken: null }).toEqual({ ...first.tokens, refreshToken: null })
    await agent.read(null)
    expect(spent()).toEqual([first.tokens.refreshToken, kept.tokens.refreshToken])
  })

  test('S37: stores a rotated refresh token even if the rest of the answer is faulty', async ({
    signedIn,
  }) => {
    const session = await signedIn()
    const { agent, first, provider, sessionStore } = session
    provider.misbehave.tokenResponse = (json) => ({ ...json, access_token: undefined })
    await expect(narrow(session)).rejects.toMatchObject({ code: 'invalid-token-response' })
    provider.misbehave.tokenResponse = undefined
    expect((await sessionStore.read())!.tokens.refreshToken).not.toBe(first.tokens.refreshToken)
    await agent.read(null)
  })

  test('never sends one refresh token at once with a renewal or another request', async ({
    signedIn,
  }) => {
    const session = await signedIn()
    const { agent, provider, spent } = session
    for (const [start, follow] of [
      [() => narrow(session, 'openid', null), () => agent.read(null)],
      [() => agent.read(null), () => narrow(session, 'openid email', null)],
      [() => narrow(session, 'email', null), () => narrow(session, 'profile', null)],
    ] as const) {
      session.clock.advance(5 * SECOND)
      const count = provider.requests.token
      const { reached, release } = hold(session)
      const started = start()
      await reached
      const followed = follow()
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect(provider.requests.token).toBe(count + 1)
      release()
      await Promise.all([started, followed])
      expect(provider.requests.token).toBe(count + 2)
    }
    expect(new Set(spent()).size).toBe(6)
    expect(defaultSession(agent.model())?.kind).toBe('signed-in')
  })

  test('renews nothing that a sign-in replaced while the renewal waited', async ({ signedIn }) => {
    const session = await signedIn()
    const { agent, signIn, next, provider } = session
    const { reached, release } = hold(session)
    const failed = expect(narrow(session)).rejects.toMatchObject({ code: 'not-signed-in' })
    await reached
    const renewed = agent.read(null)
    const again = next('signed-in')
    await fetch(await answerLink(await signIn({ kind: 'default' }), 'account=alice'))
    await again
    release()
    await failed
    expect((await renewed).tokens).toEqual((await agent.read(0)).tokens)
    expect(provider.answers.token.every((status) => status === 200)).toBe(true)
  })
})

test.describe('a provider', () => {
  for (const rotates of [true, false]) {
    test(`that ignores the scopes gives nothing that is used (rotates: ${rotates})`, async ({
      signedIn,
    }) => {
      const session = await signedIn({ provider: { rotates } })
      const { agent, clock, first, provider } = session
      provider.misbehave.tokenResponse = (json) => ({ ...json, scope: FULL })
      const rejected = { code: 'invalid-scope', message: TOKEN_MESSAGES.notNarrowed }
      await expect(narrow(session)).rejects.toMatchObject(rejected)
      await expect(narrow(session)).rejects.toMatchObject(rejected)
      expect(asked(session)).toHaveLength(1)
      expect((await agent.read(0)).tokens.accessToken).toBe(first.tokens.accessToken)
      // A provider may end the whole session with one of its access tokens.
      expect(provider.revoked).toEqual([])
      clock.advance(5 * SECOND)
      await expect(narrow(session)).rejects.toMatchObject(rejected)
      expect(asked(session)).toHaveLength(2)
      await agent.read(null)
    })
  }

  for (const [error, code] of [
    ['invalid_scope', 'invalid-scope'],
    ['unauthorized_client', 'token-error'],
    ['consent_required', 'token-error'],
  ] as const) {
    test(`that rejects the request with ${error} leaves the session as it is`, async ({
      signedIn,
    }) => {
      const session = await signedIn()
      const { agent, clock, first, history, provider, sessionStore } = session
      const events = history.length
      provider.misbehave.tokenRefusal = { status: 400, body: { error } }
      const message = TOKEN_MESSAGES.narrowingRejected(`"${error}"`)
      await expect(narrow(session)).rejects.toMatchObject({ code, message })
      provider.misbehave.tokenRefusal = undefined
      expect(history).toHaveLength(events)
      expect(await sessionStore.read()).toEqual(first)
      await agent.read(null)
      clock.advance(5 * SECOND)
      await narrow(session)
    })
  }

  test('that says the session is over ends it', async ({ signedIn }) => {
    const session = await signedIn()
    const { agent, provider, sessionStore } = session
    provider.misbehave.token = 'invalid-grant'
    const error = { code: 'invalid-grant', message: TOKEN_MESSAGES.sessionEnded }
    await expect(narrow(session)).rejects.toMatchObject(error)
    expect(defaultSession(agent.model())).toMatchObject({
      kind: 'needs-sign-in',
      reason: TOKEN_MESSAGES.sessionEnded,
    })
    expect(await sessionStore.read()).toBeNull()
    await expect(narrow(session)).rejects.toMatchObject({ code: 'not-signed-in' })
  })

  test('that gives a token of someone else ends the session', async ({ signedIn }) => {
    const session = await signedIn()
    session.provider.misbehave.idToken = (claims) => (claims['sub'] = 'mallory')
    await expect(narrow(session)).rejects.toMatchObject({ code: 'another-account' })
    expect(defaultSession(session.agent.model())?.kind).toBe('needs-sign-in')
  })

  test('whose answer is lost leaves a refresh token that may be spent, and the session', async ({
    signedIn,
  }) => {
    const session = await signedIn()
    const { agent, history, provider, sessionStore } = session
    provider.misbehave.token = 'reset'
    await expect(narrow(session)).rejects.toMatchObject({ code: 'provider-unreachable' })
    expect((await sessionStore.read())!.unanswered).toBe(true)
    provider.misbehave.token = undefined
    expect(history.map(({ event }) => event.type)).not.toContain('renewal-failed')
    await agent.read(null)
    expect((await sessionStore.read())!.unanswered).toBeUndefined()
  })
})

test.describe('a token for fewer scopes is gone', () => {
  test('with a sign-out, and one that arrives afterwards is revoked', async ({ signedIn }) => {
    const session = await signedIn({ provider: { rotates: false } })
    const { agent, provider, signIn, next } = session
    const id = defaultId(agent.model())!
    const kept = await narrow(session)
    const { reached, release } = hold(session)
    const late = agent.readNarrowed(id, { scope: 'email', leastMs: 0 })
    await reached
    const signedOut = agent.signOut()
    const failed = expect(late).rejects.toMatchObject({ code: 'not-signed-in' })
    await next('signed-out')
    release()
    await Promise.all([signedOut, failed])
    await expect(agent.readNarrowed(id, { scope: 'openid', leastMs: 0 })).rejects.toMatchObject({
      code: 'not-signed-in',
    })
    await expect.poll(() => provider.revoked).toHaveLength(2)
    expect(provider.revoked).toContain(session.first.tokens.refreshToken)
    const again = next('signed-in')
    await fetch(await answerLink(await signIn(), 'account=alice'))
    await again
    expect((await narrow(session)).accessToken).not.toBe(kept.accessToken)
  })

  test('with a later sign-in, whose token comes from the new session', async ({ signedIn }) => {
    const session = await signedIn()
    const { signIn, next } = session
    const kept = await narrow(session)
    const again = next('signed-in')
    await fetch(await answerLink(await signIn(), 'account=alice'))
    await again
    expect((await narrow(session)).accessToken).not.toBe(kept.accessToken)
  })
})
