// The PKCE API as other apps use it, with the official client: what each call returns and rejects.

import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { SIGN_IN_MESSAGES } from '../../main/agent/agent-messages.js'
import { DOCUMENTED_PORTS, PLUGIN_PORTS } from '../../main/api/service-ports.js'
import { codeChallenge } from '../../main/oauth/pkce.js'
import { PAGE_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { altered, answerLink, type Visit } from '../support/person.js'
import { SCRIPTED, type Program } from '../support/program.js'
import {
  ask,
  call,
  createClient,
  comeBack,
  expect,
  expectFailure,
  expectProblem,
  formSeedFor,
  respond,
  seeded,
  seedFor,
  signIn,
  test,
  tokenized,
  tokenRequest,
  type Service,
} from '../support/service.js'

const NO_BODY = { headers: { 'content-type': 'application/json' } }

/** The parameters of a link. */
const readParameters = (link: string): URLSearchParams => new URL(link).searchParams

/** The system has just freed this port, so another program is unlikely to use it. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('a challenge is new each time, uses S256, has its state as nonce, and is not stored', async ({
  serve,
}) => {
  const { api, program } = await serve()
  const [one, other] = await Promise.all([api.getChallenge(), api.getChallenge()])

  const { state, nonce, challenge, method, verifier } = one.challenge!
  expect(Object.keys(one).filter((key) => one[key as keyof typeof one] !== undefined)).toEqual([
    'challenge',
  ])
  expect(nonce).toBe(state)
  expect(method).toBe('S256')
  expect(verifier).toMatch(/^[\w.~-]{43,128}$/)
  expect(challenge).toBe(codeChallenge(verifier))
  for (const key of ['state', 'challenge', 'verifier'] as const) {
    expect(one.challenge![key]).not.toBe(other.challenge![key])
  }
  program.type('status')
  expect((await program.line('status')).status.state).toBe('signed-out')
})

test.describe('a sign-in', () => {
  test('of an app with its own verifier goes from its seed to tokens', async ({ serve }) => {
    const { api, program, provider } = await serve()
    const { challenge } = await api.getChallenge()
    const { state, nonce, challenge: codeChallenge, verifier } = challenge!
    const called = api.generateCode({
      seededPKCE: {
        responseType: 'code',
        state,
        nonce,
        codeChallenge,
        codeChallengeMethod: 'S256',
        scope: ['openid', 'profile', 'email'],
        clientId: provider.clientId,
      },
    })
    const link = await program.link()
    expect(Object.fromEntries(readParameters(link))).toEqual({
      response_type: 'code',
      client_id: provider.clientId,
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
      scope: 'openid profile email',
      state,
      nonce,
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
    })
    await fetch(await answerLink(link))

    const coded = await called
    expect(coded.challenge).toBeUndefined()
    expect(coded.auth0).toBeUndefined()
    expect(coded.result).toMatchObject({ code: expect.stringMatching(/./), state })
    expect(coded.seed).toMatchObject({
      state,
      nonce,
      codeChallenge,
      clientId: provider.clientId,
      scope: ['openid', 'profile', 'email'],
      redirectUri: readParameters(link).get('redirect_uri'),
    })

    const { seed, result, auth0 } = await api.generateToken({
      tokenizedPKCE: {
        grantType: 'authorization_code',
        clientId: provider.clientId,
        code: coded.result!.code,
        redirectUri: coded.seed!.redirectUri!,
        codeVerifier: verifier,
      },
    })
    expect(seed).toMatchObject({ state, nonce, codeChallenge })
    expect(result).toMatchObject({ code: coded.result!.code, state })
    expect(auth0!.oAuth.token).toMatchObject({ tokenType: 'Bearer', scope: 'openid profile email' })
    expect(auth0!.oAuth.account).toMatchObject({ name: 'Alice Adams' })
    expect((await program.status('signed-in')).account?.name).toBe('Alice Adams')
  })

  test('without bodies gets its seed from the service, which keeps the verifier', async ({
    serve,
  }) => {
    const { api, program } = await serve()
    const called = api.generateCode()
    await comeBack(program)
    const { challenge, seed, result } = await called

    expect(challenge).toMatchObject({ state: seed!.state, nonce: seed!.nonce, method: 'S256' })
    expect(challenge!.challenge).toBe(codeChallenge(challenge!.verifier))
    expect(seed!.codeChallenge).toBe(challenge!.challenge)
    expect(result!.state).toBe(seed!.state)

    const { auth0 } = await api.generateToken()
    expect(auth0!.oAuth.account!.email).toBe('alice@example.com')
    await program.status('signed-in')
  })

  test('without a body can be finished with the returned code and verifier', async ({ serve }) => {
    const { api, program, provider } = await serve()
    const called = api.generateCode()
    await comeBack(program)
    const { challenge, seed, result } = await called

    const { auth0 } = await api.generateToken({
      tokenizedPKCE: {
        grantType: 'authorization_code',
        clientId: provider.clientId,
        code: result!.code,
        redirectUri: seed!.redirectUri!,
        codeVerifier: challenge!.verifier,
      },
    })
    expect(auth0!.client).toBe(provider.clientId)
  })

  test('shows its progress in the status: waiting, answered, exchanging, signed-in', async ({
    serve,
  }) => {
    const service = await serve()
    const { token } = await signIn(service)
    expect(token.status).toBe(200)
    await service.program.status('signed-in')

    const lines = service.program.stdout().trim().split('\n')
    const states = lines
      .map((text) => JSON.parse(text) as { event: string; status?: { state: string } })
      .flatMap(({ status }) => status?.state ?? [])
    expect(states).toEqual(['signed-out', 'waiting', 'answered', 'exchanging', 'signed-in'])
  })

  test('S11: ends with a page that sends the user back to the app without claiming success', async ({
    serve,
  }) => {
    const { api, program } = await serve()
    const called = api.generateCode()
    const page = await comeBack(program)
    const html = await page.text()

    expect(page.status).toBe(200)
    expect(html).toContain(PAGE_MESSAGES.returnToApp.heading)
    expect(html).not.toMatch(/signed in|Alice/i)
    await called
  })

  test('is renewed by refresh_token, with the other fields empty', async ({ serve }) => {
    const service = await serve()
    const { provider, api } = service
    const { token } = await signIn(service)
    const before = token.json.auth0!.oAuth.token.access_token

    const { seed, result, auth0 } = await api.generateToken({
      tokenizedPKCE: {
        grantType: 'refresh_token',
        clientId: provider.clientId,
        code: '',
        redirectUri: '',
        codeVerifier: '',
      },
    })
    expect(seed).toBeUndefined()
    expect(result).toBeUndefined()
    expect(auth0!.oAuth.token!.accessToken).not.toBe(before)
    expect(auth0!.oAuth.account!.name).toBe('Alice Adams')
    expect(provider.tokenRequests.map((form) => form.get('grant_type'))).toEqual([
      'authorization_code',
      'refresh_token',
    ])
  })

  test('F08: is renewed only if the token lives shorter than the caller asks for', async ({
    serve,
  }) => {
    const service = await serve({ provider: { accessTokenTtlS: 600 } })
    const { provider } = service
    const { token } = await signIn(service)
    const first = token.json.auth0!.oAuth.token.access_token
    const read = async (minimum: unknown) => {
      const body = { grant_type: 'refresh_token', client_id: provider.clientId }
      return call(service, '/pkce/token', { body: { ...body, minimum_validity: minimum } })
    }
    expect((await read(0)).json.auth0!.oAuth.token.access_token).toBe(first)
    expect((await read(500)).json.auth0!.oAuth.token.access_token).toBe(first)
    expect(provider.tokenRequests).toHaveLength(1)
    expect((await read(700)).json.auth0!.oAuth.token.access_token).not.toBe(first)
    expect(provider.tokenRequests).toHaveLength(2)
    for (const wrong of [-1, 1.5, '60']) expect((await read(wrong)).status).toBe(400)
  })

  test('has an assumed lifetime if the provider names none, and all callers that need more share one renewal', async ({
    serve,
  }) => {
    const tokenResponse = (json: Record<string, unknown>): unknown => ({
      ...json,
      expires_in: undefined,
    })
    const service = await serve({ provider: { misbehave: { tokenResponse } } })
    const { provider } = service
    const { token } = await signIn(service)
    const { access_token: first, expires_in: lifeS } = token.json.auth0!.oAuth.token
    expect(lifeS).toBeGreaterThan(290)
    expect(lifeS).toBeLessThanOrEqual(300)
    const read = async (minimum: number): Promise<string> => {
      const body = { grant_type: 'refresh_token', client_id: provider.clientId }
      const answer = await call(service, '/pkce/token', {
        body: { ...body, minimum_validity: minimum },
      })
      return answer.json.auth0!.oAuth.token.access_token
    }
    expect(await read(0)).toBe(first)
    expect(provider.tokenRequests).toHaveLength(1)
    const renewed = new Set(await Promise.all(Array.from({ length: 10 }, () => read(301))))
    expect(renewed.size).toBe(1)
    expect(renewed).not.toContain(first)
    expect(provider.tokenRequests).toHaveLength(2)
  })

  test('F12: of another person adds their account, and leaves the first one’s session', async ({
    serve,
  }) => {
    const service = await serve()
    await signIn(service)
    const { token } = await signIn(service, {}, 'account=bob')

    expect(token.json.auth0!.oAuth.account.name).toBe('Bob Brown')
    service.program.type('status')
    expect((await service.program.status('signed-in')).account?.sub).toBe('alice')
    expect(service.provider.revoked).toEqual([])
  })

  test('at the demo provider works at localhost as at 127.0.0.1', async ({ run }) => {
    const program = await run([...SCRIPTED, '--demo'])
    const { url } = await program.line('listening')
    const api = createClient(url.replace('127.0.0.1', 'localhost'))
    const called = api.generateCode()
    await comeBack(program)
    await called

    expect((await api.generateToken()).auth0!.oAuth.account!.name).toBe('Alice Adams')
  })

  test('of three apps at once gives each app the answer to its own state', async ({ serve }) => {
    const { api, program, provider } = await serve()
    const apps = ['account=alice', 'account=bob', 'account=zoe'].map((press) => {
      const { seed, verifier } = seedFor(provider.clientId)
      return { press, seed, verifier, called: api.generateCode(seeded(seed)) }
    })
    const links = [await program.link(), await program.link(), await program.link()]
    // The last sign-in is answered first, so the order can't decide which app gets an answer.
    for (const link of links.toReversed()) {
      const { press } = apps.find(({ seed }) => seed.state === readParameters(link).get('state'))!
      await fetch(await answerLink(link, press))
    }

    const names: string[] = []
    for (const { seed, verifier, called } of apps) {
      const { result, seed: effective } = await called
      expect(result!.state).toBe(seed.state)
      const { auth0 } = await api.generateToken({
        tokenizedPKCE: {
          grantType: 'authorization_code',
          clientId: provider.clientId,
          code: result!.code,
          redirectUri: effective!.redirectUri!,
          codeVerifier: verifier,
        },
      })
      names.push(auth0!.oAuth.account!.name)
    }
    expect(names).toEqual(['Alice Adams', 'Bob Brown', "Zoë O'Ünal"])
  })
})

test.describe('the code call', () => {
  test('with a state that is already waiting gets a 409, and the first continues', async ({
    serve,
  }) => {
    const { api, program, provider } = await serve()
    const { seed } = seedFor(provider.clientId)
    const called = api.generateCode(seeded(seed))
    const link = await program.link()

    await expectFailure(api.generateCode(seeded(seed)), 409, 'in-use')
    await fetch(await answerLink(link))
    expect((await called).result!.state).toBe(seed.state)
    // Even after the answer the sign-in has not ended.
    await expectFailure(api.generateCode(seeded(seed)), 409, 'in-use')
  })

  test('gets a 408 if no one answers in time', async ({ serve }) => {
    const { api, program } = await serve({ flags: ['--sign-in-timeout', '1'] })
    await expectFailure(api.generateCode(), 408, 'timeout')
    await program.status('failed')
  })

  test('gets a 403 if the user denies access, and the page says so', async ({ serve }) => {
    const { api, program } = await serve()
    const failed = expectFailure(api.generateCode(), 403, 'access-denied')
    expect(await (await comeBack(program, 'deny=yes')).text()).toContain(
      PAGE_MESSAGES.denied.heading,
    )
    await failed
    await program.status('failed')
  })

  test('gets a 502 if the provider’s metadata can’t be read', async ({ serve }) => {
    const { api, provider } = await serve()
    for (const fault of ['server-error', 'not-json', 'reset'] as const) {
      provider.misbehave.discovery = fault
      await expectFailure(api.generateCode(), 502, 'provider-failed')
    }
  })

  test('gets a 503 if no provider is configured', async ({ run }) => {
    const program = await run(SCRIPTED)
    const { url } = await program.line('listening')
    const api = createClient(url)
    await expectFailure(api.generateCode(), 503, 'unavailable')
    await expectFailure(api.generateCode(seeded(seedFor('any').seed)), 503, 'unavailable')
  })

  test('waits if no browser can be opened, while the terminal shows its link', async ({ run }) => {
    test.skip(process.platform !== 'linux', 'only here can the opener be made to fail')
    const flags = SCRIPTED.filter((flag) => flag !== '--no-browser')
    // On Linux the opener reads these variables: no desktop, and a browser that fails.
    const env = { BROWSER: 'false', DISPLAY: '', WAYLAND_DISPLAY: '', XDG_CURRENT_DESKTOP: '' }
    const program = await run([...flags, '--demo'], { env })
    const { url } = await program.line('listening')
    const called = createClient(url).generateCode()
    const link = await program.link()
    await program.line('status', ({ status }) => status.reason === SIGN_IN_MESSAGES.noBrowser)
    program.type('link')
    expect((await program.line('link')).url).toBe(link)
    await fetch(await answerLink(link))
    expect((await called).result?.code).toEqual(expect.stringMatching(/./))
  })

  test('sends state and nonce to the provider unchanged, also if they differ', async ({
    serve,
  }) => {
    const service = await serve()
    const changes = { state: 'a state of /&?=# its own', nonce: 'quite-another' }
    const { seed, verifier } = seedFor(service.provider.clientId, changes)
    const called = call(service, '/pkce/code', { body: seed })
    const link = await service.program.link()
    expect(readParameters(link).get('state')).toBe(changes.state)
    expect(readParameters(link).get('nonce')).toBe(changes.nonce)
    await fetch(await answerLink(link))

    const coded = (await called).json
    expect(coded.seed).toMatchObject(changes)
    const token = await call(service, '/pkce/token', { body: tokenRequest(coded, verifier) })
    expect(token.status).toBe(200)
  })

  test('accepts the scope as text too, because some clients send it so', async ({ serve }) => {
    const service = await serve()
    const { coded, token } = await signIn(service, { scope: 'openid  email' })
    expect(coded.seed!.scope).toEqual(['openid', 'email'])
    expect(token.json.auth0!.oAuth.token.scope).toBe('openid email')
  })

  test('treats UNKNOWN as an absent value', async ({ serve }) => {
    const { provider, program, url } = await serve()
    const words = { screen_hint: 'UNKNOWN', prompt: 'UNKNOWN', response_mode: 'UNKNOWN' }
    const { seed } = seedFor(provider.clientId, words)
    const called = call({ url }, '/pkce/code', { body: seed })
    const link = await program.link()
    for (const name of Object.keys(words)) expect(readParameters(link).has(name)).toBe(false)
    await fetch(await answerLink(link))
    expect((await called).status).toBe(200)
  })

  test('accepts a schema of any shape, because it has no effect', async ({ serve }) => {
    const service = await serve()
    const right = { migration: 0, semantic: 'MAJOR_0_MINOR_0_PATCH_1' }
    for (const schema of [right, '[object Blob]', [1, [2]], null]) {
      const { coded, verifier } = await signIn(service, { schema })
      expect(coded.result).toBeDefined()
      // The code is spent by now. That is checked only after the models are valid.
      const again = { body: tokenRequest(coded, verifier, { schema }) }
      expectProblem(await call(service, '/pkce/token', again), 409, 'spent')
    }
  })

  test('S45: passes on exactly the parameters that allowedParameters adds', async ({ serve }) => {
    const service = await serve({ flags: ['--allowed-parameters', 'hd,kc_idp_hint'] })
    const { clientId } = service.provider
    const bad = seedFor(clientId, { ADDITIONAL_PARAMETERS: { hd: 'x', kc_action: 'y' } })
    expectProblem(await call(service, '/pkce/code', { body: bad.seed }), 400, 'refused')

    const { seed } = seedFor(clientId, { ADDITIONAL_PARAMETERS: { hd: 'x', login_hint: 'a@b' } })
    const called = call(service, '/pkce/code', { body: seed })
    const link = readParameters(await service.program.link())
    expect([link.get('hd'), link.get('login_hint')]).toEqual(['x', 'a@b'])
    service.program.type('cancel')
    expectProblem(await called, 409, 'cancelled')
  })

  test('passes ADDITIONAL_PARAMETERS, screen_hint, prompt and invitation on', async ({ serve }) => {
    const service = await serve()
    const { seed } = seedFor(service.provider.clientId, {
      ADDITIONAL_PARAMETERS: { access_type: 'offline', display: 'popup' },
      screen_hint: 'signup',
      prompt: 'login',
      invitation: 'inv_1',
      organization: 'org_1',
    })
    const hangUp = new AbortController()
    const called = service.api.generateCode(seeded(seed), { signal: hangUp.signal })
    expect(Object.fromEntries(readParameters(await service.program.link()))).toMatchObject({
      access_type: 'offline',
      display: 'popup',
      screen_hint: 'signup',
      prompt: 'login',
      invitation: 'inv_1',
      organization: 'org_1',
    })
    hangUp.abort()
    await expect(called).rejects.toThrow()
  })

  test('with an organization has it checked when the ID token comes', async ({ serve }) => {
    const service = await serve()
    const { misbehave } = service.provider
    misbehave.idToken = (claims) => void (claims['org_id'] = 'org_1')
    expect((await signIn(service, { organization: 'org_1' })).token.status).toBe(200)

    misbehave.idToken = (claims) => void (claims['org_name'] = 'acme')
    expect((await signIn(service, { organization: 'acme' })).token.status).toBe(200)

    misbehave.idToken = (claims) => void (claims['org_id'] = 'org_2')
    const other = await signIn(service, { organization: 'org_1' }, 'account=bob')
    expectProblem(other.token, 502, 'provider-failed')

    misbehave.idToken = undefined
    const none = await signIn(service, { organization: 'org_1' }, 'account=bob')
    expectProblem(none.token, 502, 'provider-failed')
    service.program.type('status')
    const { status } = await service.program.line('status', ({ status }) => status.reason !== null)
    expect(status.account?.name).toBe('Alice Adams')
  })

  test('with response_mode form_post makes the listener accept the provider’s form', async ({
    serve,
  }) => {
    const { api, program, provider } = await serve()
    const { seed } = seedFor(provider.clientId, { response_mode: 'form_post' })
    const called = api.generateCode(seeded(seed))
    const link = await program.link()
    expect(readParameters(link).get('response_mode')).toBe('form_post')

    const { searchParams, origin, pathname } = new URL(
      await answerLink(altered(link, { response_mode: null })),
    )
    const page = await fetch(`${origin}${pathname}`, { method: 'POST', body: searchParams })
    expect(await page.text()).toContain(PAGE_MESSAGES.returnToApp.heading)
    const { result, seed: effective } = await called
    expect(result!.code).toBe(searchParams.get('code'))
    expect(effective!.responseMode).toBe('form_post')
  })

  test('may let the provider post to the service itself, by any of its names', async ({
    serve,
  }) => {
    const service = await serve()
    const { api, program, provider } = service
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
      const redirectUri = `http://${host}:${service.port}/pkce/response/code`
      const { seed } = seedFor(provider.clientId, {
        redirect_uri: redirectUri,
        response_mode: 'form_post',
      })
      const called = api.generateCode(seeded(seed))
      const asked = readParameters(await program.link())
      expect(asked.get('redirect_uri')).toBe(redirectUri)
      expect(asked.get('response_mode')).toBe('form_post')

      const origin = new URL(provider.issuer).origin
      const page = await respond(
        service,
        { code: 'posted', state: seed.state, iss: provider.issuer },
        { origin, 'sec-fetch-site': 'cross-site', accept: 'text/html,*/*;q=0.8' },
      )
      expect(page.status).toBe(200)
      expect(page.headers.get('content-type')).toContain('text/html')
      expect(page.text).toContain(PAGE_MESSAGES.returnToApp.heading)
      const { result, seed: effective } = await called
      expect(result).toMatchObject({ code: 'posted', state: seed.state })
      expect(effective!.redirectUri).toBe(redirectUri)
    }
  })

  test('may name /callback on a redirect port that is configured', async ({ serve }) => {
    const [first, second] = [await freePort(), await freePort()]
    const service = await serve({ flags: ['--redirect-port', `${first},${second}`] })
    const redirectUri = `http://127.0.0.1:${second}/callback`
    const { coded, token } = await signIn(service, { redirect_uri: redirectUri })

    expect(coded.seed!.redirect_uri).toBe(redirectUri)
    expect(token.json.auth0!.redirects).toEqual({ authenticated: redirectUri })
  })

  test('accepts the provider’s domain in each spelling', async ({ serve }) => {
    const service = await serve()
    const { issuer, clientId } = service.provider
    const { host } = new URL(issuer)
    for (const domain of [issuer, `${issuer}/`, host, `${issuer}/authorize`]) {
      const { seed } = seedFor(clientId, { domain })
      const failed = expectFailure(service.api.generateCode(seeded(seed)), 409, 'cancelled')
      expect(new URL(await service.program.link()).origin).toBe(issuer)
      await service.api.clearPKCE()
      await failed
    }
  })

  test('accepts and sends the configured audience, and rejects any other', async ({ serve }) => {
    const audience = 'https://api.example.com/'
    const service = await serve({ flags: ['--audience', audience] })
    const called = call(service, '/pkce/code', NO_BODY)
    const link = await service.program.link()
    expect(readParameters(link).get('audience')).toBe(audience)
    await fetch(await answerLink(link))
    expect((await called).json.seed!.audience).toBe(audience)

    const { token } = await signIn(service, { audience })
    expect(token.json.auth0!.audience).toBe(audience)

    const { seed } = seedFor(service.provider.clientId, { audience: 'https://other.example.com/' })
    expectProblem(await call(service, '/pkce/code', { body: seed }), 400, 'refused')
  })
})

