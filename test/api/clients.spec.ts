// The official client in its other languages: what each one sends to the five endpoints, and what
// each one requires of the answers.

import type { Pkce } from '../../main/api/models.js'
import { codeChallenge, createState, createVerifier } from '../../main/oauth/pkce.js'
import { GENERATED_CLIENTS, type GeneratedClient, type Values } from '../support/client-bodies.js'
import { answerLink } from '../support/person.js'
import {
  call,
  comeBack,
  expect,
  expectProblem,
  seedFor,
  signIn,
  test,
  tokenRequest,
  type Answer,
  type Service,
} from '../support/service.js'

/** The parameters that a link may have. The client leaves out the others, or sends UNKNOWN. */
const ASKED = new Set([
  'access_type',
  'client_id',
  'code_challenge',
  'code_challenge_method',
  'nonce',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
])

function valuesFor({ provider, port }: Service): Values {
  const verifier = createVerifier()
  return {
    clientId: provider.clientId,
    state: createState(),
    challenge: codeChallenge(verifier),
    formUri: `http://localhost:${port}/pkce/response/code`,
    code: '',
    redirectUri: '',
    verifier,
  }
}

function send(
  service: Service,
  client: GeneratedClient,
  path: string,
  { type, text }: { type: string; text: string },
): Promise<Answer> {
  const headers = { ...client.headers, 'content-type': type }
  return call(service, path, { headers, body: text })
}

/** A value that is null or its name; random texts may contain these letters. */
const NULL_VALUE = /[:,[]"?null"?[,}\]]/

/** The members that every generated client requires of tokens. Without one it throws, and the code is lost. */
function expectTokens({ status, text, json }: Answer): void {
  expect(status, text).toBe(200)
  const { domain, client, audience, redirects, oAuth } = json.auth0!
  for (const required of [domain, client]) expect(required).toMatch(/./)
  expect(typeof audience).toBe('string')
  expect(redirects).toEqual(expect.any(Object))
  expect(Number.isInteger(oAuth.token.expires_in)).toBe(true)
  expect(oAuth.token.token_type).toBe('Bearer')
  expect(Object.keys(oAuth.account).toSorted()).toEqual(NINE)
  for (const name of NINE) {
    expect(oAuth.account[name], name).toEqual(expect.stringMatching(/\S/))
  }
  // No member may be null: Dart and C# would try to read it.
  expect(text).not.toMatch(NULL_VALUE)
}

const NINE = [
  'client_id',
  'connection',
  'email',
  'family_name',
  'given_name',
  'name',
  'nickname',
  'picture',
  'username',
] as const

for (const client of GENERATED_CLIENTS) {
  test(`${client.language}: its bodies work at all five endpoints`, async ({ serve }) => {
    const service = await serve()
    const challenge = await call(service, '/pkce/challenge', {
      method: 'GET',
      headers: { ...client.headers },
    })
    expect(challenge.json.challenge).toBeDefined()

    const own = valuesFor(service)
    const called = send(service, client, '/pkce/code', client.seed(own))
    const link = new URL(await service.program.link())
    const asked = [...link.searchParams.keys()]
    expect(asked.filter((name) => !ASKED.has(name))).toEqual([])
    const words = [...link.searchParams.values()].flatMap((value) => value.split(' '))
    expect(words.filter((word) => ['UNKNOWN', 'null'].includes(word))).toEqual([])
    await fetch(await answerLink(link.href))
    const coded = (await called).json
    const { code } = coded.result!
    const redirectUri = coded.seed!.redirect_uri
    expectTokens(
      await send(service, client, '/pkce/token', client.code({ ...own, code, redirectUri })),
    )
    expectTokens(await send(service, client, '/pkce/token', client.renewal(own)))

    const leftOut = send(service, client, '/pkce/code', client.leftOut)
    await comeBack(service.program)
    expect((await leftOut).json.challenge).toBeDefined()
    expectTokens(await send(service, client, '/pkce/token', client.leftOut))

    const byForm = { ...valuesFor(service), code: 'a code +/= of its own' }
    const formed = send(service, client, '/pkce/code', client.formSeed(byForm))
    expect(new URL(await service.program.link()).searchParams.get('response_mode')).toBe(
      'form_post',
    )
    const posted = await send(service, client, '/pkce/response/code', client.response(byForm))
    expect(posted.json.result).toEqual({ code: byForm.code, state: byForm.state })
    expect((await formed).json.result).toEqual({ code: byForm.code, state: byForm.state })

    const waiting = send(service, client, '/pkce/code', client.leftOut)
    await service.program.link()
    expect((await call(service, '/pkce/clear', { headers: { ...client.headers } })).status).toBe(
      204,
    )
    expectProblem(await waiting, 409, 'cancelled')
  })
}

