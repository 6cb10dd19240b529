import { test, type Page } from '@playwright/test'
import { expect } from '../support/expect.js'
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  jwtVerify,
  type JSONWebKeySet,
} from 'jose'
import { launchBrowser } from '../support/browser.js'
import { createTestClock } from '../support/clock.js'
import {
  startProvider,
  type Fault,
  type Misbehaviour,
  type ProviderOptions,
  type RunningProvider,
} from '../provider/provider.js'

// The provider runs inside programs whose output is read by others, so it must print nothing.
const printed: string[] = []
for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
  stream.write = (...args: unknown[]) => {
    printed.push(String(args[0]))
    return write(...args)
  }
}

type Tokens = {
  access_token: string
  id_token: string
  refresh_token?: string
  expires_in: number
  scope: string
}
type SignIn = { params?: Record<string, string>; answer?: string; cookies?: Cookies }
type Cookies = Map<string, string>

const started: RunningProvider[] = []

/** Starts a provider, and closes it after the test. */
async function start(options?: ProviderOptions): Promise<RunningProvider> {
  // ES256 is the default here, because generating an RSA key takes a hundred times as long.
  const provider = await startProvider({ signingAlg: 'ES256', ...options })
  started.push(provider)
  return provider
}

test.afterEach(async () => {
  await Promise.all(started.splice(0).map((provider) => provider.close()))
  expect(printed).toEqual([])
})

const REDIRECT_URI = 'http://127.0.0.1:1/callback'
const VERIFIER = randomBytes(32).toString('base64url')