test.describe('the code call rejects, with a 400 and without a browser,', () => {
  const port = 9
  for (const [name, code, changes] of [
    ['another client', 'refused', { client_id: 'another' }],
    ['an audience if none is configured', 'refused', { audience: 'https://api.example.com' }],
    ['another provider as domain', 'refused', { domain: 'evil.example.com' }],
    ['another provider’s endpoint', 'refused', { domain: 'https://evil.example.com/authorize' }],
    ['a domain that is not a URL', 'refused', { domain: ':::' }],
    [
      'a redirect_uri on another host',
      'refused',
      { redirect_uri: 'https://evil.example.com/callback', response_mode: 'query' },
    ],
    [
      'a redirect_uri on a port that is not configured',
      'refused',
      { redirect_uri: `http://127.0.0.1:${port}/callback` },
    ],
    ['a redirect_uri that only looks local', 'refused', { redirect_uri: 'http://127.0.0.1@evil/' }],
    ['response_mode fragment', 'malformed', { response_mode: 'fragment' }],
    ['response_mode web_message', 'malformed', { response_mode: 'web_message' }],
    ['response_type token', 'malformed', { response_type: 'token' }],
    ['response_type id_token', 'malformed', { response_type: 'id_token' }],
    ['code_challenge_method plain', 'malformed', { code_challenge_method: 'plain' }],
    ['a code_challenge that is too short', 'malformed', { code_challenge: 'short' }],
    ['no state', 'malformed', { state: undefined }],
    ['a state that can be guessed', 'malformed', { state: '1234567' }],
    ['no nonce', 'malformed', { nonce: undefined }],
    ['an empty client', 'malformed', { client_id: '' }],
    ['a client that is not text', 'malformed', { client_id: 7 }],
    ['a scope without openid', 'malformed', { scope: ['email'] }],
    ['a scope that is a number', 'malformed', { scope: 5 }],
    ['an unknown screen_hint', 'malformed', { screen_hint: 'login' }],
    ['ADDITIONAL_PARAMETERS as text', 'malformed', { ADDITIONAL_PARAMETERS: 'a=b' }],
    ['an additional parameter as a list', 'malformed', { ADDITIONAL_PARAMETERS: { a: ['b'] } }],
    ...[
      'client_id',
      'redirect_uri',
      'state',
      'nonce',
      'scope',
      'response_type',
      'response_mode',
      'code_challenge',
      'code_challenge_method',
      'audience',
      'prompt',
      'max_age',
      'request',
      'request_uri',
      'CLIENT_ID',
      // S45: parameters that some provider supports, and spellings that a provider reads as another name.
      'claims',
      'registration',
      'id_token_hint',
      'resource',
      'organization',
      'invitation',
      'screen_hint',
      'authorization_details',
      'kc_action',
      'request.uri',
      'claims[]',
      'Access_Type',
      'access_type ',
      ' display',
      'a',
      '',
    ].map(
      (own) =>
        [
          `${own} among the additional parameters`,
          'refused',
          { ADDITIONAL_PARAMETERS: { [own]: 'x' } },
        ] as const,
    ),
  ] as const) {
    test(name, async ({ shared }) => {
      const { seed } = seedFor(shared.clientId, changes)
      expectProblem(await call(shared, '/pkce/code', { body: seed }), 400, code)
      expect(await shared.state()).toBe('signed-out')
      expect(shared.opened()).toBe(0)
    })
  }

  for (const [name, scope] of [
    ['a scope with a space', ['openid', 'profile email']],
    ['a scope with a quote', ['openid', 'a"b']],
    ['a scope with a backslash', ['openid', 'a\\b']],
    ['a scope with a control character', ['openid', 'a\u0007']],
    ['a scope beyond ASCII', 'openid ä'],
    ['an empty scope', ['openid', '']],
  ] as const) {
    test(`RFC 6749 section 3.3: ${name}`, async ({ shared }) => {
      const { seed } = seedFor(shared.clientId, { scope })
      expectProblem(await call(shared, '/pkce/code', { body: seed }), 400, 'malformed')
      expect(shared.opened()).toBe(0)
    })
  }

  test('the service’s own /pkce/response/code without form_post', async ({ shared }) => {
    const redirect_uri = `${shared.url}/pkce/response/code`
    for (const changes of [{ redirect_uri }, { redirect_uri, response_mode: 'query' }]) {
      const { seed } = seedFor(shared.clientId, changes)
      expectProblem(await call(shared, '/pkce/code', { body: seed }), 400, 'refused')
    }
    for (const spelling of [
      `${redirect_uri}/`,
      `${redirect_uri}?a=b`,
      redirect_uri.toUpperCase(),
    ]) {
      const changes = { redirect_uri: spelling, response_mode: 'form_post' }
      const { seed } = seedFor(shared.clientId, changes)
      expectProblem(await call(shared, '/pkce/code', { body: seed }), 400, 'refused')
    }
    expect(shared.opened()).toBe(0)
  })
})