test.describe('null counts as absent', () => {
  test('for every optional member of a seed, also for nested ones', async ({ serve }) => {
    const service = await serve()
    const optional = Object.fromEntries(
      ['schema', 'redirect_uri', 'domain', 'audience', 'screen_hint', 'prompt']
        .concat(['organization', 'invitation', 'ADDITIONAL_PARAMETERS', 'response_mode'])
        .map((name) => [name, null]),
    )
    const deep = { ADDITIONAL_PARAMETERS: { access_type: 'offline', display: null } }
    for (const changes of [optional, { ...optional, ...deep }]) {
      const { token, coded } = await signIn(service, changes)
      expectTokens(token)
      expect(JSON.stringify(coded.seed)).not.toMatch(NULL_VALUE)
    }
  })

  test('for minimum_validity too', async ({ serve }) => {
    const service = await serve()
    const { token } = await signIn(service)
    const body = { grant_type: 'refresh_token', client_id: service.provider.clientId }
    const read = await call(service, '/pkce/token', {
      body: { ...body, audience: null, minimum_validity: null },
    })
    // Same as without the member: the token is always renewed.
    expectTokens(read)
    expect(read.json.auth0!.oAuth.token.access_token).not.toBe(
      token.json.auth0!.oAuth.token.access_token,
    )
  })

  test('and is an error for a required member', async ({ shared }) => {
    for (const name of ['state', 'nonce', 'code_challenge', 'scope']) {
      const { seed } = seedFor(shared.clientId, { [name]: null })
      const answer = await call(shared, '/pkce/code', { body: seed })
      expect(expectProblem(answer, 400, 'malformed')).toBe(`${name} is missing.`)
    }
    const token = { grant_type: null, client_id: shared.clientId }
    const answer = await call(shared, '/pkce/token', { body: token })
    expect(expectProblem(answer, 400, 'malformed')).toBe(GRANT_TYPES)
  })
})

test('errors are messages for people and quote nothing from the request', async ({ shared }) => {
  const { seed } = seedFor(shared.clientId)
  const wrong: [Record<string, unknown>, string][] = [
    [{ state: undefined }, 'state is missing.'],
    [{ state: 5 }, 'state must be text.'],
    [{ state: 'short' }, 'state must have at least 8 characters.'],
    [{ state: 'x'.repeat(513) }, 'state must have at most 512 characters.'],
    [{ nonce: '' }, 'nonce is empty.'],
    [{ client_id: '' }, 'client_id is empty.'],
    [{ response_type: 'token' }, 'response_type must be code.'],
    [{ response_type: 'UNKNOWN' }, 'response_type must be code.'],
    [{ code_challenge_method: 'plain' }, 'code_challenge_method must be S256.'],
    [
      { code_challenge: 'short' },
      'code_challenge must be the SHA-256 hash of the verifier, in base64url.',
    ],
    [{ scope: 5 }, 'scope must be a list of scopes, or one text with scopes separated by spaces.'],
    [
      { scope: [5] },
      'scope must be a list of scopes, or one text with scopes separated by spaces.',
    ],
    [{ scope: ['email'] }, 'scope must include openid.'],
    [{ scope: undefined }, 'scope is missing.'],
    [{ response_mode: 'fragment' }, 'response_mode must be query or form_post.'],
    [{ screen_hint: 'login' }, 'screen_hint must be signup.'],
    [
      { prompt: 'sing' },
      'prompt must be login, consent, select_account, create or none, or several separated by spaces.',
    ],
    [{ prompt: 'none login' }, 'prompt must not combine none with another value.'],
    [{ ADDITIONAL_PARAMETERS: 'x' }, 'ADDITIONAL_PARAMETERS must be a JSON object.'],
    [{ ADDITIONAL_PARAMETERS: { a: 5 } }, 'A value in ADDITIONAL_PARAMETERS must be text.'],
    [
      { ADDITIONAL_PARAMETERS: { ['n'.repeat(65)]: 'x' } },
      'A value in ADDITIONAL_PARAMETERS has a name that is too long.',
    ],
  ]
  for (const [changes, words] of wrong) {
    const answer = await call(shared, '/pkce/code', { body: { ...seed, ...changes } })
    expect(expectProblem(answer, 400, 'malformed')).toBe(words)
  }
  const token = { grant_type: 'refresh_token', client_id: shared.clientId }
  for (const [body, words] of [
    [5, 'The body must be a JSON object.'],
    [{ ...token, grant_type: 'UNKNOWN' }, GRANT_TYPES],
    [{ ...token, grant_type: 'password' }, GRANT_TYPES],
    [{ ...token, minimum_validity: -1 }, 'minimum_validity must be at least 0.'],
    [{ ...token, minimum_validity: 1.5 }, 'minimum_validity must be a whole number.'],
    [{ ...token, minimum_validity: 1e9 }, 'minimum_validity must be at most 31536000.'],
    [
      {
        ...token,
        grant_type: 'authorization_code',
        code: 'c',
        redirect_uri: 'x',
        code_verifier: 'v',
      },
      'code_verifier must be 43 to 128 of the characters A-Z a-z 0-9 - . _ ~.',
    ],
  ] as const) {
    const answer = await call(shared, '/pkce/token', { body })
    expect(expectProblem(answer, 400, 'malformed')).toBe(words)
  }
})
const GRANT_TYPES = 'grant_type must be authorization_code or refresh_token.'

