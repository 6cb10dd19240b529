// The contents of an error, down to its last cause, in case it is logged.

import { expect, test as base } from '@playwright/test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { inspect } from 'node:util'
import type { AuthMethods } from '../../main/oauth/client-authentication.js'
import { createHttp } from '../../main/net/http.js'
import type { Claims } from '../../main/oauth/account.js'
import { verifyIdToken } from '../../main/oauth/id-token.js'
import { exchangeCode, renewTokens } from '../../main/oauth/token-endpoint.js'
import { createSecret } from '../../main/base/secret.js'

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown
type Metadata = { tokenEndpoint: string; tokenAuthMethods: AuthMethods }

const CLIENT = { clientId: 'client', clientSecret: createSecret('the-secret key/+=') }

const http = createHttp({ timeoutMs: 2_000 })
const test = base.extend<{ answering: (answer: Answer) => Metadata }>({
  // eslint-disable-next-line no-empty-pattern
  answering: async ({}, use) => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const tokenEndpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
    await use((answer) => {
      server.removeAllListeners('request').on('request', (...args) => void answer(...args))
      return { tokenEndpoint, tokenAuthMethods: ['client_secret_post'] }
    })
    server.close()
  },
})

const REQUESTS: readonly [name: string, send: (metadata: Metadata) => Promise<unknown>][] = [
  [
    'code and verifier',
    (metadata) =>
      exchangeCode(
        http,
        metadata,
        {
          ...CLIENT,
          code: 'the-secret code/+=',
          redirectUri: 'http://127.0.0.1/callback',
          verifier: 'the-secret~verifier',
          scope: 'openid',
        },
        { clock: { nowMs: () => 0 }, orphaned: () => undefined },
      ),
  ],
  [
    'refresh token',
    (metadata) =>
      renewTokens(
        http,
        metadata,
        { ...CLIENT, refreshToken: 'the-secret+token==', scope: 'openid' },
        { clock: { nowMs: () => 0 }, keep: () => Promise.resolve() },
      ),
  ],
]

const all = (thrown: unknown): string => inspect(thrown, { depth: Infinity, showHidden: true })

for (const [name, send] of REQUESTS) {
  test(`S18: a ${name} that the token endpoint echoes is masked`, async ({ answering }) => {
    for (const error of ['invalid_scope', 'invalid_request']) {
      const metadata = answering(async (request, response) => {
        const echo = await text(request)
        response.writeHead(400).end(JSON.stringify({ error, error_description: echo }))
      })
      const shown = all(await send(metadata).catch((thrown: unknown) => thrown))
      expect(shown).toContain('client_id=client')
      expect(shown).not.toContain('the-secret')
    }
  })

  test(`S18: a client secret from the header that is echoed with a ${name} is masked`, async ({
    answering,
  }) => {
    const metadata = answering((request, response) => {
      const [, credentials = ''] = (request.headers.authorization ?? '').split(' ')
      const echo = `${credentials} ${Buffer.from(credentials, 'base64').toString()}`
      response
        .writeHead(401)
        .end(JSON.stringify({ error: 'invalid_client', error_description: echo }))
    })
    const byHeader = { ...metadata, tokenAuthMethods: ['client_secret_basic'] }
    const shown = all(await send(byHeader).catch((thrown: unknown) => thrown))
    expect(shown).toContain('invalid_client')
    expect(shown).toContain('… client:…')
    expect(shown).not.toContain('the-secret')
  })

  test(`S18: a connection error does not contain the ${name}`, async ({ answering }) => {
    const metadata = answering((request) => request.socket.resetAndDestroy())
    const shown = all(await send(metadata).catch((thrown: unknown) => thrown))
    expect(shown).toContain('could not be reached')
    expect(shown).not.toContain('the-secret')
  })
}

const ISSUER = 'https://a.example'
const ACCESS_TOKEN = 'the-access-token'

/** Checks an ID token that the test has made. */
async function check(alg: string, changes: Record<string, unknown> = {}): Promise<Claims> {
  const { publicKey, privateKey } = await generateKeyPair(alg)
  const nowMs = Date.now()
  const idToken = await new SignJWT({ sub: 'alice', nonce: 'the-nonce', ...changes })
    .setProtectedHeader({ alg })
    .setIssuer(ISSUER)
    .setAudience((changes['aud'] as string | undefined) ?? 'client')
    .setIssuedAt(nowMs / 1000)
    .setExpirationTime(nowMs / 1000 + 60)
    .sign(privateKey)
  const keys = [{ ...(await exportJWK(publicKey)), kty: (await exportJWK(publicKey)).kty! }]
  return verifyIdToken(
    {
      keys: { read: () => Promise.resolve({ keys }), areOutdated: () => false },
      metadata: { issuer: ISSUER, signingAlgorithms: [alg] },
    },
    { idToken, accessToken: ACCESS_TOKEN },
    { clientId: 'client', nonce: 'the-nonce', maxAgeS: null, clockSkewMs: null },
    { nowMs },
  )
}

test('S15: the error for a rejected ID token contains none of its claims', async () => {
  const thrown: unknown = await check('ES256', { aud: 'other' }).catch((error: unknown) => error)
  expect(all(thrown)).toContain('another application')
  expect(all(thrown)).not.toMatch(/the-nonce|alice/)
})

for (const [alg, hash] of [
  ['ES256', 'sha256'],
  ['ES384', 'sha384'],
  ['PS512', 'sha512'],
  ['EdDSA', 'sha512'],
] as const) {
  test(`S15, Core 3.1.3.6: at_hash for ${alg} is the left half of ${hash}`, async () => {
    const digest = createHash(hash).update(ACCESS_TOKEN).digest()
    const atHash = digest.subarray(0, digest.length / 2).toString('base64url')
    await expect(check(alg, { at_hash: atHash })).resolves.toMatchObject({ sub: 'alice' })
    for (const wrong of ['', atHash.slice(0, -4), `${atHash}AAAA`]) {
      const refused = { code: 'invalid-id-token' }
      await expect(check(alg, { at_hash: wrong })).rejects.toMatchObject(refused)
    }
  })
}