test.describe('the limit of five browser launches a minute', () => {
  test('answers the sixth with 429 and Retry-After; rejected and duplicate requests don’t count', async ({
    serve,
  }) => {
    const service = await serve()
    const { api, program, provider } = service
    const hangUp = new AbortController()
    const { signal } = hangUp
    const { seed } = seedFor(provider.clientId)
    const waiting = [api.generateCode(seeded(seed), { signal })]
    await program.link()
    for (let count = 0; count < 8; count++) {
      await expectFailure(api.generateCode(seeded(seed)), 409, 'in-use')
      const refused = seedFor(provider.clientId, { client_id: 'another' }).seed
      await expectFailure(api.generateCode(seeded(refused)), 400, 'refused')
    }
    for (let count = 0; count < 4; count++) {
      waiting.push(api.generateCode(undefined, { signal }))
      await program.link()
    }

    const sixth = await call(service, '/pkce/code', NO_BODY)
    expectProblem(sixth, 429, 'too-many')
    expect(Number(sixth.headers.get('retry-after'))).toBeGreaterThan(0)
    // A duplicate is still reported as one, because that is checked first.
    await expectFailure(api.generateCode(seeded(seed)), 409, 'in-use')
    hangUp.abort()
    await Promise.allSettled(waiting)
  })
})

