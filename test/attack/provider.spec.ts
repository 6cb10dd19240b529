// A sign-in at a provider that is broken, careless or hostile.

import { expect } from '../support/expect.js'
import { codeChallenge } from '../../main/oauth/pkce.js'
import { PAGE_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { test, type Fixture, type FixtureOptions } from '../support/fixture.js'
import { altered, answerLink } from '../support/person.js'
import type { Misbehaviour } from '../provider/provider.js'

type Start = (options?: FixtureOptions) => Promise<Fixture>

/** Signs in at a misbehaving provider, checks that nothing was stored, and returns the result. */
async function failedSignIn(
  start: Start,
  misbehave: Misbehaviour,
  options: FixtureOptions = {},
): Promise<Fixture & { code: string | undefined }> {
  const fixture = await start({ ...options, provider: { ...options.provider, misbehave } })
  await fetch(await answerLink(await fixture.signIn()))
  const { lastResult, accounts } = await fixture.reached('failed')
  expect(accounts).toEqual([])
  expect(await fixture.sessionStore.read()).toBeNull()
  return { ...fixture, code: lastResult?.kind === 'failed' ? lastResult.code : undefined }
}

test('S12: a redirect from the token endpoint is not followed', async ({ start }) => {
  const { agent, code, provider } = await failedSignIn(start, { token: 'redirect' })

  expect(code).toBe('provider-error')
  expect(agent.model().lastResult).toHaveProperty('reason', expect.stringContaining('redirect'))
  expect(provider.requests.followed).toBe(0)
})

const INSECURE = 'insecure-endpoint'

test.describe('S12, S13: unusable metadata open no listener and no browser:', () => {
  for (const [name, change, code] of [
    ['another issuer', { issuer: 'https://other.example' }, 'issuer-mismatch'],
    [
      'symmetric signatures only',
      { id_token_signing_alg_values_supported: ['HS256', 'none'] },
      'invalid-metadata',
    ],
    ...['http://127.0.0.1.a.example/x', 'http://localhost.a.example/x', 'http://notlocalhost/x']
      .concat('http://127.0.0.2/x', 'http://127.0.0.1@a.example/x')
      .map((url) => [`no loopback: ${url}`, { token_endpoint: url }, INSECURE] as const),
    ['PKCE with plain only', { code_challenge_methods_supported: ['plain'] }, 'pkce-unsupported'],
  ] as const) {
    test(name, async ({ start }) => {
      const { agent, provider, history, reached } = await start({
        provider: { misbehave: { metadata: (json) => ({ ...json, ...change }) } },
      })
      agent.signIn()

      expect((await reached('failed')).lastResult).toMatchObject({ code })
      expect(history.map(({ event }) => event.type)).toEqual(['sign-in-started', 'sign-in-ended'])
      expect(provider.requests.authorization).toBe(0)
    })
  }
})

test('S13, S14: every sign-in has its own verifier and an S256 challenge', async ({ start }) => {
  const { provider, signIn, reached } = await start()
  const seen = new Set<string>()
  for (const count of [1, 2, 3]) {
    const link = new URL(await signIn())
    expect(link.searchParams.get('code_challenge_method')).toBe('S256')
    await fetch(await answerLink(link.href))
    await reached('signed-in')

    const verifier = provider.tokenRequests[count - 1]!.get('code_verifier')!
    expect(Buffer.from(verifier, 'base64url')).toHaveLength(32)
    for (const name of ['state', 'nonce', 'code_challenge']) seen.add(link.searchParams.get(name)!)
    seen.add(verifier)
    for (const name of ['state', 'nonce']) {
      expect(codeChallenge(link.searchParams.get(name)!)).not.toBe(verifier)
    }
  }
  expect(seen.size).toBe(12)
})

test.describe('S15, OpenID Connect Core 3.1.3.7: an ID token is rejected', () => {
  const nowS = (): number => Math.floor(Date.now() / 1000)
  const unsigned = (jwt: string): string => {
    const [, claims] = jwt.split('.')
    const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
    return `${header}.${claims}.`
  }
  const tampered = (jwt: string): string => {
    const [header, claims, signature] = jwt.split('.')
    const json = JSON.parse(Buffer.from(claims!, 'base64url').toString()) as object
    const changed = Buffer.from(JSON.stringify({ ...json, sub: 'bob' })).toString('base64url')
    return `${header}.${changed}.${signature}`
  }
  const table: readonly [string, Misbehaviour][] = [
    ['with alg none', { idTokenRaw: unsigned }],
    ['that is not a JWT', { idTokenRaw: () => 'not-a-jwt' }],
    ['whose claims were changed after signing', { idTokenRaw: tampered }],
    [
      'that was signed with an unannounced algorithm',
      { metadata: (json) => ({ ...json, id_token_signing_alg_values_supported: ['ES256'] }) },
    ],
    [
      'from another issuer',
      { idToken: (claims) => void (claims['iss'] = 'https://other.example') },
    ],
    ['for another audience', { idToken: (claims) => void (claims['aud'] = 'other') }],
    [
      'for several audiences without azp',
      { idToken: (claims) => void (claims['aud'] = ['latchkey', 'other']) },
    ],
    ['for another authorized party', { idToken: (claims) => void (claims['azp'] = 'other') }],
    ['with another nonce', { idToken: (claims) => void (claims['nonce'] = 'other') }],
    ['without a nonce', { idToken: (claims) => void delete claims['nonce'] }],
    ['that has expired', { idToken: (claims) => void (claims['exp'] = nowS() - 31) }],
    ['without exp', { idToken: (claims) => void delete claims['exp'] }],
    ['that was issued in the future', { idToken: (claims) => void (claims['iat'] = nowS() + 60) }],
    [
      'that was issued 11 minutes ago',
      { idToken: (claims) => void (claims['iat'] = nowS() - 660) },
    ],
    ['that is not valid yet', { idToken: (claims) => void (claims['nbf'] = nowS() + 60) }],
    ['without iat', { idToken: (claims) => void delete claims['iat'] }],
    ['without sub', { idToken: (claims) => void delete claims['sub'] }],
    ['with a sub that is not text', { idToken: (claims) => void (claims['sub'] = 7) }],
    ['with an empty sub', { idToken: (claims) => void (claims['sub'] = '') }],
    [
      'with the at_hash of another token',
      { idToken: (claims) => void (claims['at_hash'] = 'AAAAAAAAAAAAAAAAAAAAAA') },
    ],
    ['with an at_hash of the wrong type', { idToken: (claims) => void (claims['at_hash'] = 7) }],
    [
      'that was signed with an unknown key',
      { idToken: (_claims, header) => void (header['kid'] = 'unknown') },
    ],
  ]
  for (const [name, misbehave] of table) {
    test(name, async ({ start }) => {
      const { code, provider } = await failedSignIn(start, misbehave)

      expect(code).toBe('invalid-id-token')
      // The keys are fetched again only for an unknown key.
      expect(provider.requests.jwks).toBe(name === 'that was signed with an unknown key' ? 2 : 1)
    })
  }

  for (const [name, change] of [
    ['older than max_age', { auth_time: Math.floor(Date.now() / 1000) - 331 }],
    ['not told, though max_age was asked for', { auth_time: undefined }],
    ['not a number', { auth_time: 'now' }],
  ] as const) {
    test(`whose auth_time is ${name}`, async ({ start }) => {
      const { code, history } = await failedSignIn(
        start,
        { idToken: (claims) => void Object.assign(claims, change) },
        { settings: { maxAgeS: 300 } },
      )
      expect(code).toBe('invalid-id-token')
      const link = history.find(({ event }) => event.type === 'link-ready')!.event
      expect(link).toMatchObject({ link: expect.stringContaining('max_age=300') })
    })
  }
})

test.describe('S15: an ID token is accepted', () => {
  const nowS = (): number => Math.floor(Date.now() / 1000)
  for (const [name, options] of [
    ['within 30 s after its exp', { idToken: (claims) => void (claims['exp'] = nowS() - 20) }],
    ['made 9 minutes ago', { idToken: (claims) => void (claims['iat'] = nowS() - 540) }],
    ['up to 30 s from the future', { idToken: (claims) => void (claims['iat'] = nowS() + 20) }],
    [
      'for several audiences where azp is ours',
      {
        idToken: (claims) =>
          void Object.assign(claims, { aud: ['latchkey', 'other'], azp: 'latchkey' }),
      },
    ],
    ['without at_hash, which is optional', { idToken: (claims) => void delete claims['at_hash'] }],
  ] satisfies [string, Misbehaviour][]) {
    test(name, async ({ start }) => {
      const { signIn, reached } = await start({ provider: { misbehave: options } })
      await fetch(await answerLink(await signIn()))
      await reached('signed-in')
    })
  }

  test('whose auth_time is older than max_age by less than 30 s', async ({ start }) => {
    const { signIn, reached } = await start({
      provider: { misbehave: { idToken: (claims) => void (claims['auth_time'] = nowS() - 320) } },
      settings: { maxAgeS: 300 },
    })
    await fetch(await answerLink(await signIn()))
    await reached('signed-in')
  })

  test('with a matching at_hash (the example of Core, appendix A.3)', async ({ start }) => {
    const { signIn, reached } = await start({
      provider: {
        misbehave: {
          tokenResponse: (tokens) => ({
            ...tokens,
            access_token: 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y',
          }),
          idToken: (claims) => void (claims['at_hash'] = '77QmUPtjPfzWtF2AnpK9RQ'),
        },
      },
    })
    await fetch(await answerLink(await signIn()))
    await reached('signed-in')
  })

  test('that was signed with ES256', async ({ start }) => {
    const { signIn, reached } = await start({ provider: { signingAlg: 'ES256' } })
    await fetch(await answerLink(await signIn()))
    await reached('signed-in')
  })

  test('that was signed with a key added later: the key set is read again, once', async ({
    start,
  }) => {
    const { provider, signIn, reached } = await start()
    const link = await signIn()
    await expect.poll(() => provider.requests.jwks).toBe(1)
    await provider.rotateKeys()

    await fetch(await answerLink(link))
    await reached('signed-in')
    expect(provider.requests.jwks).toBe(2)
  })

  test('even if the first attempt to read the keys failed', async ({ start }) => {
    const { provider, signIn, reached } = await start({
      provider: { misbehave: { jwks: 'server-error' } },
    })
    const link = await signIn()
    await expect.poll(() => provider.requests.jwks).toBe(1)
    provider.misbehave.jwks = undefined

    await fetch(await answerLink(link))
    await reached('signed-in')
  })
})

test.describe('S15, OpenID Connect Core 5.3.2: userinfo only adds', () => {
  for (const userinfo of ['wrong-sub', 'server-error', 'not-json', 'truncated', 'reset'] as const) {
    test(`userinfo that fails with ${userinfo} is ignored, and the sign-in succeeds`, async ({
      start,
    }) => {
      const { agent, provider, sessionStore, signIn, reached } = await start({
        provider: {
          misbehave: { userinfo, idToken: (claims) => void delete claims['nickname'] },
        },
      })
      await fetch(await answerLink(await signIn()))
      await reached('signed-in')
      await expect.poll(() => provider.requests.userinfo).toBe(1)
      await agent.close()

      const held = await sessionStore.read()
      expect(held?.account).toEqual({
        sub: 'alice',
        name: 'Alice Adams',
        email: 'alice@example.com',
      })
      expect(held?.claims).not.toHaveProperty('nickname')
    })
  }

  test('its claims are added, and the ID token’s claims take precedence', async ({ start }) => {
    const { sessionStore, signIn, reached } = await start({
      provider: {
        misbehave: {
          idToken: (claims) => {
            delete claims['nickname']
            claims['name'] = 'Alice of the ID token'
          },
        },
      },
    })
    await fetch(await answerLink(await signIn()))
    await reached('signed-in')

    await expect.poll(async () => (await sessionStore.read())?.claims['nickname']).toBe('Alice')
    expect((await sessionStore.read())?.account.name).toBe('Alice of the ID token')
  })
})

test.describe('S18: an unusable token response ends in a message, and nothing is stored:', () => {
  const json =
    (change: Record<string, unknown>) =>
    (tokens: Record<string, unknown>): unknown => ({ ...tokens, ...change })
  const UNUSABLE = 'invalid-token-response'
  const table: readonly [string, Misbehaviour, string][] = [
    ['oversized', { token: 'oversized' }, 'provider-error'],
    ['truncated', { token: 'truncated' }, 'provider-error'],
    ['not JSON', { token: 'not-json' }, 'invalid-token-response'],
    ['lost on the way', { token: 'answer-lost' }, 'provider-unreachable'],
    ['cut off', { token: 'reset' }, 'provider-unreachable'],
    ['500', { token: 'server-error' }, 'provider-error'],
    ['429', { token: 'rate-limited' }, 'provider-error'],
    ['invalid_grant', { token: 'invalid-grant' }, 'invalid-grant'],
    [
      'without an access token',
      { tokenResponse: json({ access_token: undefined }) },
      'invalid-token-response',
    ],
    [
      'with an empty access token',
      { tokenResponse: json({ access_token: '' }) },
      'invalid-token-response',
    ],
    [
      'without an ID token',
      { tokenResponse: json({ id_token: undefined }) },
      'invalid-token-response',
    ],
    [
      'of another token type',
      { tokenResponse: json({ token_type: 'mac' }) },
      'invalid-token-response',
    ],
    ['without a token type', { tokenResponse: json({ token_type: undefined }) }, UNUSABLE],
    ['with a line break in a token', { tokenResponse: json({ access_token: 'a\nb' }) }, UNUSABLE],
    ['an array', { tokenResponse: () => [] }, 'invalid-token-response'],
    ['null', { tokenResponse: () => null }, 'invalid-token-response'],
  ]
  for (const [name, misbehave, expected] of table) {
    test(name, async ({ start }) => {
      const { code, agent } = await failedSignIn(start, misbehave)
      expect(code).toBe(expected)
      const { lastResult } = agent.model()
      expect(lastResult).toHaveProperty('reason', expect.stringMatching(/\.$/))
    })
  }

  for (const fault of ['hang', 'drip'] as const) {
    test(`never complete (${fault})`, async ({ start }) => {
      const { code } = await failedSignIn(start, { token: fault }, { requestTimeoutMs: 300 })
      expect(code).toBe('provider-timeout')
    })
  }
})

test('unused tokens are revoked at the provider', async ({ start }) => {
  const { provider } = await failedSignIn(start, {
    idToken: (claims) => void (claims['nonce'] = 'other'),
  })
  await expect.poll(() => provider.revoked).toHaveLength(1)
})

test('a sign-in that is cancelled while its tokens are checked stores nothing', async ({
  start,
}) => {
  const { agent, provider, sessionStore, signIn, reached } = await start({
    provider: {
      misbehave: { userinfo: 'hang', idToken: (claims) => void delete claims['email'] },
    },
  })
  const page = fetch(await answerLink(await signIn()))
  await expect.poll(() => provider.requests.userinfo).toBe(1)
  agent.cancel()

  expect(await (await page).text()).toContain(PAGE_MESSAGES.cancelled.heading)
  await reached('signed-out')
  expect(await sessionStore.read()).toBeNull()
  await expect.poll(() => provider.revoked).toHaveLength(1)
})

test('a provider can’t add a parameter to the callback', async ({ start }) => {
  const { signIn, reached } = await start()
  await fetch(altered(await answerLink(await signIn()), { access_token: 'x', id_token: 'y' }))
  await reached('signed-in')
})
