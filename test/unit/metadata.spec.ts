// The provider's metadata, including invalid ones.

import { test as base } from '@playwright/test'
import { expect } from '../support/expect.js'
import { ERROR_MESSAGES } from '../../main/base/base-messages.js'
import { fetchMetadata } from '../../main/oauth/metadata.js'
import { AuthError, type ErrorCode } from '../../main/base/errors.js'
import { createHttp } from '../../main/net/http.js'
import { fetchKeySet } from '../../main/oauth/key-set.js'
import { ISSUER_MESSAGES, METADATA_MESSAGES, PURPOSES } from '../../main/oauth/oauth-messages.js'
import {
  startProvider,
  type Misbehaviour,
  type ProviderOptions,
  type RunningProvider,
} from '../provider/provider.js'

type Metadata = Record<string, unknown>

const test = base.extend<{
  start: (misbehave?: Misbehaviour, options?: ProviderOptions) => Promise<RunningProvider>
}>({
  // eslint-disable-next-line no-empty-pattern
  start: async ({}, use) => {
    const started: RunningProvider[] = []
    await use(async (misbehave = {}, options = {}) => {
      // Making an RSA key would take a hundred times as long.
      const provider = await startProvider({ signingAlg: 'ES256', misbehave, ...options })
      started.push(provider)
      return provider
    })
    await Promise.all(started.map((provider) => provider.close()))
  },
})

/** Changes some fields of the metadata. Undefined removes one. */
const changed = (changes: Metadata): Misbehaviour => ({
  metadata: (json) => ({ ...json, ...changes }),
})

test('the metadata of an ordinary provider are read completely', async ({ start }) => {
  const { issuer } = await start()
  expect(await fetchMetadata(createHttp(), issuer)).toEqual({
    issuer,
    authorizationEndpoint: `${issuer}/authorize`,
    tokenEndpoint: `${issuer}/token`,
    jwksUri: `${issuer}/jwks`,
    userinfoEndpoint: `${issuer}/userinfo`,
    revocationEndpoint: `${issuer}/revoke`,
    revocationNeedsSecret: false,
    endSessionEndpoint: `${issuer}/sign-out`,
    signingAlgorithms: ['ES256'],
    issParameterSupported: true,
    tokenAuthMethods: ['none'],
    revocationAuthMethods: ['none'],
    ignored: [],
  })
})

test('optional metadata have their defaults', async ({ start }) => {
  const { issuer } = await start(
    changed({
      userinfo_endpoint: undefined,
      revocation_endpoint: undefined,
      revocation_endpoint_auth_methods_supported: undefined,
      end_session_endpoint: undefined,
      response_types_supported: undefined,
      code_challenge_methods_supported: undefined,
      token_endpoint_auth_methods_supported: undefined,
      id_token_signing_alg_values_supported: undefined,
      authorization_response_iss_parameter_supported: undefined,
    }),
  )
  expect(await fetchMetadata(createHttp(), issuer)).toEqual({
    issuer,
    authorizationEndpoint: `${issuer}/authorize`,
    tokenEndpoint: `${issuer}/token`,
    jwksUri: `${issuer}/jwks`,
    userinfoEndpoint: null,
    revocationEndpoint: null,
    revocationNeedsSecret: false,
    endSessionEndpoint: null,
    signingAlgorithms: ['RS256'],
    issParameterSupported: false,
    tokenAuthMethods: null,
    revocationAuthMethods: null,
    ignored: [],
  })
})

for (const issuerPath of ['/', '/tenant', '/tenant/']) {
  test(`OpenID Connect Discovery 1.0 section 4: an issuer that ends in ${issuerPath} works`, async ({
    start,
  }) => {
    const { issuer, requests } = await start({}, { issuerPath })
    expect((await fetchMetadata(createHttp(), issuer)).issuer).toBe(issuer)
    expect(requests.discovery).toBe(1)
  })
}