/** Signs in and returns the code from the form that the provider's page would post. */
async function postedCode(link: string): Promise<string> {
  const visit: Visit = async (url, init) => {
    const response = await fetch(url, init)
    const text = await response.clone().text()
    const code = /name="code" value="([^"]+)"/.exec(text)?.[1]
    if (code === undefined) return response
    return new Response(null, { status: 302, headers: { location: `http://app.invalid/${code}` } })
  }
  return new URL(await answerLink(link, 'account=alice', visit)).pathname.slice(1)
}

test.describe('the response call', () => {
  test('from an app ends the waiting code call, and needs no iss', async ({ serve }) => {
    const redirectUris = ['http://127.0.0.1/pkce/response/code']
    const service = await serve({ provider: { demands: { redirectUris } } })
    const { api, program, provider } = service
    const { seed, verifier } = formSeedFor(service)
    const called = api.generateCode(seeded(seed))
    const code = await postedCode(await program.link())
    const response = await api.respondWithCode({ code, state: seed.state })

    expect(response.result).toMatchObject({ code, state: seed.state })
    expect(response.seed ?? response.challenge ?? response.auth0).toBeUndefined()
    const coded = await called
    expect(coded.result).toMatchObject({ code, state: seed.state })
    const { auth0 } = await api.generateToken({
      tokenizedPKCE: {
        grantType: 'authorization_code',
        clientId: provider.clientId,
        code,
        redirectUri: coded.seed!.redirectUri!,
        codeVerifier: verifier,
      },
    })
    expect(auth0!.oAuth.account!.name).toBe('Alice Adams')
  })

  test('accepts the schema in the official client’s encoding', async ({ serve }) => {
    const service = await serve()
    const { api, program } = service
    const { seed } = formSeedFor(service)
    const called = api.generateCode(seeded(seed))
    await program.link()
    const schema = { migration: 0, semantic: 'MAJOR_0_MINOR_0_PATCH_1' } as never
    await api.respondWithCode({ code: 'c', state: seed.state, schema })
    expect((await called).result!.code).toBe('c')
  })

  test('delivers a denial too', async ({ serve }) => {
    const service = await serve()
    const { seed } = formSeedFor(service)
    const failed = expectFailure(service.api.generateCode(seeded(seed)), 403, 'access-denied')
    await service.program.link()
    const form = { state: seed.state, error: 'access_denied', error_description: 'They said no' }
    const answer = await respond(service, form)

    expect(answer.status).toBe(200)
    expect(answer.json.result).toBeUndefined()
    expect(await failed).toContain('They said no')
  })

  test('delivers the provider’s other errors, as a 502', async ({ serve }) => {
    const service = await serve()
    const { seed } = formSeedFor(service)
    const failed = expectFailure(service.api.generateCode(seeded(seed)), 502, 'provider-failed')
    await service.program.link()
    await respond(service, { state: seed.state, error: 'server_error' })
    await failed
  })

  test('RFC 9207 section 2.4: with another provider’s iss gets a 400 and ends the sign-in', async ({
    serve,
  }) => {
    const service = await serve()
    const { seed } = formSeedFor(service)
    const failed = expectFailure(service.api.generateCode(seeded(seed)), 502, 'provider-failed')
    await service.program.link()
    const form = { state: seed.state, code: 'c', iss: 'https://other.example.com' }
    expectProblem(await respond(service, form), 400, 'refused')
    await failed
  })

  test('from a browser needs the iss if the provider promises one', async ({ serve }) => {
    const service = await serve()
    const { seed } = formSeedFor(service)
    const failed = expectFailure(service.api.generateCode(seeded(seed)), 502, 'provider-failed')
    await service.program.link()
    const form = { state: seed.state, code: 'c' }
    expectProblem(await respond(service, form, { origin: 'null' }), 400, 'refused')
    await failed
  })

  test('without a code or an error gets a 400, and the sign-in keeps waiting', async ({
    serve,
  }) => {
    const service = await serve()
    const { seed } = formSeedFor(service)
    const called = service.api.generateCode(seeded(seed))
    await service.program.link()
    const { state } = seed
    for (const form of [{ state }, { state, code: '' }, { state, code: ' ' }]) {
      expectProblem(await respond(service, form), 400, 'malformed')
    }
    await respond(service, { state, code: 'c' })
    expect((await called).result!.code).toBe('c')
    // The same parameter twice is invalid.
    expectProblem(await respond(service, { state, code: 'c' }), 400, 'malformed')
  })

  test('S24: for a sign-in that waits at the listener gets a 400, and the sign-in keeps waiting', async ({
    serve,
  }) => {
    const service = await serve()
    for (const changes of [{}, { response_mode: 'form_post' }, { response_mode: 'query' }]) {
      const { seed } = seedFor(service.provider.clientId, changes)
      const { state } = seed
      const called = service.api.generateCode(seeded(seed))
      const link = await service.program.link()
      const { issuer: iss } = service.provider
      for (const form of [
        { state, code: 'theirs' },
        { state, code: 'theirs', iss },
      ]) {
        expectProblem(await respond(service, form), 400, 'malformed')
        expectProblem(await respond(service, form, { origin: 'null' }), 403, 'web-page')
      }
      const denied = { state, error: 'access_denied' }
      expectProblem(await respond(service, denied), 400, 'malformed')
      if (changes.response_mode === 'form_post') {
        await call(service, '/pkce/clear')
        await expectFailure(called, 409, 'cancelled')
        continue
      }
      await fetch(await answerLink(link))
      expect((await called).result!.code).not.toBe('theirs')
    }
  })

  test('for an unknown state gets a 400', async ({ shared }) => {
    const answer = await respond(shared, { state: 'nobody-waits-for-it', code: 'c' })
    expectProblem(answer, 400, 'malformed')
    const page = await respond(shared, { state: 'x', code: 'c' }, { accept: 'text/html' })
    expect(page.status).toBe(400)
    expect(page.text).toContain(PAGE_MESSAGES.nothingToDo.heading)
  })

  test('returns a page only if Accept prefers one (RFC 9110 section 12.5.1)', async ({
    shared,
  }) => {
    const form = { state: 'nobody-waits-for-it', code: 'c' }
    for (const [accept, type] of [
      ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
      ['application/json', 'application/problem+json'],
      ['*/*', 'application/problem+json'],
      ['application/json, text/html;q=0.1', 'application/problem+json'],
      ['text/html;q=0, */*', 'application/problem+json'],
    ] as const) {
      const { headers } = await respond(shared, form, { accept })
      expect(headers.get('content-type'), accept).toContain(type)
    }
  })
})

