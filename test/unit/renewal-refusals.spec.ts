// A provider's errors for a rejected renewal, and their effect on the session.

import { answerLink } from '../support/person.js'
import { expect, HOUR, MINUTE, SECOND, test, type SignedIn } from '../support/signed-in.js'
import { TOKEN_MESSAGES } from '../../main/oauth/oauth-messages.js'

const DUE = 59 * MINUTE

function refuse(session: SignedIn, error: string, status = 400, description?: string): void {
  session.provider.misbehave.tokenRefusal = {
    status,
    body: { error, ...(description !== undefined && { error_description: description }) },
  }
}

async function failedAfter({ clock, next }: SignedIn, ms: number): Promise<unknown> {
  const failed = next('renewal-failed')
  clock.advance(ms)
  return failed
}

async function endedAfter({ clock, next }: SignedIn, ms: number): Promise<{ reason: string }> {
  const ended = next('session-ended')
  clock.advance(ms)
  return ended
}

async function renewedAfter({ clock, next }: SignedIn, ms: number): Promise<void> {
  const renewed = next('renewed')
  clock.advance(ms)
  await renewed
}

/** Checks that no request is sent to the provider any more, however long it takes and even if apps ask. */
async function expectRest({ agent, clock, provider }: SignedIn): Promise<void> {
  const asked = provider.requests.token
  expect(clock.pending()).toBe(0)
  agent.wake()
  clock.advance(24 * HOUR)
  for (const leastMs of [null, 0]) {
    await expect(agent.read(leastMs)).rejects.toMatchObject({ code: 'not-signed-in' })
  }
  expect(provider.requests.token).toBe(asked)
}

const NEEDS_PERSON = [
  'interaction_required',
  'login_required',
  'consent_required',
  'account_selection_required',
]
const NEEDS_REGISTRATION = [
  'unauthorized_client',
  'invalid_client',
  'invalid_scope',
  'unsupported_grant_type',
]

test.describe('OpenID Connect Core 3.1.2.6: if the provider needs the user,', () => {
  for (const error of NEEDS_PERSON) {
    test(`(${error}) a sign-in is requested at once, and nothing is deleted`, async ({
      signedIn,
    }) => {
      const session = await signedIn()
      const { agent, first, history, notices, provider, sessionStore } = session
      refuse(session, error)
      const { reason } = await endedAfter(session, DUE)
      expect(reason).toBe(TOKEN_MESSAGES.wantsUser(`"${error}"`))
      expect(history.at(-1)?.status).toMatchObject({ state: 'needs-sign-in', reason })
      expect(notices).toHaveLength(1)
      expect(await sessionStore.read()).toEqual(first)
      // The stored token is valid for another minute.
      expect((await agent.read(SECOND)).tokens).toEqual(first.tokens)
      await expectRest(session)

      await agent.signOut()
      expect(provider.revoked).toEqual([first.tokens.refreshToken])
      expect(await sessionStore.read()).toBeNull()
    })
  }

  for (const status of [200, 401, 403]) {
    test(`the same holds with status ${status}`, async ({ signedIn }) => {
      const session = await signedIn()
      refuse(session, 'login_required', status)
      await endedAfter(session, DUE)
      expect(await session.sessionStore.read()).toEqual(session.first)
    })
  }

  test('the session continues after a sign-in', async ({ signedIn }) => {
    const session = await signedIn()
    const { first, provider, signIn, reached, sessionStore } = session
    refuse(session, 'interaction_required')
    await endedAfter(session, DUE)
    provider.misbehave.tokenRefusal = undefined
    await fetch(await answerLink(await signIn()))
    await reached('signed-in')
    expect((await sessionStore.read())!.tokens.refreshToken).not.toBe(first.tokens.refreshToken)
    await renewedAfter(session, DUE)
  })
})