test.describe('S12, RFC 8414 section 3.3: the issuer must be exactly the configured one', () => {
  const ANNOUNCED: Record<string, (issuer: string) => string> = {
    'another host': () => 'https://accounts.example',
    'another port': () => 'http://127.0.0.1',
    'another scheme': (issuer) => issuer.replace('http:', 'https:'),
    'the same scheme in capitals': (issuer) => issuer.replace('http:', 'HTTP:'),
    'a path below it': (issuer) => `${issuer}/tenant`,
    'two final slashes': (issuer) => `${issuer}//`,
    nothing: () => '',
  }
  for (const [what, announce] of Object.entries(ANNOUNCED)) {
    test(`${what} is rejected`, async ({ start }) => {
      const { issuer } = await start({
        metadata: (json) => ({ ...json, issuer: announce(String(json['issuer'])) }),
      })
      const error = await catchError(fetchMetadata(createHttp(), issuer))
      expect(error).toMatchObject({ code: 'issuer-mismatch' })
      const announced = announce(issuer)
      expect(error.message).toBe(
        announced === ''
          ? ISSUER_MESSAGES.missing(issuer)
          : ISSUER_MESSAGES.other(issuer, announced),
      )
    })
  }

  for (const [issuerPath, configure] of [
    ['/', (issuer: string) => issuer.slice(0, -1)],
    ['', (issuer: string) => `${issuer}/`],
  ] as const) {
    test(`the provider’s spelling is suggested if only a final slash is ${issuerPath ? 'missing' : 'added'}`, async ({
      start,
    }) => {
      const { issuer } = await start({}, { issuerPath })
      const error = await catchError(fetchMetadata(createHttp(), configure(issuer)))
      expect(error).toMatchObject({ code: 'issuer-mismatch' })
      expect(error.message).toBe(ISSUER_MESSAGES.otherSpelling(issuer))
    })
  }
})

const REQUIRED = ['authorization_endpoint', 'token_endpoint', 'jwks_uri']
const OPTIONAL = {
  userinfo_endpoint: 'userinfoEndpoint',
  revocation_endpoint: 'revocationEndpoint',
  end_session_endpoint: 'endSessionEndpoint',
} as const
const ENDPOINTS = [...REQUIRED, ...Object.keys(OPTIONAL)]

test.describe('S12: endpoints on plain http are not allowed', () => {
  for (const name of REQUIRED) {
    test(`${name} on plain http is rejected and named`, async ({ start }) => {
      for (const url of ['http://provider.example/x', 'http://localhost.provider.example/x']) {
        const { issuer } = await start(changed({ [name]: url }))
        const error = await catchError(fetchMetadata(createHttp(), issuer))
        expect(error).toMatchObject({ code: 'insecure-endpoint' })
        expect(error.message).toBe(METADATA_MESSAGES.notHttps(name))
      }
    })
  }

  for (const url of [
    'https://provider.example/x',
    'http://localhost:1/x',
    'http://127.0.0.1:1/x',
    'http://[::1]:1/x',
  ]) {
    test(`${url} is allowed for each`, async ({ start }) => {
      const fields = Object.fromEntries(ENDPOINTS.map((name) => [name, url]))
      const { issuer } = await start(changed(fields))
      expect(await fetchMetadata(createHttp(), issuer)).toMatchObject({
        authorizationEndpoint: url,
        tokenEndpoint: url,
        jwksUri: url,
        userinfoEndpoint: url,
        revocationEndpoint: url,
        endSessionEndpoint: url,
      })
    })
  }

  for (const [name, field] of Object.entries(OPTIONAL)) {
    test(`${name} on plain http is ignored`, async ({ start }) => {
      for (const url of ['http://provider.example/x', 'http://localhost.provider.example/x']) {
        const { issuer } = await start(changed({ [name]: url }))
        expect(await fetchMetadata(createHttp(), issuer)).toMatchObject({
          [field]: null,
          ignored: [{ name, fault: 'insecure' }],
        })
      }
    })
  }

  test('an issuer on plain http is rejected before any request', async () => {
    let requests = 0
    const http = async (): Promise<never> => {
      requests += 1
      throw new Error('it was asked')
    }
    const error = await catchError(fetchMetadata(http, 'http://provider.example'))
    expect(error).toMatchObject({ code: 'insecure-endpoint' })
    expect(requests).toBe(0)
  })
})

