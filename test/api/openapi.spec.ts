// Compares the API's description with the standard and with the API's real answers.

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { Validator } from '@seriousme/openapi-schema-validator'
import { ACCOUNT_HEADER } from '../../main/api/endpoints.js'
import { PROBLEM_CODES } from '../../main/api/models.js'
import {
  call,
  comeBack,
  expect,
  formSeedFor,
  respond,
  seedFor,
  signIn,
  test,
  type Service,
} from '../support/service.js'

type Described = {
  openapi: string
  info: { version: string }
  servers: { url: string }[]
  paths: Record<
    string,
    Record<
      string,
      {
        responses: Record<string, Content>
        requestBody?: Content
        parameters?: { name: string; required: boolean }[]
        security?: object[]
      }
    >
  >
  components: { schemas: Record<string, object> }
}
type Content = { content?: Record<string, { schema: object }> }

async function describe(service: Pick<Service, 'url'>): Promise<Described> {
  const { status, text } = await call(service, '/openapi.json', { method: 'GET' })
  expect(status).toBe(200)
  return JSON.parse(text) as Described
}

/** Compiles one schema of the description, with all its references. */
function validatorFor(description: Described, schema: object): ValidateFunction {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  const id = 'https://latchkey.test/openapi.json'
  ajv.addSchema({ ...description, $id: id })
  const reference = (schema as { $ref?: string }).$ref
  return ajv.compile(reference === undefined ? schema : { $ref: `${id}${reference}` })
}

test('it is a valid OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1)', async ({
  shared,
}) => {
  const description = await describe(shared)
  expect(description.openapi).toMatch(/^3\.1\./)
  expect(description.servers).toEqual([{ url: shared.url }])
  const validator = new Validator()
  const { valid, errors } = await validator.validate(description)
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
  expect(validator.version).toBe('3.1')
  // Every reference can be resolved.
  const text = JSON.stringify(description)
  const known = Object.keys(description.components.schemas).map(
    (key) => `#/components/schemas/${key}`,
  )
  for (const [, name] of text.matchAll(/"\$ref":"([^"]*)"/g)) {
    expect(known).toContain(name)
  }
})

test('it names exactly the existing endpoints, with their methods', async ({ shared }) => {
  const { paths } = await describe(shared)
  const named = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  )
  expect(named.toSorted()).toEqual([
    'get /.well-known/health',
    'get /.well-known/version',
    'get /accounts',
    'get /pkce/challenge',
    'get /session',
    'get /session/events',
    'get /user',
    'get /user/access_token',
    'get /user/refresh',
    'get /users',
    'post /connect',
    'post /os/sign_in',
    'post /os/sign_out',
    'post /pkce/clear',
    'post /pkce/code',
    'post /pkce/response/code',
    'post /pkce/token',
    'post /session/sign-in',
    'post /session/sign-out',
    'post /session/token',
    'post /user/clear',
    'post /user/select',
  ])
  for (const one of named) {
    const [method = '', path = ''] = one.split(' ')
    const wrong = await call(shared, path, { method: method === 'get' ? 'DELETE' : 'GET' })
    expect(wrong.status, one).toBe(405)
  }
})

test('it names every problem code', async ({ shared }) => {
  const { components } = await describe(shared)
  const { properties } = components.schemas['Problem'] as {
    properties: { code: { enum: string[] } }
  }
  expect(properties.code.enum.toSorted()).toEqual([...PROBLEM_CODES].toSorted())
})

test('each operation names its statuses in the contract', async ({ shared }) => {
  const { paths } = await describe(shared)
  const listStatuses = (path: string): string[] =>
    Object.keys(Object.values(paths[path]!)[0]!.responses)
  for (const [path, statuses] of [
    ['/pkce/challenge', ['200', '400', '403']],
    ['/pkce/code', ['200', '400', '403', '408', '409', '413', '415', '429', '502', '503']],
    ['/pkce/token', ['200', '400', '401', '403', '409', '413', '415', '502']],
    ['/pkce/response/code', ['200', '400', '403', '413', '415']],
    ['/pkce/clear', ['204', '400', '403']],
    ['/session/token', ['200', '400', '401', '403', '413', '415', '502']],
    ['/accounts', ['200', '400', '401', '403']],
    ['/user', ['200', '400', '401', '403']],
    ['/users', ['200', '400', '401', '403']],
  ] as const) {
    expect(listStatuses(path), path).toEqual(expect.arrayContaining([...statuses]))
  }
})

test('it names the headers for an account, for waiting and of events, and no other', async ({
  shared,
}) => {
  const { paths } = await describe(shared)
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  const parameters = operations.flatMap((operation) => operation.parameters ?? [])
  const account = { name: ACCOUNT_HEADER, in: 'header', required: false }
  const others = new Map<string, string[]>()
  for (const [path, methods] of Object.entries(paths)) {
    const sent = Object.values(methods).flatMap((operation) => operation.parameters ?? [])
    for (const { name, required } of sent.filter((one) => one.name !== ACCOUNT_HEADER)) {
      expect(required).toBe(false)
      others.set(name, [...(others.get(name) ?? []), path])
    }
  }
  expect(Object.fromEntries(others)).toEqual({
    Prefer: ['/accounts', '/session', '/session/events', '/user', '/users'],
    'Last-Event-ID': ['/session/events'],
  })
  expect(parameters).toContainEqual(expect.objectContaining(account))
  const named = Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).some((operation) => operation.parameters) ? [path] : [],
  )
  expect(named).toEqual(expect.arrayContaining(['/pkce/token', '/session/token', '/user']))
})