test.describe('good behaviour', () => {
  for (const signingAlg of ['RS256', 'ES256'] as const) {
    test(`a sign-in returns an ID token that is signed with ${signingAlg}`, async () => {
      const provider = await start({ signingAlg })
      const callback = await authorize(provider, { params: { nonce: 'n-1' } })
      expect(callback.origin + callback.pathname).toBe(REDIRECT_URI)
      expect(callback.searchParams.get('state')).toBe('state-1')
      expect(callback.searchParams.get('iss')).toBe(provider.issuer)

      const tokens = await exchange(provider, callback)
      const { payload, protectedHeader } = await verify(provider, tokens.id_token)
      expect(protectedHeader.alg).toBe(signingAlg)
      expect(payload).toMatchObject({
        sub: 'alice',
        aud: 'latchkey',
        nonce: 'n-1',
        name: 'Alice Adams',
        email: 'alice@example.com',
      })
      const userinfo = await ask(provider, 'userinfo', tokens)
      expect(await userinfo.json()).toEqual({
        sub: 'alice',
        name: 'Alice Adams',
        given_name: 'Alice',
        family_name: 'Adams',
        nickname: 'Alice',
        preferred_username: 'alice',
        picture: 'https://example.com/alice.png',
        locale: 'en-GB',
        updated_at: 1_767_225_600,
        email: 'alice@example.com',
        email_verified: true,
      })
    })
  }

  test('the metadata announces the features that a native client relies on', async () => {
    const provider = await start({ signingAlg: 'RS256' })
    expect(await readMetadata(provider)).toMatchObject({
      issuer: provider.issuer,
      authorization_response_iss_parameter_supported: true,
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none'],
      id_token_signing_alg_values_supported: ['RS256'],
      grant_types_supported: expect.arrayContaining(['authorization_code', 'refresh_token']),
      scopes_supported: expect.arrayContaining(['openid', 'profile', 'email', 'offline_access']),
      userinfo_endpoint: `${provider.issuer}/userinfo`,
      revocation_endpoint: `${provider.issuer}/revoke`,
      end_session_endpoint: `${provider.issuer}/sign-out`,
    })
  })

  for (const issuerPath of ['/', '/tenant', '/tenant/']) {
    test(`a complete sign-in works with an issuer that ends in ${issuerPath}`, async () => {
      const provider = await start({ issuerPath })
      expect(new URL(provider.issuer).pathname).toBe(issuerPath)
      expect(await readMetadata(provider)).toMatchObject({ issuer: provider.issuer })
      const tokens = await signIn(provider)
      await verify(provider, tokens.id_token)
      expect((await ask(provider, 'userinfo', tokens)).status).toBe(200)
    })
  }

  test('a refresh token is issued if and only if offline_access is requested', async () => {
    const provider = await start()
    const without = await signIn(provider, { params: { scope: 'openid' } })
    expect(without.refresh_token).toBeUndefined()
    const prompted = { scope: 'openid offline_access', prompt: 'login' }
    const tokens = await signIn(provider, { params: prompted })
    expect(tokens.refresh_token).toEqual(expect.any(String))
    expect(tokens.scope).toBe('openid offline_access')
  })

  test('a refresh token works once, and a second use ends the session', async () => {
    const provider = await start()
    const first = await signIn(provider)
    const second = (await (await ask(provider, 'token', first)).json()) as Tokens
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect((await ask(provider, 'userinfo', second)).status).toBe(200)

    const reused = await ask(provider, 'token', first)
    expect(reused.status).toBe(400)
    expect(await reused.json()).toMatchObject({ error: 'invalid_grant' })
    expect((await ask(provider, 'token', second)).status).toBe(400)
    expect((await ask(provider, 'userinfo', second)).status).toBe(401)
  })

  test('a refresh token can be used again if the provider does not rotate it', async () => {
    const provider = await start({ rotates: false })
    const tokens = await signIn(provider)
    for (const _ of [1, 2]) expect((await ask(provider, 'token', tokens)).status).toBe(200)
  })

  test('a refresh token can be used again during the provider’s grace period', async () => {
    const clock = createTestClock()
    const provider = await start({ refreshGraceS: 60, clock })
    const tokens = await signIn(provider)
    for (const _ of [1, 2]) expect((await ask(provider, 'token', tokens)).status).toBe(200)
    clock.advance(61_000)
    expect((await ask(provider, 'token', tokens)).status).toBe(400)
  })

  test('the provider uses the given clock for all times and lifetimes', async () => {
    const clock = createTestClock(Date.now() + 40 * 24 * 3_600_000)
    const provider = await start({ clock, accessTokenTtlS: 600, refreshTokenTtlS: 3_600 })
    const tokens = await signIn(provider)
    const { iat, exp } = decodeJwt(tokens.id_token)
    expect(Math.abs(iat! - clock.nowMs() / 1000)).toBeLessThan(60)
    expect(exp! - iat!).toBe(3_600)
    const asked = await ask(provider, 'userinfo', tokens)
    expect(asked.status).toBe(200)
    expect(Math.abs(Date.parse(asked.headers.get('Date')!) - clock.nowMs())).toBeLessThan(60_000)

    clock.advance(601_000)
    expect((await ask(provider, 'userinfo', tokens)).status).toBe(401)
    const renewed = (await (await ask(provider, 'token', tokens)).json()) as Tokens
    clock.advance(3_590_000)
    const late = (await (await ask(provider, 'token', renewed)).json()) as Tokens
    clock.advance(3_601_000)
    expect((await ask(provider, 'token', late)).status).toBe(400)
  })

  test('a revoked refresh token is rejected', async () => {
    const provider = await start()
    const tokens = await signIn(provider)
    expect((await ask(provider, 'revocation', tokens)).status).toBe(200)
    expect((await ask(provider, 'token', tokens)).status).toBe(400)
    expect(provider.revoked).toEqual([tokens.refresh_token])
  })

  test('if the user denies access, the redirect has access_denied, a description, iss and state', async () => {
    const provider = await start()
    const callback = await authorize(provider, { answer: 'deny=yes' })
    expect(Object.fromEntries(callback.searchParams)).toEqual({
      error: 'access_denied',
      error_description: 'The user denied access.',
      iss: provider.issuer,
      state: 'state-1',
    })
  })

  test('RFC 7636 section 4.6: a code requires the verifier of its challenge', async () => {
    const provider = await start()
    const callback = await authorize(provider)
    const response = await redeem(provider, callback, { code_verifier: 'x'.repeat(43) })
    expect(await response.json()).toMatchObject({ error: 'invalid_grant' })
  })

  for (const [what, params] of Object.entries({
    'without a challenge': { code_challenge: '', code_challenge_method: '' },
    'with a plain challenge': { code_challenge_method: 'plain' },
    'for another redirect path': { redirect_uri: 'http://127.0.0.1:1/elsewhere' },
    'for another host': { redirect_uri: 'http://localhost:1/callback' },
    'of another client': { client_id: 'stranger' },
  })) {
    test(`a request ${what} is rejected`, async () => {
      const provider = await start()
      const response = await fetch(authorizationUrl(provider, params), { redirect: 'manual' })
      const location = response.headers.get('Location')
      if (location) expect(new URL(location).searchParams.get('error')).toBe('invalid_request')
      else expect(response.status).toBe(400)
    })
  }

  test('tokens have the requested lifetimes', async () => {
    const provider = await start({ accessTokenTtlS: 7, idTokenTtlS: 8 })
    const { id_token, expires_in } = await signIn(provider)
    expect(expires_in).toBe(7)
    const { payload } = await verify(provider, id_token)
    expect(payload.exp! - payload.iat!).toBe(8)
  })

  test('parameters of other providers are tolerated', async () => {
    const provider = await start()
    const params = {
      audience: 'https://api.example.com',
      organization: 'org_1',
      invitation: 'inv_1',
      screen_hint: 'signup',
      access_type: 'offline',
    }
    await signIn(provider, { params })
  })

  test('the provider counts requests and records those to the token endpoint', async () => {
    const provider = await start()
    const tokens = await signIn(provider)
    await ask(provider, 'token', tokens)
    await ask(provider, 'userinfo', tokens)
    expect(provider.requests).toMatchObject({ authorization: 1, token: 2, userinfo: 1, jwks: 0 })
    const [exchanged, renewed] = provider.tokenRequests
    expect(exchanged?.get('code_verifier')).toBe(VERIFIER)
    expect(exchanged?.get('redirect_uri')).toBe(REDIRECT_URI)
    expect(renewed?.get('grant_type')).toBe('refresh_token')
  })

  test('after a key rotation, the key set contains only the new key, and sign-ins still work', async () => {
    const provider = await start()
    const before = await signIn(provider)
    await provider.rotateKeys()
    const after = (await (await ask(provider, 'token', before)).json()) as Tokens
    await verify(provider, after.id_token)
    await expect(verify(provider, before.id_token)).rejects.toThrow('no applicable key')
    expect(decodeProtectedHeader(after.id_token).kid).not.toBe(
      decodeProtectedHeader(before.id_token).kid,
    )
  })

  test('the sign-in page is shown each time', async () => {
    const provider = await start()
    const cookies: Cookies = new Map()
    await signIn(provider, { cookies })
    const tokens = await signIn(provider, { cookies, answer: 'account=bob' })
    expect((await verify(provider, tokens.id_token)).payload.sub).toBe('bob')
  })

  test('with rememberLogin, the sign-in page is shown once, and again on request', async () => {
    const provider = await start({ rememberLogin: true })
    const cookies: Cookies = new Map()
    await signIn(provider, { cookies })
    const silent = await signIn(provider, { cookies, answer: '' })
    expect((await verify(provider, silent.id_token)).payload.sub).toBe('alice')
    for (const prompt of ['login', 'select_account']) {
      const asked = authorize(provider, { cookies, answer: '', params: { prompt } })
      await expect(asked).rejects.toThrow('Who is signing in?')
      await signIn(provider, { cookies, params: { prompt } })
    }
  })

  for (const hint of ['zoe', 'zoe@example.com']) {
    test(`login_hint=${hint} puts Zoë first`, async () => {
      const provider = await start()
      const params = { login_hint: hint }
      const page = await authorize(provider, { params, answer: '' }).catch(String)
      expect(page).toMatch(/value="zoe".*value="alice".*value="bob"/s)
    })
  }

  test('the sign-in page escapes names and forbids scripts', async () => {
    const provider = await start()
    const page = await authorize(provider, { answer: '' }).catch(String)
    expect(page).toContain('Sign in as Zoë O&#39;Ünal')
    const response = await fetch(`${provider.issuer}/sign-in/long-gone`)
    expect(response.status).toBe(400)
    expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
    expect(await response.text()).toContain('This page has expired')
  })

  test('a port in use is an error, and a closed provider frees its port', async () => {
    const provider = await start()
    const port = Number(new URL(provider.issuer).port)
    await expect(startProvider({ port, signingAlg: 'ES256' })).rejects.toThrow('EADDRINUSE')
    await provider.close()
    expect((await start({ port })).issuer).toBe(provider.issuer)
  })
})