test('each request may leave out the client, which is then the configured one', async ({
  serve,
}) => {
  const service = await serve()
  for (const left of [undefined, null]) {
    const { seed, verifier } = seedFor(service.provider.clientId, { client_id: left })
    const coding = call(service, '/pkce/code', { body: seed })
    await comeBack(service.program)
    const coded = await coding
    expect(coded.json.seed!.client_id).toBe(service.provider.clientId)

    const code = tokenRequest(coded.json, verifier, { client_id: left })
    expectTokens(await call(service, '/pkce/token', { body: code }))
    const renewal = { grant_type: 'refresh_token', client_id: left }
    expectTokens(await call(service, '/pkce/token', { body: renewal }))
  }
})

test('if no code was sent, the error does not mention one', async ({ shared }) => {
  for (const body of [undefined, '', 'null']) {
    const options = body === undefined ? {} : { body }
    const detail = expectProblem(await call(shared, '/pkce/token', options), 400, 'unknown-code')
    expect(detail).not.toContain('this code')
    expect(detail).toContain('/pkce/code without a body')
  }
})

test('UNKNOWN is never sent to the provider, in any parameter', async ({ serve }) => {
  const service = await serve()
  const { seed } = seedFor(service.provider.clientId, {
    scope: 'openid UNKNOWN email',
    screen_hint: 'UNKNOWN',
    prompt: 'UNKNOWN',
    response_mode: 'UNKNOWN',
    ADDITIONAL_PARAMETERS: { access_type: 'UNKNOWN', display: 'UNKNOWN' },
  })
  const called = call(service, '/pkce/code', { body: seed })
  const link = await service.program.link()
  expect(link).not.toContain('UNKNOWN')
  expect(new URL(link).searchParams.get('scope')).toBe('openid email')
  await fetch(await answerLink(link))
  expect(JSON.stringify((await called).json.seed)).not.toContain('UNKNOWN')
})

test('prompt may have any of the standard values, also several', async ({ serve }) => {
  const service = await serve()
  for (const [prompt, sent] of [
    ['consent', 'consent'],
    ['select_account', 'select_account'],
    ['login consent', 'login consent'],
    ['UNKNOWN consent', 'consent'],
    ['none', 'none'],
  ]) {
    const { seed } = seedFor(service.provider.clientId, { prompt })
    const called = call(service, '/pkce/code', { body: seed })
    expect(new URL(await service.program.link()).searchParams.get('prompt')).toBe(sent)
    await call(service, '/pkce/clear')
    expectProblem(await called, 409, 'cancelled')
  }
})

test.describe('the nine members of an account', () => {
  type Claims = Record<string, unknown>
  const accountFrom = async (
    serve: (options: object) => Promise<Service>,
    change: (claims: Claims) => void,
  ): Promise<NonNullable<Pkce['auth0']>> => {
    const service = await serve({
      provider: {
        misbehave: {
          idToken: change,
          metadata: ({ userinfo_endpoint: _none, ...json }: Claims) => json,
        },
      },
    })
    const { token } = await signIn(service, { scope: 'openid' })
    expectTokens(token)
    return token.json.auth0!
  }

  for (const [name, claims, account] of [
    [
      'a subject alone',
      {},
      { username: 'alice', email: 'alice', name: 'alice', given_name: 'alice', nickname: 'alice' },
    ],
    [
      'an address',
      { email: 'a@example.com' },
      { username: 'a@example.com', email: 'a@example.com', name: 'a@example.com' },
    ],
    [
      'a name',
      { name: 'Alice Adams' },
      { username: 'alice', name: 'Alice Adams', given_name: 'Alice Adams', email: 'alice' },
    ],
    [
      'a preferred username',
      { preferred_username: 'ally', email: 'a@example.com' },
      { username: 'ally', email: 'a@example.com', name: 'ally', family_name: 'ally' },
    ],
    [
      'blank and wrongly typed claims',
      { name: ' ', email: '', preferred_username: 5, picture: null, nickname: '\t' },
      { username: 'alice', name: 'alice', picture: 'about:blank', nickname: 'alice' },
    ],
    ['a connection', { sub: 'google-oauth2|42' }, { connection: 'google-oauth2' }],
  ] as const) {
    test(`are filled from ${name}`, async ({ serve }) => {
      const auth0 = await accountFrom(serve, (made) => void Object.assign(made, claims))
      expect(auth0.oAuth.account).toMatchObject(account)
      // Unknown values are left out if the model allows that.
      if (!('email' in claims) || claims.email === '')
        expect(auth0.user).not.toHaveProperty('email')
    })
  }

  test('have the provider’s host as connection if the subject names none', async ({ serve }) => {
    for (const sub of ['alice', '|42']) {
      const auth0 = await accountFrom(serve, (made) => void (made['sub'] = sub))
      expect(auth0.oAuth.account.connection).toBe(auth0.domain)
    }
  })
})