test.describe('the token call', () => {
  test('with a spent code gets a 409, and the provider is not asked again', async ({ serve }) => {
    const service = await serve()
    const { coded, verifier } = await signIn(service)
    expect(service.provider.requests.token).toBe(1)

    const again = tokenRequest(coded, verifier)
    expectProblem(await call(service, '/pkce/token', { body: again }), 409, 'spent')
    const wrong = tokenRequest(coded, 'x'.repeat(43))
    expectProblem(await call(service, '/pkce/token', { body: wrong }), 409, 'spent')
    expect(service.provider.requests.token).toBe(1)
  })

  test('twice at once makes one exchange', async ({ serve }) => {
    const service = await serve()
    const { seed, verifier } = seedFor(service.provider.clientId)
    const called = call(service, '/pkce/code', { body: seed })
    await comeBack(service.program)
    const body = tokenRequest((await called).json, verifier)
    const answers = await Promise.all([
      call(service, '/pkce/token', { body }),
      call(service, '/pkce/token', { body }),
    ])
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]))
    expect(service.provider.requests.token).toBe(1)
  })

  test('with an unknown code gets a 400, and the provider is not asked', async ({ serve }) => {
    const { api, provider } = await serve()
    const request = {
      grant_type: 'authorization_code',
      client_id: provider.clientId,
      code: 'a-code-of-someone-else',
      redirect_uri: 'http://127.0.0.1:1/callback',
      code_verifier: 'x'.repeat(43),
    }
    const detail = await expectFailure(api.generateToken(tokenized(request)), 400, 'unknown-code')
    expect(detail).not.toContain(request.code)
    expect(provider.requests.token).toBe(0)
  })

  test('with a wrong verifier or redirect_uri gets a 400, and the correct ones still work', async ({
    serve,
  }) => {
    const service = await serve()
    const { seed, verifier } = seedFor(service.provider.clientId)
    const called = call(service, '/pkce/code', { body: seed })
    await comeBack(service.program)
    const coded = (await called).json
    for (const changes of [
      { code_verifier: 'x'.repeat(43) },
      { code_verifier: seed['code_challenge'] },
      { redirect_uri: 'http://127.0.0.1:1/callback' },
      { redirect_uri: `${coded.seed!.redirect_uri}/` },
      { client_id: 'another' },
      { audience: 'https://api.example.com' },
    ]) {
      const body = tokenRequest(coded, verifier, changes)
      expectProblem(await call(service, '/pkce/token', { body }), 400, 'refused')
    }
    expect(service.provider.requests.token).toBe(0)

    const body = tokenRequest(coded, verifier)
    expect((await call(service, '/pkce/token', { body })).status).toBe(200)
  })

  test('with an unknown grant or missing fields gets a 400', async ({ shared }) => {
    const full = {
      grant_type: 'authorization_code',
      client_id: shared.clientId,
      code: 'c',
      redirect_uri: 'http://127.0.0.1:1/callback',
      code_verifier: 'x'.repeat(43),
    }
    for (const changes of [
      { grant_type: 'UNKNOWN' },
      { grant_type: 'password' },
      { grant_type: undefined },
      { code: '' },
      { code: undefined },
      { redirect_uri: undefined },
      { code_verifier: undefined },
      { code_verifier: 'too short' },
      { client_id: '' },
    ]) {
      const answer = await call(shared, '/pkce/token', { body: { ...full, ...changes } })
      expectProblem(answer, 400, 'malformed')
    }
  })

  test('gets a 502 if the provider fails, and the code is spent', async ({ serve }) => {
    const service = await serve({ provider: { misbehave: { token: 'server-error' } } })
    const { coded, verifier, token } = await signIn(service)
    expectProblem(token, 502, 'provider-failed')
    await service.program.status('failed')

    const again = await call(service, '/pkce/token', { body: tokenRequest(coded, verifier) })
    expectProblem(again, 409, 'spent')
    expect(service.provider.requests.token).toBe(1)
  })

  test('gets a 502 if the ID token has another nonce, and nobody is signed in', async ({
    serve,
  }) => {
    const service = await serve({
      provider: { misbehave: { idToken: (claims) => void (claims['nonce'] = 'stale') } },
    })
    const { token } = await signIn(service)
    expectProblem(token, 502, 'provider-failed')
    expect((await service.program.status('failed')).account).toBeNull()
  })

  test('S24: without a body exchanges no code of an app that has its own verifier', async ({
    serve,
  }) => {
    const { api, program, provider } = await serve()
    const called = api.generateCode(seeded(seedFor(provider.clientId).seed))
    await comeBack(program)
    await called

    await expectFailure(api.generateToken(), 400, 'unknown-code')
    expect(provider.requests.token).toBe(0)
  })

  test('without a body exchanges the latest code first', async ({ serve }) => {
    const { api, program } = await serve()
    for (const press of ['account=alice', 'account=bob']) {
      const called = api.generateCode()
      await comeBack(program, press)
      await called
    }
    expect((await api.generateToken()).auth0!.oAuth.account!.name).toBe('Bob Brown')
    expect((await api.generateToken()).auth0!.oAuth.account!.name).toBe('Alice Adams')
    await expectFailure(api.generateToken(), 400, 'unknown-code')
  })

  test('S24: with refresh_token serves this user’s programs while someone is signed in', async ({
    serve,
  }) => {
    const { api, program, provider } = await serve()
    const renewal = tokenized({ grant_type: 'refresh_token', client_id: provider.clientId })
    expect(await expectFailure(api.generateToken(renewal), 401, 'not-signed-in')).toContain(
      'Sign in',
    )

    program.type('sign-in')
    await comeBack(program)
    await program.status('signed-in')
    expect((await api.generateToken(renewal)).auth0!.oAuth.account!.name).toBe('Alice Adams')
    // Without a body, only codes of sign-ins that the service seeded are exchanged.
    await expectFailure(api.generateToken(), 400, 'unknown-code')
  })

  test('RFC 9110 section 15.5.2: gets a 401 that names the authentication scheme', async ({
    serve,
  }) => {
    const service = await serve()
    const request = { grant_type: 'refresh_token', client_id: service.provider.clientId }
    const { status, headers } = await call(service, '/pkce/token', { body: request })
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Latchkey'])
  })

  test('with refresh_token gets a 401 after a sign-out', async ({ serve }) => {
    const service = await serve()
    const { api, program, provider } = service
    const renewal = tokenized({ grant_type: 'refresh_token', client_id: provider.clientId })
    await signIn(service)
    await program.status('signed-in')
    program.type('sign-out')
    await program.status('signed-out')
    await expectFailure(api.generateToken(renewal), 401, 'not-signed-in')
  })

  test('with refresh_token gets a 502 if the provider fails', async ({ serve }) => {
    const service = await serve()
    await signIn(service)
    service.provider.misbehave.token = 'server-error'
    const request = { grant_type: 'refresh_token', client_id: service.provider.clientId }
    await expectFailure(service.api.generateToken(tokenized(request)), 502, 'provider-failed')
  })
})