test('a key is optional, and only for calls about the user', async ({ shared }) => {
  const { paths } = await describe(shared)
  const withKey = Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).flatMap(({ security }) => (security ? [[path, security]] : [])),
  )
  for (const [path, security] of withKey) {
    expect(security).toEqual([{}, { key: [] }])
    expect(path).toMatch(/^\/(pkce\/token$|session|accounts|user|users|os|connect)/)
  }
  expect(withKey.map(([path]) => path)).toEqual(
    expect.arrayContaining(['/pkce/token', '/session/token', '/user', '/os/sign_in']),
  )
})

test('its models have every field that the official client sends', async ({ shared }) => {
  const { components } = await describe(shared)
  const listFields = (name: string): string[] =>
    Object.keys((components.schemas[name] as { properties: object }).properties)
  const seed = seedFor('client').seed
  const optional = [
    'schema',
    'redirect_uri',
    'domain',
    'audience',
    'screen_hint',
    'prompt',
    'organization',
    'invitation',
    'ADDITIONAL_PARAMETERS',
    'response_mode',
  ]
  expect(listFields('SeededPKCE').toSorted()).toEqual(
    [...Object.keys(seed), ...optional].toSorted(),
  )
  expect(listFields('CodeResponse')).toEqual(
    expect.arrayContaining(['schema', 'code', 'state', 'iss']),
  )
})

test('it states the timeout that a caller of /pkce/code needs', async ({ shared }) => {
  const { paths } = await describe(shared)
  expect(paths['/pkce/code']!['post']).toMatchObject({
    summary: expect.stringContaining('timeout of 300 seconds'),
  })
})

test('none of an account’s nine members may be empty', async ({ shared }) => {
  const { components } = await describe(shared)
  const { properties } = components.schemas['Auth0'] as {
    properties: { oAuth: { properties: { account: { properties: Record<string, object> } } } }
  }
  const members = Object.values(properties.oAuth.properties.account.properties)
  expect(members).toHaveLength(9)
  for (const member of members) expect(member).toMatchObject({ type: 'string', minLength: 1 })
})

test('real answers match it, and have no member that it does not name', async ({ serve }) => {
  const service = await serve({ flags: ['--expose-refresh-token'] })
  const description = await describe(service)
  // No additional members here, though the description allows them for later versions.
  const closed = JSON.parse(
    JSON.stringify(description, (_key, value: unknown) =>
      typeof value === 'object' && value !== null && 'properties' in value
        ? { ...value, additionalProperties: false }
        : value,
    ),
  ) as Described
  const checkAnswer = (path: string, status: number, type: string, answer: unknown): void => {
    const operation = Object.values(closed.paths[path]!)[0]!
    const validate = validatorFor(closed, operation.responses[status]!.content![type]!.schema)
    expect(validate(answer), JSON.stringify(validate.errors)).toBe(true)
  }

  const challenge = await call(service, '/pkce/challenge', { method: 'GET' })
  checkAnswer('/pkce/challenge', 200, 'application/json', challenge.json)

  const changes = { ADDITIONAL_PARAMETERS: { access_type: 'offline' }, screen_hint: 'signup' }
  const { seed } = seedFor(service.provider.clientId, changes)
  const validateSeed = validatorFor(
    description,
    description.paths['/pkce/code']!['post']!.requestBody!.content!['application/json']!.schema,
  )
  expect(validateSeed(seed), JSON.stringify(validateSeed.errors)).toBe(true)
  expect(validateSeed({ ...seed, state: 5 })).toBe(false)

  const { coded, token } = await signIn(service, changes)
  checkAnswer('/pkce/code', 200, 'application/json', coded)
  checkAnswer('/pkce/token', 200, 'application/json', token.json)
  const renewal = { grant_type: 'refresh_token', client_id: service.provider.clientId }
  const renewed = await call(service, '/pkce/token', { body: renewal })
  checkAnswer('/pkce/token', 200, 'application/json', renewed.json)

  const accessToken = await call(service, '/session/token')
  checkAnswer('/session/token', 200, 'application/json', accessToken.json)

  const { seed: formSeed } = formSeedFor(service)
  const own = call(service, '/pkce/code', { body: formSeed })
  await service.program.link()
  const { state } = formSeed
  const delivered = await respond(service, { state, code: 'c' })
  checkAnswer('/pkce/response/code', 200, 'application/json', delivered.json)
  checkAnswer('/pkce/code', 200, 'application/json', (await own).json)

  const refused = call(service, '/pkce/code')
  await comeBack(service.program, 'deny=yes')
  for (const [path, answer] of [
    ['/pkce/code', await refused],
    ['/pkce/code', await call(service, '/pkce/code', { body: '{}' })],
    ['/pkce/code', await call(service, '/pkce/code', { body: 'x'.repeat(70_000) })],
    ['/pkce/token', await call(service, '/pkce/token', { body: {} })],
    ['/pkce/token', await call(service, '/pkce/token', { headers: { origin: 'null' } })],
    ['/pkce/response/code', await respond(service, { state: 'nobody-waits', code: 'c' })],
    ['/pkce/clear', await call(service, '/pkce/clear', { headers: { origin: 'null' } })],
  ] as const) {
    checkAnswer(path, answer.status, 'application/problem+json', answer.json)
  }
  expect(() => checkAnswer('/pkce/code', 400, 'application/problem+json', {})).toThrow()
})
