// The session API: who is signed in, a token that is valid long enough, and a sign-out.

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { SESSION_MESSAGES } from '../../main/agent/session-messages.js'
import { CONSENT_DETAILS, PROBLEM_DETAILS } from '../../main/api/api-messages.js'
import { TOKEN_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { runCli } from '../support/run-cli.js'
import {
  ask,
  call,
  comeBack,
  expect,
  expectProblem,
  signIn,
  test,
  type Service,
} from '../support/service.js'

type Got = { status: number; text: string; json: Record<string, unknown> }

async function readToken(
  service: Pick<Service, 'url'>,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Got> {
  const { status, text, json } = await call(service, '/session/token', {
    ...(body && { body }),
    headers,
  })
  return { status, text, json }
}

/** How often the person was asked. */
const countQuestions = ({ program }: Pick<Service, 'program'>): number =>
  program.stdout().match(/"event":"consent"/g)?.length ?? 0

/** Has the person make a key. */
async function makeKey({ program }: Pick<Service, 'program'>, words: string): Promise<string> {
  program.type(`key ${words}`)
  return (await program.line('key')).key
}

test('without a body, the answer is an access token that is valid for a minute, and no other token', async ({
  serve,
}) => {
  const service = await serve()
  await signIn(service)
  const beforeS = Date.now() / 1000
  const { status, json } = await readToken(service)
  const afterS = Date.now() / 1000
  expect(status).toBe(200)
  expect(json).toEqual({
    access_token: expect.any(String),
    token_type: 'Bearer',
    expires_at: expect.stringMatching(/^\d{4}-.*Z$/),
    expires_in: expect.any(Number),
    scope: expect.stringContaining('openid'),
    account: { id: expect.stringMatching(/^[a-z0-9]{8}$/) },
  })
  // Whole seconds that were left at some time between the call and the answer.
  const expiresAtS = Date.parse(json['expires_at'] as string) / 1000
  expect(json['expires_in']).toBeGreaterThanOrEqual(Math.floor(expiresAtS - afterS))
  expect(json['expires_in']).toBeLessThanOrEqual(Math.ceil(expiresAtS - beforeS))
})

test('a token that is valid long enough is not renewed, and one that is not is', async ({
  serve,
}) => {
  const service = await serve()
  await signIn(service)
  const first = await readToken(service)
  expect((await readToken(service, { minimum_validity: 60 })).json).toMatchObject({
    access_token: first.json['access_token'],
  })
  const hours = { minimum_validity: 30_000_000 }
  const renewed = await Promise.all([readToken(service, hours), readToken(service, hours)])
  const tokens = new Set(renewed.map(({ json }) => json['access_token']))
  expect(tokens.size).toBe(1)
  expect(tokens).not.toContain(first.json['access_token'])
})

test('as text, the answer is the token and nothing else', async ({ serve }) => {
  const service = await serve()
  await signIn(service)
  const token = (await readToken(service)).json['access_token']
  for (const [accept, isText] of [
    ['text/plain', true],
    ['text/*', true],
    ['text/plain, application/json;q=0.5', true],
    ['application/json, text/plain', false],
    ['*/*', false],
    ['image/png', false],
  ] as const) {
    const { headers, text } = await ask(service, '/session/token', {
      method: 'POST',
      headers: { accept },
    })
    const type = isText ? 'text/plain;charset=UTF-8' : 'application/json'
    expect([accept, headers['content-type']]).toEqual([accept, type])
    if (isText) expect(text).toBe(token)
  }
})

test('without a session the answer is 401 not-signed-in', async ({ serve }) => {
  const service = await serve()
  for (const headers of [{}, { accept: 'text/plain' }]) {
    expectProblem(await call(service, '/session/token', { headers }), 401, 'not-signed-in')
  }
})

test('an audience, scopes and an account that the session is not for are rejected', async ({
  serve,
}) => {
  const service = await serve({ flags: ['--audience', 'https://api.example'] })
  await signIn(service)
  const refuse = async (body: object, status = 400) =>
    expectProblem(
      await call(service, '/session/token', { body }),
      status,
      status === 400 ? 'refused' : 'not-signed-in',
    )
  expect(await refuse({ audience: 'https://other.example' })).toBe(PROBLEM_DETAILS.otherAudience)
  expect(await refuse({ account: 'nobody22' }, 401)).toBe(PROBLEM_DETAILS.noSuchAccount)
  await refuse({ scope: 'openid files:write' })
  const { json } = await readToken(service, { audience: 'https://api.example' })
  expect(json).toMatchObject({ token_type: 'Bearer' })
  for (const body of [{ scope: 5 }, { token_type: 'refresh_token' }, { minimum_validity: -1 }]) {
    expectProblem(await call(service, '/session/token', { body }), 400, 'malformed')
  }
})

test('some scopes give a token of their own', async ({ serve }) => {
  const service = await serve()
  await signIn(service)
  const whole = await readToken(service)
  const { json } = await readToken(service, { scope: ['profile', 'openid'] })
  expect(json).toMatchObject({ scope: 'openid profile' })
  expect(json['access_token']).not.toBe(whole.json['access_token'])
})

test('an ID token needs a consent of its own, or a key that may prove who the user is', async ({
  serve,
}) => {
  const service = await serve()
  await signIn(service)
  const asked = readToken(service, { token_type: 'id_token' })
  const question = await service.program.line('consent')
  expect(question.purpose).toBe('id-token')
  service.program.type(`allow ${question.id}`)
  const { json } = await asked
  expect(json).toMatchObject({ token_type: 'id_token' })
  expect(json).not.toHaveProperty('access_token')
  const payload = (json['id_token'] as string).split('.')[1]!
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { exp: number }
  expect(Date.parse(json['expires_at'] as string)).toBe(claims.exp * 1000)

  const before = countQuestions(service)
  const authorization = `Bearer ${await makeKey(service, 'ci')}`
  const byKey = await readToken(service, { token_type: 'id_token' }, { authorization })
  // A second may begin between the two answers.
  expect(byKey.json).toEqual({ ...json, expires_in: expect.any(Number) })
  expect(countQuestions(service)).toBe(before)
})

/** Asks for the ID token with a key: by itself, and beside the access token of the PKCE call. */
async function readIdTokens(service: Pick<Service, 'url'>, key: string) {
  const headers = { authorization: `Bearer ${key}` }
  const alone = await call(service, '/session/token', { body: { token_type: 'id_token' }, headers })
  const beside = await call(service, '/pkce/token', {
    body: { grant_type: 'refresh_token', minimum_validity: 60 },
    headers,
  })
  expect(beside.status, beside.text).toBe(200)
  return { alone, beside: beside.json.auth0!.oAuth.token }
}

test('S24: a key proves who the user is only if it is for openid, or for all scopes', async ({
  serve,
}) => {
  const service = await serve()
  await signIn(service)
  const { account } = (await readToken(service)).json as { account: { id: string } }
  for (const words of ['all', `one ${account.id} openid`, `both ${account.id} email openid`]) {
    const { alone, beside } = await readIdTokens(service, await makeKey(service, words))
    expect([words, alone.status]).toEqual([words, 200])
    expect(beside.id_token).toBe((alone.json as Record<string, unknown>)['id_token'])
    expect(beside.access_token).toMatch(/./)
  }
  const { alone, beside } = await readIdTokens(
    service,
    await makeKey(service, `mail ${account.id} email`),
  )
  expect(expectProblem(alone, 403, 'not-allowed')).toBe(CONSENT_DETAILS.keyWithoutIdToken)
  expect(beside).toMatchObject({ id_token: '', scope: 'email' })
})

test('a key for all scopes proves nothing if openid was not granted', async ({ serve }) => {
  const service = await serve()
  service.provider.misbehave.tokenResponse = (json) => ({ ...json, scope: 'email' })
  await signIn(service)
  const { alone, beside } = await readIdTokens(service, await makeKey(service, 'ci'))
  expect(expectProblem(alone, 403, 'not-allowed')).toBe(CONSENT_DETAILS.keyWithoutIdToken)
  expect(beside).toMatchObject({ id_token: '', scope: 'email' })
})

test('a key gives a token for its scopes, and for fewer of them', async ({ serve }) => {
  const service = await serve()
  await signIn(service)
  const { account } = (await readToken(service)).json as { account: { id: string } }
  const authorization = `Bearer ${await makeKey(service, `ci ${account.id} openid email`)}`
  expect((await readToken(service, {}, { authorization })).json).toMatchObject({
    scope: 'email openid',
  })
  expect((await readToken(service, { scope: 'email' }, { authorization })).json).toMatchObject({
    scope: 'email',
  })
  const more = { body: { scope: 'profile openid files:read' }, headers: { authorization } }
  const answer = await call(service, '/session/token', more)
  expect(expectProblem(answer, 400, 'refused')).toBe(
    PROBLEM_DETAILS.notInKey(['profile', 'files:read']),
  )
})

test('a key for a scope that is no longer granted gets one answer from every call', async ({
  serve,
}) => {
  const service = await serve()
  await signIn(service)
  const { account } = (await readToken(service)).json as { account: { id: string } }
  const headers = { authorization: `Bearer ${await makeKey(service, `ci ${account.id} email`)}` }
  service.provider.misbehave.tokenResponse = (json) => ({ ...json, scope: 'openid profile' })
  const renewed = await readToken(service, { minimum_validity: 30_000_000 })
  expect(renewed.json).toMatchObject({ scope: 'openid profile' })
  const calls = {
    '/session/token': { method: 'POST', headers },
    '/pkce/token': { method: 'POST', headers, body: { grant_type: 'refresh_token' } },
    '/user/access_token': { method: 'GET', headers },
  }
  for (const [path, options] of Object.entries(calls)) {
    const answer = await call(service, path, options)
    expect([path, answer.status]).toEqual([path, 400])
    expect(expectProblem(answer, 400, 'refused')).toBe(SESSION_MESSAGES.scopeNotGranted(['email']))
  }
})

for (const [name, path, body, scope] of [
  ['/session/token', '/session/token', { minimum_validity: 30_000_000 }, ''],
  ['an ID token', '/session/token', { token_type: 'id_token', minimum_validity: 30_000_000 }, ''],
  ['/pkce/token', '/pkce/token', { grant_type: 'refresh_token' }, ''],
  ['/session/token and fewer scopes', '/session/token', {}, 'email'],
  ['/pkce/token and fewer scopes', '/pkce/token', { grant_type: 'refresh_token' }, 'email'],
  ['/user/access_token and fewer scopes', '/user/access_token', null, 'email'],
] as const) {
  test(`if the provider ends the session during a call, all callers must sign in again: ${name}`, async ({
    serve,
  }) => {
    const service = await serve()
    await signIn(service)
    const { account } = (await readToken(service)).json as { account: { id: string } }
    const key = await makeKey(service, `ci ${account.id} ${scope}`.trim())
    service.provider.misbehave.token = 'invalid-grant'
    const ask = () =>
      call(service, path, {
        method: body === null ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${key}` },
        ...(body && { body }),
      })
    for (const answer of [...(await Promise.all([ask(), ask()])), await ask()]) {
      expectProblem(answer, 401, 'not-signed-in')
      expect(answer.headers.get('www-authenticate')).toBe('Latchkey')
    }
  })
}

test('if the provider ends the session during it, latchkey token ends with code 5', async ({
  serve,
}) => {
  const service = await serve()
  await signIn(service)
  const env = { LATCHKEY_KEY: await makeKey(service, 'ci') }
  service.provider.misbehave.token = 'invalid-grant'
  const { dataDir } = service.program
  const asking = ['token', '--min-validity', '30000000', '--data-dir', dataDir]
  const ran = await runCli(asking, { env })
  expect(ran).toMatchObject({ code: 5, stdout: '' })
  expect(ran.stderr).toBe(`latchkey: ${TOKEN_MESSAGES.sessionEnded}\n`)
})

test('S50: a key manages nothing, and nobody is asked', async ({ serve }) => {
  const service = await serve()
  await signIn(service)
  const headers = { authorization: `Bearer ${await makeKey(service, 'ci')}` }
  for (const [method, path, body] of [
    ['GET', '/agent/accounts'],
    ['POST', '/agent/use', { account: 'k3vq7mzd' }],
    ['GET', '/agent/apps'],
    ['POST', '/agent/apps/forget', { app: 'ci' }],
    ['POST', '/agent/keys', { name: 'other' }],
  ] as const) {
    const answer = await call(service, path, { method, headers, ...(body && { body }) })
    expect(expectProblem(answer, 403, 'not-allowed'), path).toBe(CONSENT_DETAILS.keyCannotManage)
  }
  expect(countQuestions(service)).toBe(0)
})

test('of two accounts, one is the default, and an ended session says why', async ({ serve }) => {
  const service = await serve()
  await signIn(service)
  service.program.type('sign-in-as-other')
  await comeBack(service.program, 'account=bob')
  await service.program.line('accounts', ({ accounts }) => accounts.length === 2)
  const headers = { authorization: `Bearer ${await makeKey(service, 'ci')}` }
  service.provider.misbehave.token = 'invalid-grant'
  await call(service, '/pkce/token', { body: { grant_type: 'refresh_token' }, headers })
  const read = async (path: string) =>
    JSON.parse((await call(service, path, { method: 'GET', headers })).text) as object
  expect(await read('/session')).toMatchObject({
    state: 'needs-sign-in',
    reason: expect.stringMatching(/./),
    expiresAt: null,
  })
  const { accounts } = JSON.parse((await call(service, '/accounts', { method: 'GET' })).text) as {
    accounts: { default: boolean }[]
  }
  expect(accounts.map((one) => one.default)).toEqual([true, false])
})

test('curl gets a token over the Unix socket with a key', async ({ serve }) => {
  test.skip(process.platform === 'win32', 'Windows has no Unix sockets')
  const service = await serve()
  await signIn(service)
  const key = await makeKey(service, 'ci')
  const file = join(service.program.dataDir, 'service.json')
  const { socket } = JSON.parse(await readFile(file, 'utf8')) as { socket: string }
  const { stdout } = await promisify(execFile)('curl', [
    '--silent',
    '--unix-socket',
    socket,
    '--request',
    'POST',
    '--header',
    `Authorization: Bearer ${key}`,
    '--header',
    'Accept: text/plain',
    'http://localhost/session/token',
  ])
  expect(stdout).toBe((await readToken(service)).json['access_token'])
})

test('GET /session and GET /accounts say who is signed in', async ({ serve }) => {
  const service = await serve()
  const read = async (path: string) => {
    const { status, text } = await call(service, path, { method: 'GET' })
    return [status, JSON.parse(text) as Record<string, unknown>] as const
  }
  expect(await read('/session')).toMatchObject([200, { state: 'signed-out', account: null }])
  expect(await read('/accounts')).toEqual([200, { accounts: [] }])
  await signIn(service)
  const [, session] = await read('/session')
  expect(session).toMatchObject({ state: 'signed-in', account: { name: 'Alice Adams' } })
  const { issuer, clientId } = service.provider
  expect(await read('/accounts')).toEqual([
    200,
    {
      accounts: [
        {
          ...(session['account'] as object),
          issuer,
          clientId,
          state: 'signed-in',
          default: true,
        },
      ],
    },
  ])
})

test('POST /session/sign-in signs the person in once, and then asks nobody', async ({ serve }) => {
  const service = await serve()
  const both = [call(service, '/session/sign-in'), call(service, '/session/sign-in')]
  await comeBack(service.program)
  for (const { status, text } of await Promise.all(both)) {
    expect(status, text).toBe(200)
    expect(JSON.parse(text)).toMatchObject({
      state: 'signed-in',
      account: { name: 'Alice Adams' },
    })
  }
  const again = await call(service, '/session/sign-in', { body: {} })
  expect(JSON.parse(again.text)).toMatchObject({ state: 'signed-in' })
  const unknown = await call(service, '/session/sign-in', { body: { provider: 'nowhere' } })
  expectProblem(unknown, 400, 'refused')
})

test('a sign-in that the person denies is 403 access-denied', async ({ serve }) => {
  const service = await serve()
  const called = call(service, '/session/sign-in')
  await comeBack(service.program, 'deny=yes')
  expectProblem(await called, 403, 'access-denied')
})

test('POST /session/sign-out signs the account out, and a second call changes nothing', async ({
  serve,
}) => {
  const service = await serve()
  await signIn(service)
  const unknown = await call(service, '/session/sign-out', { body: { account: 'nobody22' } })
  expectProblem(unknown, 401, 'not-signed-in')
  for (const times of [1, 2]) {
    expect((await call(service, '/session/sign-out')).status, `${times}`).toBe(204)
    expectProblem(await call(service, '/session/token'), 401, 'not-signed-in')
  }
})

for (const { path, before, answer } of [
  { path: '/session', before: { state: 'signed-out' }, answer: { account: { sub: 'alice' } } },
  { path: '/accounts', before: { accounts: [] }, answer: { accounts: [{ sub: 'alice' }] } },
  { path: '/user', before: {}, answer: { user: { name: 'Alice Adams' } } },
  { path: '/users', before: { iterable: [] }, answer: { iterable: [{ name: 'Alice Adams' }] } },
] as const) {
  test(`${path} waits for the person if the program prefers that (RFC 7240 section 4.3)`, async ({
    serve,
  }) => {
    const service = await serve()
    const read = (...headers: string[]) => curl(service, path, headers)
    const wait = 'Prefer: respond-async, wait=60'
    expect(await read(wait)).toMatchObject(before)
    await signIn(service)
    const answerNext = async (word: 'allow' | 'deny') => {
      const { id, purpose } = await service.program.line('consent')
      expect(purpose).toBe('identity')
      service.program.type(`${word} ${id}`)
    }
    const [allowed] = await Promise.all([read(wait), answerNext('allow')])
    expect(allowed).toMatchObject(answer)
    expect(countQuestions(service)).toBe(1)
    const unknown = await read(wait, 'X-Latchkey-Account: nobody22')
    expect(unknown).toMatchObject({ code: 'not-signed-in' })
    // Without the preference, the answer does not wait.
    expect(await read('Prefer: wait=0')).toEqual(expect.objectContaining(before))
    await answerNext('deny')
    expect(await read(wait)).toMatchObject({ code: 'not-allowed', status: 403 })
    // With a key, nobody is asked.
    const key = `Authorization: Bearer ${await makeKey(service, 'ci')}`
    expect(await read(wait, key)).toMatchObject(answer)
    expect(countQuestions(service)).toBe(2)
  })
}

/** Reads a JSON answer with curl, which is asked about each time. */
async function curl({ url }: Service, path: string, headers: readonly string[]): Promise<unknown> {
  const flags = headers.flatMap((header) => ['--header', header])
  const { stdout } = await promisify(execFile)('curl', ['--silent', ...flags, `${url}${path}`])
  return JSON.parse(stdout)
}

test('a program that the person does not allow can’t sign anyone out', async ({ serve }) => {
  const service = await serve()
  await signIn(service)
  const signOut = ['--silent', '--request', 'POST', `${service.url}/session/sign-out`]
  const curl = promisify(execFile)('curl', signOut)
  const question = await service.program.line('consent')
  expect(question).toMatchObject({ purpose: 'access-token', program: { name: 'curl' } })
  service.program.type(`deny ${question.id}`)
  expect(JSON.parse((await curl).stdout)).toMatchObject({ code: 'not-allowed' })
  expect((await call(service, '/session/token')).status).toBe(200)
})