test.describe('S27: the refresh token', () => {
  for (const [name, flags, given] of [
    ['stays inside', [], false],
    ['goes out where its owner turned that on', ['--expose-refresh-token'], true],
  ] as const) {
    test(name, async ({ serve }) => {
      const service = await serve({ flags })
      const { token } = await signIn(service)
      const body = { grant_type: 'refresh_token', client_id: service.provider.clientId }
      const renewed = await call(service, '/pkce/token', { body })
      for (const { json } of [token, renewed]) {
        expect('refresh_token' in json.auth0!.oAuth.token).toBe(given)
      }
      // The provider received a refresh token, so there is one.
      const held = service.provider.tokenRequests[1]!.get('refresh_token')!
      expect(held).toMatch(/./)
      expect(token.text.includes(held)).toBe(given)
    })
  }
})

test.describe('the auth0 envelope', () => {
  test('has every field under its wire name and with its type', async ({ serve }) => {
    const service = await serve()
    const { issuer, clientId } = service.provider
    const { coded, token } = await signIn(service)
    const text = expect.stringMatching(/./)

    expect(token.json.auth0).toEqual({
      domain: new URL(issuer).host,
      client: clientId,
      audience: '',
      redirects: { authenticated: coded.seed!.redirect_uri },
      oAuth: {
        token: {
          access_token: text,
          token_type: 'Bearer',
          expires_in: expect.any(Number),
          scope: 'openid profile email offline_access',
          id_token: text,
        },
        account: {
          client_id: clientId,
          email: 'alice@example.com',
          connection: new URL(issuer).host,
          username: 'alice',
          given_name: 'Alice',
          family_name: 'Adams',
          name: 'Alice Adams',
          picture: 'https://example.com/alice.png',
          nickname: 'Alice',
        },
      },
      user: {
        user_id: 'alice',
        name: 'Alice Adams',
        picture: 'https://example.com/alice.png',
        email: 'alice@example.com',
        email_verified: true,
        given_name: 'Alice',
        family_name: 'Adams',
        nickname: 'Alice',
        username: 'alice',
        locale: 'en-GB',
        updated_at: '2026-01-01T00:00:00.000Z',
      },
    })
    const { expires_in: expiresIn, id_token: idToken } = token.json.auth0!.oAuth.token
    expect(expiresIn).toBeGreaterThan(3500)
    expect(expiresIn).toBeLessThanOrEqual(3600)
    expect(idToken.split('.')).toHaveLength(3)
  })

  test('has the connection that Auth0 writes into a subject', async ({ serve }) => {
    const service = await serve({
      provider: {
        misbehave: {
          idToken: (claims) => void (claims['sub'] = 'google-oauth2|42'),
          metadata: ({ userinfo_endpoint: _none, ...json }) => json,
        },
      },
    })
    const { token } = await signIn(service)
    expect(token.json.auth0!.oAuth.account.connection).toBe('google-oauth2')
    expect(token.json.auth0!.user.user_id).toBe('google-oauth2|42')
  })

  test('is the same if the issuer ends in a slash, like Auth0’s', async ({ serve }) => {
    const service = await serve({ provider: { issuerPath: '/' } })
    const { issuer } = service.provider
    expect(issuer).toMatch(/\/$/)
    const bare = issuer.slice(0, -1)
    const { token } = await signIn(service, { domain: bare })
    expect(token.json.auth0!.domain).toBe(new URL(issuer).host)
    for (const domain of [issuer, new URL(issuer).host, `${bare}/authorize`]) {
      expect((await signIn(service, { domain })).token.status, domain).toBe(200)
    }
  })
})

