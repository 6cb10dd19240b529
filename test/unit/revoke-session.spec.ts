// The requests to the provider of a stored session when Latchkey's data is removed.

import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@playwright/test'
import { revokeSession } from '../../main/app/uninstall.js'
import { DEFAULT_TARGET } from '../../main/oauth/redirect-target.js'
import type { ProviderSettings } from '../../main/oauth/sign-in.js'
import { createSecret } from '../../main/base/secret.js'
import { createHttp } from '../../main/net/http.js'
import type { Session } from '../../main/oauth/session.js'

const CLIENT_ID = 'the-client'
const CLIENT_SECRET = 'the-secret-of-the-client'

let provider: Server
let issuer: string
/** Everything that reached the provider: addresses, headers and bodies. */
let received: string

test.beforeEach(async () => {
  received = ''
  provider = createServer((request, response) => {
    received += `${request.url} ${JSON.stringify(request.headers)} `
    request.on('data', (chunk: Buffer) => void (received += chunk.toString()))
    request.on('end', () => {
      const isMetadata = request.url!.endsWith('/.well-known/openid-configuration')
      response.setHeader('content-type', 'application/json')
      response.end(isMetadata ? JSON.stringify(makeMetadata()) : '')
    })
  }).listen(0, '127.0.0.1')
  await once(provider, 'listening')
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
})
test.afterEach(() => {
  provider.close().closeAllConnections()
})

function makeMetadata(): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    revocation_endpoint: `${issuer}/revoke`,
    revocation_endpoint_auth_methods_supported: ['client_secret_post'],
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
}

function makeSession(): Session {
  return {
    issuer,
    clientId: CLIENT_ID,
    account: { sub: 'alice', name: 'Alice Adams', email: '' },
    claims: { sub: 'alice' },
    tokens: {
      accessToken: 'the-access-token',
      accessTokenExpiresAtMs: null,
      obtainedAtMs: 0,
      refreshToken: 'the-refresh-token',
      idToken: 'the-id-token',
      scope: 'openid',
    },
  }
}

type Client = Partial<Pick<ProviderSettings, 'issuer' | 'clientId' | 'clientSecret'>>

/** Settings with these providers, which have the client secret unless they say otherwise. */
function settingsWith(...clients: Client[]) {
  const providers = clients.map((client, index): ProviderSettings => ({
    name: `provider-${index}`,
    issuer: '',
    clientId: '',
    clientSecret: createSecret(CLIENT_SECRET),
    scope: 'openid',
    audience: null,
    prompt: null,
    maxAgeS: null,
    parameters: {},
    redirect: DEFAULT_TARGET,
    ...client,
  }))
  return { dataDir: '', takeOver: false, providers }
}

test('the client secret is sent to the provider that it is for', async () => {
  const settings = settingsWith(
    { issuer: 'https://login.example.com', clientId: CLIENT_ID, clientSecret: null },
    { issuer, clientId: CLIENT_ID },
  )
  await revokeSession(makeSession(), { settings, http: createHttp() })
  expect(received).toContain('token=the-refresh-token')
  expect(received).toContain(CLIENT_SECRET)
})

for (const [name, other] of [
  ['another provider', { issuer: 'https://login.example.com', clientId: CLIENT_ID }],
  ['another client', { issuer: null, clientId: 'another-client' }],
] as const) {
  test(`the client secret of ${name} is not sent with a stored session’s tokens`, async () => {
    const settings = settingsWith({ ...other, issuer: other.issuer ?? issuer })
    await revokeSession(makeSession(), { settings, http: createHttp() })
    expect(received).toContain('token=the-refresh-token')
    expect(received).not.toContain(CLIENT_SECRET)
  })
}
