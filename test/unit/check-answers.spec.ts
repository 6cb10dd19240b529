// The status of an answer decides first, whatever its body contains.

import { expect, test } from '@playwright/test'
import type { Client } from '../../main/oauth/client-authentication.js'
import type { Http, HttpRequest } from '../../main/net/http.js'
import { readUserinfo } from '../../main/oauth/userinfo.js'
import { fetchKeySet } from '../../main/oauth/key-set.js'
import { exchangeCode, renewTokens, revokeTokens } from '../../main/oauth/token-endpoint.js'
import { createSecret } from '../../main/base/secret.js'
import { TOKEN_MESSAGES } from '../../main/oauth/oauth-messages.js'

const answering =
  (status: number, json: object): Http =>
  () =>
    Promise.resolve({ status, body: JSON.stringify(json), dateMs: null, retryAfterMs: null })

const CLIENT = { clientId: 'c', clientSecret: null }

test('S18, RFC 6749 section 5.1: only an answer with status 200 can contain tokens', async () => {
  const http = answering(203, { access_token: 'a', token_type: 'Bearer', id_token: 'i' })
  const metadata = { tokenEndpoint: 'https://a.example', tokenAuthMethods: null }
  const orphans: unknown[] = []
  const request = { ...CLIENT, code: 'c', redirectUri: 'r', verifier: 'v', scope: 'openid' }
  await expect(
    exchangeCode(http, metadata, request, {
      clock: { nowMs: () => 0 },
      orphaned: (tokens) => orphans.push(tokens.accessToken),
    }),
  ).rejects.toMatchObject({
    code: 'provider-error',
    message: TOKEN_MESSAGES.otherSuccess('sign-in', 203),
  })
  expect(orphans).toEqual(['a'])
})

test('RFC 6749 section 6: a new refresh token is stored at once, but not from a failed answer', async () => {
  const metadata = { tokenEndpoint: 'https://a.example', tokenAuthMethods: null }
  const request = { ...CLIENT, refreshToken: 'old', scope: 'openid' }
  const kept: string[] = []
  const renew = (status: number, json: object): Promise<unknown> =>
    renewTokens(answering(status, json), metadata, request, {
      clock: { nowMs: () => 0 },
      keep: async (token) => void kept.push(token),
    })
  for (const status of [400, 401, 302, 500]) {
    await expect(renew(status, { error: 'x', refresh_token: 'odd' })).rejects.toThrow()
  }
  await renew(200, { access_token: 'a', token_type: 'Bearer', refresh_token: 'old' })
  expect(kept).toEqual([])
  // Other faults of the answer don't matter, because the old refresh token may be spent.
  await expect(renew(200, { refresh_token: 'new' })).rejects.toThrow('access_token')
  expect(kept).toEqual(['new'])
})

test('S15: keys and userinfo in a failed answer are not used', async () => {
  const keys = fetchKeySet(answering(404, { keys: [] }), 'https://a.example')
  await expect(keys).rejects.toMatchObject({ code: 'invalid-metadata' })
  const userinfo = { userinfoEndpoint: 'https://a.example' }
  expect(await readUserinfo(answering(403, { sub: 'alice' }), userinfo, 'token')).toBeNull()
})

test.describe('S19, RFC 8414 section 2: revocation by a public client', () => {
  const revoke = (
    status: number,
    revocationNeedsSecret: boolean,
    client: Client = CLIENT,
  ): Promise<void> =>
    revokeTokens(
      answering(status, { error: 'invalid_client' }),
      {
        revocationEndpoint: 'https://a.example',
        revocationNeedsSecret,
        revocationAuthMethods: null,
      },
      { ...client, tokens: { accessToken: 'a', refreshToken: 'r' } },
    )

  for (const status of [400, 401, 403]) {
    test(`may be rejected with ${status} if that was announced, without a message`, async () => {
      await revoke(status, true)
      await expect(revoke(status, false)).rejects.toMatchObject({ code: 'revocation-failed' })
      const client = { ...CLIENT, clientSecret: createSecret('s') }
      await expect(revoke(status, true, client)).rejects.toMatchObject({
        code: 'revocation-failed',
      })
    })
  }

  for (const status of [404, 429, 500, 503]) {
    test(`fails with ${status} if that was not announced`, async () => {
      await expect(revoke(status, true)).rejects.toMatchObject({ code: 'revocation-failed' })
    })
  }
})

test('S19, RFC 7009 section 2.1: token_type_hint has the type of the revoked token', async () => {
  const asked: HttpRequest[] = []
  const http: Http = (request) => {
    asked.push(request)
    return Promise.resolve({ status: 200, body: '', dateMs: null, retryAfterMs: null })
  }
  for (const refreshToken of ['r', null]) {
    const metadata = {
      revocationEndpoint: 'https://a.example',
      revocationNeedsSecret: false,
      revocationAuthMethods: null,
    }
    await revokeTokens(http, metadata, {
      ...CLIENT,
      tokens: { accessToken: 'a', refreshToken },
    })
  }
  expect(asked.map(({ form }) => [form?.['token'], form?.['token_type_hint']])).toEqual([
    ['r', 'refresh_token'],
    ['a', 'access_token'],
  ])
})