test.describe('clear', () => {
  test('ends the waiting calls with 409 cancelled, and answers with an empty 204', async ({
    serve,
  }) => {
    const service = await serve()
    const { api, program } = service
    const failed = [api.generateCode(), api.generateCode()].map((called) =>
      expectFailure(called, 409, 'cancelled'),
    )
    const callback = await answerLink(await program.link())
    await program.link()

    const cleared = await call(service, '/pkce/clear')
    expect([cleared.status, cleared.text]).toEqual([204, ''])
    await Promise.all(failed)
    await program.status('signed-out')
    await expect(fetch(callback)).rejects.toThrow('fetch failed')
  })

  test('succeeds even if there is nothing to clear, with the official client', async ({
    serve,
  }) => {
    const { api } = await serve()
    await api.clearPKCE()
    await api.clearPKCE()
  })

  test('ends a sign-in that is answered but not exchanged', async ({ serve }) => {
    const service = await serve()
    const { seed, verifier } = seedFor(service.provider.clientId)
    const called = call(service, '/pkce/code', { body: seed })
    await comeBack(service.program)
    const coded = (await called).json
    await service.api.clearPKCE()
    await service.program.status('signed-out')

    const token = await call(service, '/pkce/token', { body: tokenRequest(coded, verifier) })
    expectProblem(token, 400, 'unknown-code')
    expect(service.provider.requests.token).toBe(0)
  })

  test('does not end a sign-in from the tray', async ({ serve }) => {
    const { api, program } = await serve()
    program.type('sign-in')
    const callback = await answerLink(await program.link())
    await api.clearPKCE()
    await fetch(callback)
    expect((await program.status('signed-in')).account?.name).toBe('Alice Adams')
  })

  test('does not sign the user out', async ({ serve }) => {
    const service = await serve()
    const { api, program, provider } = service
    await signIn(service)
    await program.status('signed-in')
    const failed = expectFailure(api.generateCode(), 409, 'cancelled')
    await program.link()
    await api.clearPKCE()
    await failed

    program.type('status')
    expect((await program.line('status')).status.state).toBe('signed-in')
    expect(provider.revoked).toEqual([])
    const renewal = tokenized({ grant_type: 'refresh_token', client_id: provider.clientId })
    expect((await api.generateToken(renewal)).auth0!.oAuth.account!.name).toBe('Alice Adams')
  })

  test('cancels an exchange in progress, and its tokens are not stored', async ({ serve }) => {
    const service = await serve({ provider: { misbehave: { token: 'hang' } } })
    const { seed, verifier } = seedFor(service.provider.clientId)
    const called = call(service, '/pkce/code', { body: seed })
    await comeBack(service.program)
    const body = tokenRequest((await called).json, verifier)
    const token = call(service, '/pkce/token', { body })
    await expect.poll(() => service.provider.requests.token).toBe(1)
    await service.api.clearPKCE()

    expectProblem(await token, 409, 'cancelled')
    expect((await service.program.status('signed-out')).account).toBeNull()
  })
})