test.describe('S13, RFC 7636 section 4.2: PKCE with S256', () => {
  for (const methods of [[], ['plain'], ['s256']]) {
    test(`announced methods ${JSON.stringify(methods)} are rejected`, async ({ start }) => {
      const { issuer } = await start(changed({ code_challenge_methods_supported: methods }))
      const error = await catchError(fetchMetadata(createHttp(), issuer))
      expect(error).toMatchObject({ code: 'pkce-unsupported' })
      expect(error.message).toBe(METADATA_MESSAGES.noPkce)
    })
  }

  for (const methods of [undefined, ['S256'], ['plain', 'S256'], [null, 'S256']]) {
    test(`announced methods ${JSON.stringify(methods)} are accepted`, async ({ start }) => {
      const { issuer } = await start(changed({ code_challenge_methods_supported: methods }))
      await expect(fetchMetadata(createHttp(), issuer)).resolves.toMatchObject({ issuer })
    })
  }
})

for (const types of [[], ['id_token'], ['code id_token', 'token']]) {
  test(`response types ${JSON.stringify(types)} without the code flow are rejected`, async ({
    start,
  }) => {
    const { issuer } = await start(changed({ response_types_supported: types }))
    const error = await catchError(fetchMetadata(createHttp(), issuer))
    expect(error).toMatchObject({ code: 'invalid-metadata' })
    expect(error.message).toBe(METADATA_MESSAGES.noCodeFlow)
  })
}

test('S15: none and symmetric algorithms are never accepted for ID tokens', async ({ start }) => {
  const announced = ['none', 'HS256', 'RS256', 'HS512', 'EdDSA', 'ES256', 'PS384']
  const { issuer } = await start(changed({ id_token_signing_alg_values_supported: announced }))
  expect((await fetchMetadata(createHttp(), issuer)).signingAlgorithms).toEqual([
    'RS256',
    'EdDSA',
    'ES256',
    'PS384',
  ])
})

const ALGORITHMS: [string, unknown, readonly string[]][] = [
  ['text', 'RS256 ES256', ['RS256']],
  ['null', null, ['RS256']],
  ['an object', { ES256: true }, ['RS256']],
  ['an empty list', [], ['RS256']],
  ['a list of oddities', [null, 256], ['RS256']],
  ['a list with an oddity in it', [null, 'ES256'], ['ES256']],
]
for (const [what, announced, expected] of ALGORITHMS) {
  test(`${what} for the algorithms of ID tokens means ${expected.join()}`, async ({ start }) => {
    const { issuer } = await start(changed({ id_token_signing_alg_values_supported: announced }))
    expect((await fetchMetadata(createHttp(), issuer)).signingAlgorithms).toEqual(expected)
  })
}

test('HS256 as the only algorithm is rejected with its own message', async ({ start }) => {
  const announced = ['HS256', 'none']
  const { issuer } = await start(changed({ id_token_signing_alg_values_supported: announced }))
  const error = await catchError(fetchMetadata(createHttp(), issuer))
  expect(error).toMatchObject({ code: 'invalid-metadata' })
  expect(error.message).toBe(METADATA_MESSAGES.onlyHs256)
})

