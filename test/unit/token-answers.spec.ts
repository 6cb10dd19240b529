// Token answers with unusual members that don't matter: no session is lost.

import { expiryInToken } from '../../main/oauth/token-answer.js'
import { findExpiryMs, type TokenSet } from '../../main/oauth/token-endpoint.js'
import { TOKEN_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { answerLink } from '../support/person.js'
import type { Misbehaviour } from '../provider/provider.js'
import { expect, MINUTE, SECOND, test, type SignedIn } from '../support/signed-in.js'

const DUE = 59 * MINUTE
const ASKED = 'openid profile email offline_access'

type Json = Record<string, unknown>
type Read = Partial<Omit<TokenSet, 'accessTokenExpiresAtMs'>> & {
  /** The lifetime in seconds, counted from the request. Null if it is unknown. */
  lifeS?: number | null
}

/** Answers with one unusual member, and the result. */
const ODD: readonly [name: string, change: Json, read: Read][] = [
  ['a scope that is null', { scope: null }, { scope: ASKED }],
  ['an empty scope', { scope: '' }, { scope: ASKED }],
  ['a scope of only spaces', { scope: '  ' }, { scope: ASKED }],
  ['a scope that is a list', { scope: ['openid', 'email'] }, { scope: 'openid email' }],
  ['a scope that is an empty list', { scope: [] }, { scope: ASKED }],
  ['a scope that is a number', { scope: 7 }, { scope: ASKED }],
  ['a scope that is an object', { scope: { openid: true } }, { scope: ASKED }],
  ['a scope with an escape sequence', { scope: 'openid \u001b[2J' }, { scope: ASKED }],
  ['a scope with too many spaces', { scope: ' openid   email ' }, { scope: 'openid email' }],
  ['a lifetime as text', { expires_in: '3600' }, { lifeS: 3600 }],
  ['a lifetime as a list', { expires_in: [3600] }, { lifeS: 3600 }],
  ['a lifetime with a fraction', { expires_in: '90.5' }, { lifeS: 90.5 }],
  ['a lifetime that is null', { expires_in: null }, { lifeS: null }],
  ['a lifetime that is empty', { expires_in: '' }, { lifeS: null }],
  ['a lifetime in words', { expires_in: 'one hour' }, { lifeS: null }],
  ['a negative lifetime', { expires_in: -1 }, { lifeS: null }],
  ['a lifetime that is a boolean', { expires_in: true }, { lifeS: null }],
  ['a lifetime beyond all dates', { expires_in: 1e300 }, { lifeS: 3_155_760_000 }],
  ['an error that is null', { error: null, error_description: null }, {}],
  ['an error that is empty', { error: '' }, {}],
]

const NO_REFRESH_TOKEN: readonly [name: string, value: unknown][] = [
  ['null', null],
  ['empty', ''],
  ['an object', {}],
  ['a list of two', ['a', 'b']],
  ['a number', 7],
  ['text with a line break', 'a\nb'],
]

function expectRead(tokens: TokenSet, { lifeS, ...read }: Read): void {
  expect(tokens).toMatchObject(read)
  if (lifeS === undefined) return
  const { accessTokenExpiresAtMs, obtainedAtMs } = tokens
  const expected = lifeS === null ? null : obtainedAtMs + lifeS * SECOND
  expect(accessTokenExpiresAtMs).toBe(expected)
}

/** Changes the token endpoint's answers, and remembers the last refresh token. */
function changing(provider: SignedIn['provider'], change: Json): { issued: () => unknown } {
  let issued: unknown
  provider.misbehave.tokenResponse = (json) => {
    issued = json['refresh_token']
    return { ...json, ...change }
  }
  return { issued: () => issued }
}

async function renewedAfter({ clock, next }: SignedIn, ms: number): Promise<void> {
  const renewed = next('renewed')
  clock.advance(ms)
  await renewed
}

test.describe('RFC 6749 section 5.1: an unusual optional member does not make a sign-in fail', () => {
  for (const [name, change, read] of ODD) {
    test(name, async ({ start }) => {
      const tokenResponse = (json: Json): unknown => ({ ...json, ...change })
      const { signIn, reached, sessionStore } = await start({
        provider: { misbehave: { tokenResponse } },
      })
      await fetch(await answerLink(await signIn()))
      await reached('signed-in')
      expectRead((await sessionStore.read())!.tokens, read)
    })
  }

  for (const [name, value] of NO_REFRESH_TOKEN) {
    test(`a refresh token that is ${name} counts as absent`, async ({ start }) => {
      const tokenResponse = (json: Json): unknown => ({ ...json, refresh_token: value })
      const { signIn, reached, sessionStore } = await start({
        provider: { misbehave: { tokenResponse } },
      })
      await fetch(await answerLink(await signIn()))
      await reached('signed-in')
      expect((await sessionStore.read())!.tokens.refreshToken).toBeNull()
    })
  }
})

test.describe('RFC 6749 section 6: an unusual optional member does not end a session', () => {
  for (const [name, change, read] of ODD) {
    test(name, async ({ signedIn }) => {
      const session = await signedIn()
      const { issued } = changing(session.provider, change)
      await renewedAfter(session, DUE)
      const { tokens } = (await session.sessionStore.read())!
      expect(tokens.refreshToken).toBe(issued())
      expectRead(tokens, read)
    })
  }

  for (const [name, value] of NO_REFRESH_TOKEN) {
    test(`a refresh token that is ${name}: the previous one stays`, async ({ signedIn }) => {
      const session = await signedIn({ provider: { rotates: false } })
      const { first, provider, spent, sessionStore } = session
      changing(provider, { refresh_token: value })
      await renewedAfter(session, DUE)
      expect((await sessionStore.read())!.tokens.refreshToken).toBe(first.tokens.refreshToken)
      await renewedAfter(session, DUE)
      expect(spent()).toEqual([first.tokens.refreshToken, first.tokens.refreshToken])
    })
  }

  test('a refresh token in a list of one is used', async ({ signedIn }) => {
    const session = await signedIn()
    const { provider, sessionStore } = session
    let issued: unknown
    provider.misbehave.tokenResponse = (json) => {
      issued = json['refresh_token']
      return { ...json, refresh_token: [issued] }
    }
    await renewedAfter(session, DUE)
    expect((await sessionStore.read())!.tokens.refreshToken).toBe(issued)
  })

  for (const value of [null, '', 7, {}, ['a', 'b']]) {
    test(`an ID token that is ${JSON.stringify(value)}: the previous one stays`, async ({
      signedIn,
    }) => {
      const session = await signedIn()
      changing(session.provider, { id_token: value })
      await renewedAfter(session, DUE)
      const { tokens, claims } = (await session.sessionStore.read())!
      expect(tokens.idToken).toBe(session.first.tokens.idToken)
      expect(tokens.accessToken).not.toBe(session.first.tokens.accessToken)
      expect(claims).toEqual(session.first.claims)
    })
  }
})

test.describe('a new refresh token is stored, whatever other fault the answer has:', () => {
  const json =
    (change: Json) =>
    (tokens: Json): unknown => ({ ...tokens, ...change })
  const UNUSABLE: readonly [name: string, misbehave: Misbehaviour, words: string][] = [
    ['no access token', { tokenResponse: json({ access_token: undefined }) }, 'access_token is'],
    ['an access token that is null', { tokenResponse: json({ access_token: null }) }, 'access_tok'],
    [
      'an access token with a line break',
      { tokenResponse: json({ access_token: 'a\nb' }) },
      'access_token is',
    ],
    ['no token type', { tokenResponse: json({ token_type: undefined }) }, 'token_type is missing'],
    [
      'another token type',
      { tokenResponse: json({ token_type: 'DPoP' }) },
      'token_type is missing',
    ],
    ['status 201', { tokenStatus: 201 }, TOKEN_MESSAGES.otherSuccess('renewal', 201)],
    ['status 203', { tokenStatus: 203 }, TOKEN_MESSAGES.otherSuccess('renewal', 203)],
    [
      'an error beside it',
      { tokenResponse: json({ error: 'server_error' }) },
      TOKEN_MESSAGES.notNow('renewal', '"server_error"'),
    ],
    ['an ID token that is not a JWT', { idTokenRaw: () => 'none' }, '(its ID token) is not valid'],
  ]
  for (const [name, misbehave, words] of UNUSABLE) {
    test(name, async ({ signedIn }) => {
      const session = await signedIn()
      const { clock, first, history, next, provider, spent, sessionStore } = session
      let issued: unknown
      Object.assign(provider.misbehave, misbehave)
      provider.misbehave.tokenResponse = (tokens) => {
        issued = tokens['refresh_token']
        return misbehave.tokenResponse?.(tokens) ?? tokens
      }
      const failed = next('renewal-failed')
      clock.advance(DUE)
      await failed
      expect(issued).not.toBe(first.tokens.refreshToken)
      const kept = { ...first, tokens: { ...first.tokens, refreshToken: issued } }
      expect(await sessionStore.read()).toEqual(kept)
      expect(history.at(-1)?.status.reason).toContain(words)
      // The message does not mention the sign-in, which ended long ago.
      expect(history.at(-1)?.status.reason).not.toMatch(/answer to the sign-in|finish the sign-in/)

      for (const fault of Object.keys(misbehave)) {
        Object.assign(provider.misbehave, { [fault]: undefined })
      }
      provider.misbehave.tokenResponse = undefined
      await renewedAfter(session, 5 * SECOND)
      expect(spent()).toEqual([first.tokens.refreshToken, issued])
    })
  }

  test('even while the rest of the answer is being checked', async ({ signedIn }) => {
    const { agent, provider, sessionStore } = await signedIn()
    let issued: unknown
    let atKeys: unknown
    provider.misbehave.tokenResponse = (tokens) => {
      issued = tokens['refresh_token']
      return tokens
    }
    await provider.rotateKeys()
    // The keys that were read before the answer don't include the ID token's key.
    provider.misbehave.idToken = (_claims, header) => void (header['kid'] = 'newest')
    provider.misbehave.hold = async (endpoint) => {
      if (endpoint === 'jwks' && issued !== undefined) {
        atKeys = (await sessionStore.read())!.tokens.refreshToken
      }
    }
    await expect(agent.read(null)).rejects.toMatchObject({ code: 'invalid-id-token' })
    expect(atKeys).toBe(issued)
  })
})

test('unusable tokens of a sign-in are revoked', async ({ start }) => {
  let issued: unknown
  const { provider, signIn, reached } = await start({
    provider: {
      misbehave: {
        tokenResponse: (json) => {
          issued = json['refresh_token']
          return { ...json, id_token: null }
        },
      },
    },
  })
  await fetch(await answerLink(await signIn()))
  expect((await reached('failed')).lastResult).toMatchObject({ code: 'invalid-token-response' })
  await expect.poll(() => provider.revoked).toEqual([issued])
})

test.describe('RFC 9068 section 2.2: if the answer has no lifetime, the access token’s own exp is used:', () => {
  const jwtWith = (claims: unknown): string =>
    ['{"alg":"RS256"}', typeof claims === 'string' ? claims : JSON.stringify(claims), 'signature']
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.')
  const inAnHourS = Math.floor(Date.now() / 1000) + 3_600

  for (const [name, token, expected] of [
    ['a JWT with exp', jwtWith({ exp: inAnHourS }), inAnHourS * 1000],
    ['a JWT with a fraction in exp', jwtWith({ exp: 1_900_000_000.5 }), 1_900_000_000_500],
    ['a JWT without exp', jwtWith({ iat: 1 }), null],
    ['a JWT with exp as text', jwtWith({ exp: '1900000000' }), null],
    ['a JWT with exp beyond all dates', jwtWith({ exp: 1e300 }), null],
    ['a JWT of a list', jwtWith([]), null],
    ['a JWT of null', jwtWith(null), null],
    ['text that looks like a JWT', jwtWith('not JSON'), null],
    ['an encrypted JWT', 'a.b.c.d.e', null],
    ['an opaque token', 'opaque', null],
  ] as const) {
    test(name, () => {
      expect(expiryInToken(token)).toBe(expected)
    })
  }

  test('it is read by the provider’s clock, and the session is renewed in time', async ({
    signedIn,
  }) => {
    const session = await signedIn({
      inTime: false,
      provider: {
        misbehave: {
          tokenResponse: (json) => ({
            ...json,
            expires_in: undefined,
            access_token: jwtWith({ exp: Math.floor(Date.now() / 1000) + 3_600 }),
          }),
        },
      },
    })
    const { clock, first } = session
    const lifeMs = first.tokens.accessTokenExpiresAtMs! - clock.nowMs()
    expect(Math.abs(lifeMs - 60 * MINUTE)).toBeLessThan(10 * SECOND)
    await renewedAfter(session, 60 * MINUTE)

    clock.leap(5 * 60 * MINUTE)
    const { tokens } = await session.agent.read(null)
    expect(Math.abs(tokens.accessTokenExpiresAtMs! - clock.nowMs() - 60 * MINUTE)).toBeLessThan(
      10 * SECOND,
    )
  })

  for (const [name, refreshToken, expected] of [
    ['counted from the request', 'r', 1_000 + 300_000],
    ['counted from now if the token can’t be renewed', null, 9_000 + 300_000],
  ] as const) {
    test(`otherwise five minutes are assumed, ${name}`, () => {
      const tokens = {
        accessToken: 'a',
        idToken: 'i',
        scope: 's',
        obtainedAtMs: 1_000,
        refreshToken,
      }
      expect(findExpiryMs({ ...tokens, accessTokenExpiresAtMs: null }, 9_000)).toBe(expected)
      expect(findExpiryMs({ ...tokens, accessTokenExpiresAtMs: 7 }, 9_000)).toBe(7)
    })
  }
})