test.describe('the address of the service', () => {
  test('has health and version, and answers other requests with 404 or 405', async ({ shared }) => {
    const { version } = JSON.parse(
      await readFile(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8'),
    ) as { version: string }
    expect((await call(shared, '/.well-known/health', { method: 'GET' })).text).toBe('ok')
    expect((await call(shared, '/.well-known/version', { method: 'GET' })).text).toBe(version)
    for (const path of ['/', '/pkce', '/pkce/code/', '/PKCE/code', '//pkce/challenge']) {
      expectProblem(await call(shared, path, { method: 'GET' }), 404, 'not-found')
    }
    for (const [method, path, allow] of [
      ['POST', '/pkce/challenge', 'GET, HEAD'],
      ['GET', '/pkce/code', 'POST'],
      ['GET', '/pkce/token', 'POST'],
      ['GET', '/pkce/response/code', 'POST'],
      ['GET', '/pkce/clear', 'POST'],
      ['DELETE', '/pkce/clear', 'POST'],
      ['PUT', '/pkce/code', 'POST'],
      ['POST', '/openapi.json', 'GET, HEAD'],
      ['POST', '/.well-known/health', 'GET, HEAD'],
    ] as const) {
      const answer = await call(shared, path, { method })
      expectProblem(answer, 405, 'method-not-allowed')
      expect(answer.headers.get('allow')).toBe(allow)
    }
  })

  test('is both 127.0.0.1 and ::1, at the same port', async ({ shared }) => {
    for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
      const answer = await fetch(`http://${host}:${shared.port}/.well-known/health`)
      expect(await answer.text(), host).toBe('ok')
    }
  })

  test('is in service.json, which only this user can read and which is deleted at the end', async ({
    serve,
  }) => {
    const { program, provider, url, port } = await serve()
    const path = join(program.dataDir, 'service.json')
    const told = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    expect(told).toEqual({
      instance: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
      url,
      port,
      urls: [url],
      ...(process.platform !== 'win32' && { socket: join(program.dataDir, 'api.sock') }),
      pid: program.process.pid,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      issuer: provider.issuer,
      clientId: provider.clientId,
      demo: false,
      secret: expect.stringMatching(/^[\w-]{43}$/),
    })
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600)

    program.type('quit')
    expect(await program.ended).toBe(0)
    await expect(stat(path)).rejects.toThrow('ENOENT')
  })

  test('is in service.json, with a new instance at each start', async ({ serve }) => {
    const services: Service[] = [await serve(), await serve()]
    const instances = await Promise.all(
      services.map(async ({ program }) => {
        const text = await readFile(join(program.dataDir, 'service.json'), 'utf8')
        return (JSON.parse(text) as { instance: string }).instance
      }),
    )
    expect(instances[0]).not.toBe(instances[1])
  })

  test('without --port has a documented port and one of the plugins, which serve the same', async ({
    run,
  }) => {
    const program = await run(['--json', '--no-browser'])
    const { url } = await program.line('listening')
    const urls = await readUrls(program)
    expect(urls[0]).toBe(url)
    const ports = urls.map((one) => Number(new URL(one).port))
    // Another program on this machine may have the documented ports.
    expect(ports.length).toBe(DOCUMENTED_PORTS.includes(ports[0]!) ? 2 : 1)
    expect(PLUGIN_PORTS).toContain(ports.at(-1))
    for (const port of ports) {
      // Each answers for both.
      for (const named of ports) {
        const headers = { host: `localhost:${named}` }
        expect((await ask({ port }, '/user', { headers })).status, `${port} ${named}`).toBe(200)
      }
    }
  })

  test('without --port has other ports than a second program', async ({ run }) => {
    const taken: string[] = []
    for (let count = 0; count < 2; count++) {
      const program = await run(['--json', '--no-browser'])
      await program.line('listening')
      taken.push(...(await readUrls(program)))
    }
    expect(new Set(taken).size).toBe(taken.length)
  })

  test('with --port has that one alone', async ({ serve }) => {
    const { program, url } = await serve()
    expect(await readUrls(program)).toEqual([url])
  })

  test('tells clients the version of the setting clientVersion', async ({ serve, shared }) => {
    const { url } = await serve({ flags: ['--client-version', '12.0.0'] })
    expect((await call({ url }, '/.well-known/version', { method: 'GET' })).text).toBe('12.0.0')
    const { text } = await call(shared, '/.well-known/version', { method: 'GET' })
    expect(text).not.toBe('12.0.0')
  })
})

test('the token answer has the complete seed with which the sign-in began', async ({ serve }) => {
  const service = await serve()
  const { coded, token } = await signIn(service, {
    domain: service.provider.issuer,
    screen_hint: 'signup',
    ADDITIONAL_PARAMETERS: { access_type: 'offline' },
  })
  expect(token.json.seed).toEqual(coded.seed)
  expect(token.json.seed).toMatchObject({ domain: service.provider.issuer, screen_hint: 'signup' })
})

async function readUrls({ dataDir }: Program): Promise<readonly string[]> {
  const file = await readFile(join(dataDir, 'service.json'), 'utf8')
  return (JSON.parse(file) as { urls: readonly string[] }).urls
}