const ODD: [string, unknown, 'empty' | 'unreadable'][] = [
  ...Object.keys(OPTIONAL).flatMap((name): [string, unknown, 'empty' | 'unreadable'][] => [
    [name, null, 'empty'],
    [name, '', 'empty'],
    [name, '/relative', 'unreadable'],
    [name, 'provider.example/x', 'unreadable'],
    [name, false, 'unreadable'],
    [name, 'false', 'unreadable'],
    [name, ['https://provider.example/x'], 'unreadable'],
    [name, 'ftp://provider.example', 'unreadable'],
    [name, 'javascript:alert(1)', 'unreadable'],
  ]),
  ['response_types_supported', 'code', 'unreadable'],
  ['response_types_supported', null, 'empty'],
  ['code_challenge_methods_supported', null, 'empty'],
  ['code_challenge_methods_supported', '', 'empty'],
  ['code_challenge_methods_supported', 'S256', 'unreadable'],
  ['code_challenge_methods_supported', true, 'unreadable'],
  ['code_challenge_methods_supported', [null], 'unreadable'],
  ['id_token_signing_alg_values_supported', { RS256: true }, 'unreadable'],
  ['id_token_signing_alg_values_supported', null, 'empty'],
  ['authorization_response_iss_parameter_supported', null, 'empty'],
  ['authorization_response_iss_parameter_supported', 'yes', 'unreadable'],
  ['authorization_response_iss_parameter_supported', 1, 'unreadable'],
  ['revocation_endpoint_auth_methods_supported', 'none', 'unreadable'],
]
for (const [name, value, fault] of ODD) {
  test(`${name} as ${JSON.stringify(value)} counts as absent and is named`, async ({ start }) => {
    const { issuer } = await start(changed({ [name]: value }))
    const { ignored, ...metadata } = await fetchMetadata(createHttp(), issuer)
    expect(ignored).toEqual([{ name, fault }])
    const without = await start(changed({ [name]: undefined }))
    const { ignored: none, ...expected } = await fetchMetadata(createHttp(), without.issuer)
    expect(none).toEqual([])
    expect(JSON.stringify(metadata)).toBe(
      JSON.stringify(expected).replaceAll(without.issuer, issuer),
    )
  })
}

test.describe('RFC 9207 section 3: authorization_response_iss_parameter_supported', () => {
  for (const [value, promises] of [
    [true, true],
    ['true', true],
    [false, false],
    ['false', false],
    ['TRUE', false],
    [[true], false],
  ] as const) {
    test(`${JSON.stringify(value)} ${promises ? 'promises iss' : 'does not promise iss'}`, async ({
      start,
    }) => {
      const name = 'authorization_response_iss_parameter_supported'
      const { issuer } = await start(changed({ [name]: value }))
      expect((await fetchMetadata(createHttp(), issuer)).issParameterSupported).toBe(promises)
    })
  }
})

test.describe('RFC 8414 section 2: revocation_endpoint_auth_methods_supported', () => {
  for (const [methods, needsSecret] of [
    [['none'], false],
    [['client_secret_basic', 'none'], false],
    [['client_secret_basic', 'client_secret_post'], true],
    [['private_key_jwt'], true],
    [[], false],
    [undefined, false],
  ] as const) {
    test(`${JSON.stringify(methods)} ${needsSecret ? 'excludes public clients' : 'allows public clients'}`, async ({
      start,
    }) => {
      const name = 'revocation_endpoint_auth_methods_supported'
      const { issuer } = await start(changed({ [name]: methods }))
      expect((await fetchMetadata(createHttp(), issuer)).revocationNeedsSecret).toBe(needsSecret)
    })
  }
})

const MALFORMED: [string, unknown][] = [
  ['issuer', undefined],
  ['issuer', 1],
  ['issuer', null],
  ['authorization_endpoint', undefined],
  ['authorization_endpoint', null],
  ['authorization_endpoint', '/authorize'],
  ['authorization_endpoint', 'javascript:alert(1)'],
  ['authorization_endpoint', 'file:///etc/passwd'],
  ['token_endpoint', undefined],
  ['token_endpoint', ''],
  ['token_endpoint', ['https://provider.example/token']],
  ['jwks_uri', undefined],
  ['jwks_uri', null],
  ['jwks_uri', 'data:application/json,{"keys":[]}'],
]
for (const [name, value] of MALFORMED) {
  test(`${name} as ${JSON.stringify(value)} is rejected and named`, async ({ start }) => {
    const { issuer } = await start(changed({ [name]: value }))
    const error = await catchError(fetchMetadata(createHttp(), issuer))
    expect(error).toMatchObject({ code: 'invalid-metadata' })
    const url = `${issuer}/.well-known/openid-configuration`
    expect(error.message).toBe(METADATA_MESSAGES.notMetadata(url, name))
  })
}