test.describe('in a browser', () => {
  const inBrowser = async (
    options: { colorScheme: 'light' | 'dark' },
    run: (page: Page, redirect_uri: string) => Promise<void>,
  ): Promise<void> => {
    const client = createServer((_req, res) => res.end('back at the app'))
    await new Promise<void>((resolve) => client.listen(0, '127.0.0.1', resolve))
    const browser = await launchBrowser()
    try {
      const page = await browser.newPage(options)
      const complaints: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      await run(page, `http://127.0.0.1:${(client.address() as AddressInfo).port}/callback`)
      expect(complaints.filter((text) => !text.includes('favicon'))).toEqual([])
    } finally {
      await browser.close()
      client.close()
    }
  }

  test('a button signs in and redirects to the app on another port', async () => {
    const provider = await start()
    await inBrowser({ colorScheme: 'light' }, async (page, redirect_uri) => {
      await page.goto(authorizationUrl(provider, { redirect_uri }))
      await expect(page.getByText('Latchkey’s demo provider')).toBeVisible()
      await expect(page.getByRole('heading', { name: 'Who is signing in?' })).toBeVisible()
      await page.getByRole('button', { name: 'Sign in as Alice Adams', exact: true }).click()
      await expect(page.getByText('back at the app')).toBeVisible()
      const callback = new URL(page.url())
      await exchange(provider, callback, { redirect_uri })
    })
  })

  test('Deny redirects to the app with access_denied', async () => {
    const provider = await start()
    await inBrowser({ colorScheme: 'dark' }, async (page, redirect_uri) => {
      await page.goto(authorizationUrl(provider, { redirect_uri }))
      const background = page.locator('body')
      await expect(background).toHaveCSS('background-color', 'rgb(20, 24, 31)')
      await page.getByRole('button', { name: 'Deny' }).click()
      await page.waitForURL(/error=access_denied/)
    })
  })

  test('someone else can sign in although another person is remembered', async () => {
    const provider = await start({ rememberLogin: true })
    await inBrowser({ colorScheme: 'light' }, async (page, redirect_uri) => {
      await page.goto(authorizationUrl(provider, { redirect_uri }))
      await page.getByRole('button', { name: 'Sign in as Alice Adams' }).click()
      await page.waitForURL(/code=/)
      await page.goto(authorizationUrl(provider, { redirect_uri, prompt: 'select_account' }))
      await page.getByRole('button', { name: 'Sign in as Bob Brown' }).click()
      await page.waitForURL(/code=/)
      const tokens = await exchange(provider, new URL(page.url()), { redirect_uri })
      expect((await verify(provider, tokens.id_token)).payload.sub).toBe('bob')
    })
  })

  test('signing out at the provider makes it forget the signed-in user', async () => {
    const provider = await start({ rememberLogin: true })
    await inBrowser({ colorScheme: 'light' }, async (page, redirect_uri) => {
      await page.goto(authorizationUrl(provider, { redirect_uri }))
      await page.getByRole('button', { name: 'Sign in as Alice Adams' }).click()
      await page.waitForURL(/code=/)
      await page.goto(`${provider.issuer}/sign-out?client_id=latchkey&logout_hint=alice`)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible()
      await page.goto(authorizationUrl(provider, { redirect_uri }))
      await expect(page.getByRole('heading', { name: 'Who is signing in?' })).toBeVisible()
    })
    expect(provider.requests.endSession).toBe(1)
  })
})