test.describe('RFC 6749 section 5.2: if the provider rejects the application,', () => {
  for (const error of NEEDS_REGISTRATION) {
    test(`(${error}) the renewal is retried until the access token has expired`, async ({
      signedIn,
    }) => {
      const session = await signedIn()
      const { agent, clock, first, history, sessionStore } = session
      refuse(session, error, error === 'invalid_client' ? 401 : 400)
      await failedAfter(session, DUE)
      expect(history.at(-1)?.status).toMatchObject({
        state: 'renewal-failing',
        reason: TOKEN_MESSAGES.registrationChanged(`"${error}"`),
      })
      for (const seconds of [5, 10, 20]) await failedAfter(session, seconds * SECOND)
      expect((await agent.read(SECOND)).tokens).toEqual(first.tokens)

      const { reason } = await endedAfter(session, 25 * SECOND)
      expect(clock.nowMs()).toBe(first.tokens.accessTokenExpiresAtMs)
      expect(history.at(-1)?.status).toMatchObject({ state: 'needs-sign-in', reason })
      expect(reason).not.toMatch(/client ID|the sign-in/)
      expect(await sessionStore.read()).toEqual(first)
      await expectRest(session)
    })
  }

  test('the session continues if the application is fixed in time', async ({ signedIn }) => {
    const session = await signedIn()
    refuse(session, 'unauthorized_client')
    await failedAfter(session, DUE)
    session.provider.misbehave.tokenRefusal = undefined
    await renewedAfter(session, 5 * SECOND)
  })

  test('the renewal is given up at once if the access token has already expired', async ({
    signedIn,
  }) => {
    const session = await signedIn()
    const { clock } = session
    refuse(session, 'invalid_client', 401)
    clock.leap(8 * HOUR)
    await endedAfter(session, 30 * SECOND)
    await expectRest(session)
  })
})

test.describe('S17: temporary errors are retried, whether or not the access token has expired:', () => {
  for (const [name, status, body] of [
    ['temporarily_unavailable', 400, { error: 'temporarily_unavailable' }],
    ['server_error', 400, { error: 'server_error' }],
    ['slow_down', 400, { error: 'slow_down' }],
    ['slow_down with status 200', 200, { error: 'slow_down' }],
    ['an unknown error', 400, { error: 'quota_of_the_moon' }],
    ['invalid_request', 400, { error: 'invalid_request' }],
    ['408', 408, ''],
    ['408 with invalid_client', 408, { error: 'invalid_client' }],
    ['429', 429, { error: 'invalid_client' }],
    ['503 from a gateway', 503, '<h1>Service Unavailable</h1>'],
    ['502 that speaks of the client', 502, { error: 'invalid_client' }],
    ['403 from a firewall', 403, '<h1>Forbidden</h1>'],
    ['404 without a word', 404, ''],
    ['an error that is no text', 400, { error: { code: 'invalid_grant' } }],
  ] as const) {
    test(name, async ({ signedIn }) => {
      const session = await signedIn()
      const { clock, first, history, provider, reached, sessionStore } = session
      provider.misbehave.tokenRefusal = { status, body }
      await failedAfter(session, DUE)
      clock.leap(8 * HOUR)
      await failedAfter(session, 30 * SECOND)
      await reached('renewal-failing')
      expect(history.at(-1)?.status.reason).not.toMatch(/the sign-in|client ID/)
      expect(await sessionStore.read()).toEqual(first)
      provider.misbehave.tokenRefusal = undefined
      await renewedAfter(session, 30 * SECOND)
    })
  }

  for (const error of ['temporarily_unavailable', 'server_error', 'slow_down']) {
    test(`${error} is reported as temporary`, async ({ signedIn }) => {
      const session = await signedIn()
      refuse(session, error)
      await failedAfter(session, DUE)
      const { reason } = session.history.at(-1)!.status
      expect(reason).toContain("The provider can't renew the session now: ")
    })
  }

  for (const [status, error] of [
    [400, 'slow_down'],
    [400, 'temporarily_unavailable'],
    [400, 'invalid_client'],
    [400, 'quota_of_the_moon'],
    [408, 'server_error'],
    [403, ''],
  ] as const) {
    test(`not before Retry-After (${status} ${error})`, async ({ signedIn }) => {
      const session = await signedIn()
      session.provider.misbehave.retryAfter = '40'
      refuse(session, error, status)
      expect(await failedAfter(session, DUE)).toMatchObject({
        renewsAtMs: session.clock.nowMs() + 40 * SECOND,
      })
    })
  }
})