for (const body of ['[]', 'null', '"text"', '']) {
  test(`${body || 'nothing'} instead of the metadata is rejected`, async ({ start }) => {
    const { issuer } = await start({ metadata: () => body })
    const error = await catchError(fetchMetadata(createHttp(), issuer))
    expect(error).toMatchObject({ code: 'invalid-metadata' })
    const url = `${issuer}/.well-known/openid-configuration`
    expect(error.message).toBe(METADATA_MESSAGES.notMetadata(url, undefined))
  })
}

const FAULTS: [NonNullable<Misbehaviour['discovery']>, ErrorCode, string][] = [
  ['server-error', 'provider-error', METADATA_MESSAGES.status(500, 'URL')],
  ['rate-limited', 'provider-error', ERROR_MESSAGES.tooManyRequests],
  ['not-json', 'invalid-metadata', METADATA_MESSAGES.notMetadata('URL', undefined)],
  ['truncated', 'provider-error', `broke off while ${PURPOSES.metadata}`],
  ['oversized', 'provider-error', 'sent more than 1024 KiB'],
  ['hang', 'provider-timeout', `took more than 0.5 seconds while ${PURPOSES.metadata}`],
  ['drip', 'provider-timeout', `took more than 0.5 seconds while ${PURPOSES.metadata}`],
  ['reset', 'provider-unreachable', 'the connection was cut'],
]
for (const [fault, code, words] of FAULTS) {
  test(`S12, S18: metadata with the fault ${fault} fail with ${code} and a message`, async ({
    start,
  }) => {
    const { issuer, requests } = await start({ discovery: fault })
    const timeoutMs = code === 'provider-timeout' ? 500 : 10_000
    const error = await catchError(fetchMetadata(createHttp({ timeoutMs }), issuer))
    expect(error).toMatchObject({ code })
    const url = `${issuer}/.well-known/openid-configuration`
    expect(error.message).toContain(words.replace('URL', url))
    expect(requests.followed).toBe(0)
  })
}

test.describe('a redirect within the origin', () => {
  test('is followed once for the metadata', async ({ start }) => {
    const { issuer, requests } = await start({ discovery: 'redirect' })
    expect((await fetchMetadata(createHttp(), issuer)).issuer).toBe(issuer)
    expect(requests).toMatchObject({ discovery: 2, followed: 1 })
  })

  test('S12: must still lead to the configured issuer', async ({ start }) => {
    const { issuer } = await start({
      ...changed({ issuer: 'https://other.example' }),
      discovery: 'redirect',
    })
    const error = await catchError(fetchMetadata(createHttp(), issuer))
    expect(error).toMatchObject({ code: 'issuer-mismatch' })
  })

  test('S12: is not followed for the keys', async ({ start }) => {
    const { issuer, requests } = await start({ jwks: 'redirect' })
    const metadata = await fetchMetadata(createHttp(), issuer)
    const error = await catchError(fetchKeySet(createHttp(), metadata.jwksUri))
    expect(error).toMatchObject({ code: 'provider-error' })
    expect(requests.followed).toBe(0)
  })
})

test('if there are no metadata, the message says to check the issuer', async ({ start }) => {
  const { issuer } = await start()
  const error = await catchError(fetchMetadata(createHttp(), `${issuer}/nowhere`))
  expect(error).toMatchObject({ code: 'invalid-metadata' })
  const url = `${issuer}/nowhere/.well-known/openid-configuration`
  expect(error.message).toBe(METADATA_MESSAGES.status(404, url))
})

test('aborting ends the request with the given reason', async ({ start }) => {
  const { issuer, requests } = await start({ discovery: 'hang' })
  const controller = new AbortController()
  const reason = new Error('called off')
  const reading = fetchMetadata(createHttp(), issuer, controller.signal)
  await expect.poll(() => requests.discovery).toBe(1)
  controller.abort(reason)
  await expect(reading).rejects.toBe(reason)
})

async function catchError(promise: Promise<unknown>): Promise<AuthError> {
  const thrown = await promise.then(
    () => 'the metadata was taken',
    (refusal: unknown) => refusal,
  )
  expect(thrown).toBeInstanceOf(AuthError)
  return thrown as AuthError
}