test.describe('misbehaviour', () => {
  const SWITCHED = ['discovery', 'jwks', 'token', 'userinfo', 'revocation'] as const

  // How each fault looks from outside, at every endpoint that can have it.
  type Look = (
    request: Promise<Response>,
    provider: RunningProvider,
    arrived: () => Promise<void>,
  ) => unknown
  const seen: Record<Fault, Look> = {
    'server-error': async (request) => expect((await request).status).toBe(500),
    'rate-limited': async (request) => {
      expect((await request).status).toBe(429)
      expect((await request).headers.get('Retry-After')).toBe('2')
    },
    unavailable: async (request) => {
      expect((await request).status).toBe(503)
      expect((await request).headers.get('Retry-After')).toBeNull()
    },
    echo: async (request) => {
      expect((await request).status).toBe(400)
      expect(await (await request).json()).toHaveProperty('error', 'invalid_request')
    },
    'not-json': async (request) => {
      expect((await request).status).toBe(200)
      await expect((await request).json()).rejects.toThrow('is not valid JSON')
    },
    truncated: async (request) => {
      expect((await request).status).toBe(200)
      await expect((await request).text()).rejects.toThrow('terminated')
    },
    oversized: async (request) => {
      expect((await request).headers.get('Content-Length')).toBeNull()
      const body = await (await request).text()
      expect(body.length).toBeGreaterThan(8 * 1024 * 1024)
      expect(JSON.parse(body)).toBeTruthy()
    },
    redirect: async (request, provider) => {
      expect((await request).status).toBe(200)
      expect((await request).redirected).toBe(true)
      expect(provider.requests.followed).toBe(1)
    },
    hang: async (request, provider, arrived) => {
      await arrived()
      await provider.close()
      await expect(request).rejects.toThrow('fetch failed')
    },
    drip: async (request, provider) => {
      const reader = (await request).body!.getReader()
      expect((await reader.read()).value).toEqual(Uint8Array.of(0x20))
      await provider.close()
      await expect(reader.read()).rejects.toThrow('terminated')
    },
    reset: (request) => expect(request).rejects.toThrow('fetch failed'),
    'answer-lost': (request) => expect(request).rejects.toThrow('fetch failed'),
  }

  for (const fault of Object.keys(seen) as Fault[]) {
    for (const endpoint of SWITCHED) {
      test(`${endpoint} can fail by ${fault}`, async () => {
        const provider = await start()
        const tokens = await signIn(provider)
        const before = provider.requests[endpoint]
        provider.misbehave[endpoint] = fault
        const request = ask(provider, endpoint, tokens)
        await seen[fault](request, provider, () =>
          expect.poll(() => provider.requests[endpoint], { intervals: [1] }).toBe(before + 1),
        )
        if (endpoint === 'revocation') {
          expect(provider.revoked).toContain(tokens.refresh_token)
        }
      })
    }
  }

  test('only a lost answer uses up a code, and no other fault at the token endpoint does', async () => {
    const provider = await start()
    for (const token of [
      'server-error',
      'reset',
      'truncated',
      'not-json',
      'answer-lost',
    ] as const) {
      const callback = await authorize(provider)
      provider.misbehave.token = token
      await exchange(provider, callback).catch(() => {})
      provider.misbehave.token = undefined
      const again = await redeem(provider, callback)
      expect([token, again.status]).toEqual([token, token === 'answer-lost' ? 400 : 200])
    }
  })

  test('a failing endpoint can send Retry-After, and can echo the request', async () => {
    const provider = await start({ misbehave: { retryAfter: '120', userinfo: 'echo' } })
    const tokens = await signIn(provider)
    for (const token of ['rate-limited', 'unavailable'] as const) {
      provider.misbehave.token = token
      expect((await ask(provider, 'token', tokens)).headers.get('Retry-After')).toBe('120')
    }
    provider.misbehave.token = 'echo'
    const quoted = await (await ask(provider, 'token', tokens)).text()
    expect(quoted).toContain(`refresh_token=${tokens.refresh_token}`)
    const header = await (await ask(provider, 'userinfo', tokens)).text()
    expect(header).toContain(`Bearer ${tokens.access_token}`)
  })

  test('an answer can be delayed after its work is done, and can have another date', async () => {
    const provider = await start()
    const tokens = await signIn(provider)
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const date = 'Thu, 01 Jan 2026 00:00:00 GMT'
    provider.misbehave.date = date
    const revoking = new Promise<void>((worked) => {
      provider.misbehave.hold = (endpoint) => {
        if (endpoint !== 'revocation') return undefined
        worked()
        return held
      }
    })
    let answered = false
    const answer = ask(provider, 'revocation', tokens).finally(() => (answered = true))
    await revoking
    expect((await ask(provider, 'token', tokens)).status).toBe(400)
    expect(answered).toBe(false)
    release()
    expect((await answer).headers.get('Date')).toBe(date)
  })

  test('invalid-grant, empty and wrong-sub do what their names say', async () => {
    const provider = await start({
      misbehave: { jwks: 'empty', userinfo: 'wrong-sub' },
    })
    const tokens = await signIn(provider)
    provider.misbehave.token = 'invalid-grant'
    const refused = await ask(provider, 'token', tokens)
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ error: 'invalid_grant' })
    expect(await (await ask(provider, 'jwks', tokens)).json()).toEqual({ keys: [] })
    expect(await (await ask(provider, 'userinfo', tokens)).json()).toMatchObject({
      sub: 'mallory',
      name: 'Alice Adams',
    })
  })

  test('metadata can be rewritten, as JSON and as text', async () => {
    const provider = await start()
    provider.misbehave.metadata = (json) => ({ ...json, issuer: 'https://evil.example' })
    expect(await readMetadata(provider)).toMatchObject({
      issuer: 'https://evil.example',
      jwks_uri: `${provider.issuer}/jwks`,
    })
    provider.misbehave.metadata = () => '{"issuer":'
    await expect(readMetadata(provider)).rejects.toThrow('JSON')
  })

  test('a token answer can be rewritten, as JSON and as text', async () => {
    const provider = await start()
    const { refresh_token } = await signIn(provider)
    const answers: [Misbehaviour['tokenResponse'], unknown][] = [
      [(json) => ({ ...json, access_token: 7 }), expect.stringContaining('"access_token":7')],
      [() => null, 'null'],
      [() => '[', '['],
    ]
    let latest = refresh_token
    for (const [tokenResponse, expected] of answers) {
      provider.misbehave.tokenResponse = (json) => {
        latest = json['refresh_token'] as string
        return tokenResponse?.(json)
      }
      const response = await ask(provider, 'token', { refresh_token: latest! })
      expect(response.headers.get('Content-Type')).toContain('application/json')
      expect(await response.text()).toEqual(expected)
    }
  })

  const callbacks: [string, (params: URLSearchParams) => void, RegExp][] = [
    ['lack iss', (params) => params.delete('iss'), /\?code=[^&]+&state=state-1$/],
    [
      'have a wrong iss',
      (params) => params.set('iss', 'https://evil.example'),
      /iss=https%3A%2F%2Fevil/,
    ],
    ['lack the state', (params) => params.delete('state'), /\?code=[^&]+&iss=[^&]+$/],
    ['have an empty code', (params) => params.set('code', ''), /code=&/],
    ['repeat the state', (params) => params.append('state', 'b'), /state=state-1&.*state=b$/],
    [
      'contain markup',
      (params) => {
        params.delete('code')
        params.set('error', '<script>alert(1)</script>')
      },
      /error=%3Cscript%3E/,
    ],
  ]
  for (const [what, callback, expected] of callbacks) {
    test(`the callback can ${what}`, async () => {
      const provider = await start({ misbehave: { callback } })
      expect((await authorize(provider)).href).toMatch(expected)
    })
  }

  test('a denial also goes through the callback switch', async () => {
    const provider = await start({
      misbehave: { callback: (params) => params.set('error_description', '<b>no</b>') },
    })
    const denial = await authorize(provider, { answer: 'deny=yes' })
    expect(denial.searchParams.get('error_description')).toBe('<b>no</b>')
  })

  for (const signingAlg of ['RS256', 'ES256'] as const) {
    test(`a changed ID token is still signed properly with ${signingAlg}`, async () => {
      const provider = await start({ signingAlg })
      provider.misbehave.idToken = (claims, header) => {
        claims['aud'] = 'someone-else'
        header['typ'] = 'changed'
      }
      const { payload, protectedHeader } = await verify(provider, (await signIn(provider)).id_token)
      expect(payload.aud).toBe('someone-else')
      expect(protectedHeader).toMatchObject({ typ: 'changed', alg: signingAlg })
    })
  }

  test('an ID token can name a key that is not in the key set', async () => {
    const provider = await start({ misbehave: { idToken: (_, header) => (header['kid'] = 'no') } })
    const { id_token } = await signIn(provider)
    await expect(verify(provider, id_token)).rejects.toThrow('no applicable key')
  })

  test('an ID token can be replaced completely after its claims were changed', async () => {
    const provider = await start()
    provider.misbehave.idToken = (claims) => (claims['sub'] = 'mallory')
    provider.misbehave.idTokenRaw = (jwt) => `e30.${jwt.split('.')[1]}.`
    const [header, claims, signature] = (await signIn(provider)).id_token.split('.')
    expect([header, signature]).toEqual(['e30', ''])
    expect(JSON.parse(Buffer.from(claims!, 'base64url').toString())).toMatchObject({
      sub: 'mallory',
    })
  })
})