test.describe('RFC 9700 section 4.14: the use of a refresh token by someone else', () => {
  for (const description of [
    'Maximum allowed refresh token reuse exceeded',
    'The refresh token has already been used',
    'Refresh token reuse detected',
    'token replayed',
  ]) {
    test(`is reported as such (${description})`, async ({ signedIn }) => {
      const session = await signedIn()
      refuse(session, 'invalid_grant', 400, description)
      const { reason } = await endedAfter(session, DUE)
      expect(reason).toBe(TOKEN_MESSAGES.sessionReused)
      expect(await session.sessionStore.read()).toBeNull()
    })
  }

  test('is not claimed if the provider does not mention it', async ({ signedIn }) => {
    const session = await signedIn()
    refuse(session, 'invalid_grant', 400, 'Unknown or invalid refresh token.')
    const { reason } = await endedAfter(session, DUE)
    expect(reason).toBe(TOKEN_MESSAGES.sessionEnded)
  })

  test('is not claimed if the answer to our own use was lost', async ({ signedIn }) => {
    const session = await signedIn()
    session.provider.misbehave.token = 'reset'
    await failedAfter(session, DUE)
    session.provider.misbehave.token = undefined
    refuse(session, 'invalid_grant', 400, 'Refresh token reuse detected')
    const { reason } = await endedAfter(session, 5 * SECOND)
    expect(reason).toBe(TOKEN_MESSAGES.sessionEnded)
  })

  test('is not claimed if our request is repeated at once after a lost answer', async ({
    signedIn,
  }) => {
    const session = await signedIn()
    const { misbehave } = session.provider
    misbehave.token = 'answer-lost'
    misbehave.hold = (endpoint) => {
      if (endpoint !== 'token') return undefined
      refuse(session, 'invalid_grant', 400, 'Refresh token reuse detected')
      return undefined
    }
    const { reason } = await endedAfter(session, DUE)
    expect(reason).toBe(TOKEN_MESSAGES.sessionEnded)
  })
})

test.describe('a sign-in that the token endpoint rejects has a correct message:', () => {
  for (const [name, status, body, reason] of [
    [
      'a 200 with an error',
      200,
      { error: 'invalid_grant' },
      TOKEN_MESSAGES.codeNotAccepted('"invalid_grant"'),
    ],
    [
      'a 200 with another',
      200,
      { error: 'redirect_uri_mismatch' },
      TOKEN_MESSAGES.signInRejected('"redirect_uri_mismatch"'),
    ],
    ['a 404 of a web server', 404, '<h1>Not Found</h1>', TOKEN_MESSAGES.noReason('sign-in', 404)],
    ['a 401 without a body', 401, '', TOKEN_MESSAGES.noReason('sign-in', 401)],
    ['a 400 with JSON of its own', 400, { message: 'no' }, TOKEN_MESSAGES.noReason('sign-in', 400)],
    ['a 201 without tokens', 201, {}, TOKEN_MESSAGES.otherSuccess('sign-in', 201)],
    ['a 204', 204, '', TOKEN_MESSAGES.otherSuccess('sign-in', 204)],
    ['a 408', 408, '', TOKEN_MESSAGES.failed('sign-in', 408)],
    ['a 503', 503, '', TOKEN_MESSAGES.failed('sign-in', 503)],
    [
      'one that passes',
      400,
      { error: 'temporarily_unavailable' },
      TOKEN_MESSAGES.notNow('sign-in', '"temporarily_unavailable"'),
    ],
  ] as const) {
    test(name, async ({ start }) => {
      const tokenRefusal = { status, body }
      const { signIn, reached } = await start({ provider: { misbehave: { tokenRefusal } } })
      await fetch(await answerLink(await signIn()))
      expect((await reached('failed')).lastResult).toMatchObject({ reason })
    })
  }
})