const SCOPE = 'openid profile email offline_access'

function authorizationUrl(provider: RunningProvider, params: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: provider.clientId,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: SCOPE,
    state: 'state-1',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    ...params,
  })
  return endpoint(provider, `authorize?${query}`)
}

/** Acts as a browser. Returns the callback, or throws the page that waits for an answer. */
async function authorize(provider: RunningProvider, signIn: SignIn = {}): Promise<URL> {
  const { params, answer = 'account=alice', cookies = new Map() } = signIn
  let url = new URL(authorizationUrl(provider, params))
  for (let form: string | undefined; ;) {
    const response: Response = await fetch(url, {
      redirect: 'manual',
      headers: { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form !== undefined && { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('Location')
    form = undefined
    if (!location) {
      if (response.status !== 200 || answer === '') throw new Error(await response.text())
      form = answer
    } else {
      url = new URL(location, url)
      if (url.origin !== new URL(provider.issuer).origin) return url
    }
  }
}

function redeem(
  provider: RunningProvider,
  callback: URL,
  params: Record<string, string> = {},
): Promise<Response> {
  return post(endpoint(provider, 'token'), {
    grant_type: 'authorization_code',
    client_id: provider.clientId,
    redirect_uri: REDIRECT_URI,
    code_verifier: VERIFIER,
    code: callback.searchParams.get('code') ?? '',
    ...params,
  })
}

async function exchange(
  provider: RunningProvider,
  callback: URL,
  params?: Record<string, string>,
): Promise<Tokens> {
  const response = await redeem(provider, callback, params)
  const body = await response.text()
  expect([response.status, body]).toEqual([200, expect.stringContaining('access_token')])
  return JSON.parse(body) as Tokens
}

async function signIn(provider: RunningProvider, signIn?: SignIn): Promise<Tokens> {
  return exchange(provider, await authorize(provider, signIn))
}

/** Sends an ordinary request to one endpoint; at the token endpoint, a renewal. */
function ask(
  provider: RunningProvider,
  name: 'discovery' | 'jwks' | 'token' | 'userinfo' | 'revocation',
  tokens: Partial<Tokens>,
): Promise<Response> {
  const client_id = provider.clientId
  const refresh_token = tokens.refresh_token ?? ''
  switch (name) {
    case 'discovery':
      return fetch(endpoint(provider, '.well-known/openid-configuration'))
    case 'jwks':
      return fetch(endpoint(provider, 'jwks'))
    case 'token':
      return post(endpoint(provider, 'token'), {
        grant_type: 'refresh_token',
        client_id,
        refresh_token,
      })
    case 'userinfo':
      return fetch(endpoint(provider, 'userinfo'), {
        headers: { Authorization: `Bearer ${tokens.access_token}` },
      })
    case 'revocation':
      return post(endpoint(provider, 'revoke'), { client_id, token: refresh_token })
  }
}

function endpoint(provider: RunningProvider, path: string): string {
  return `${provider.issuer.replace(/\/$/, '')}/${path}`
}

function post(url: string, form: Record<string, string>): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams(form) })
}

async function readMetadata(provider: RunningProvider): Promise<Record<string, unknown>> {
  return (await ask(provider, 'discovery', {})).json() as Promise<Record<string, unknown>>
}

async function verify(provider: RunningProvider, jwt: string): ReturnType<typeof jwtVerify> {
  const keys = (await (await ask(provider, 'jwks', {})).json()) as JSONWebKeySet
  return jwtVerify(jwt, createLocalJWKSet(keys), { issuer: provider.issuer })
}
