// An answer counts by its status first, whatever its body looks like.

import { expect, test } from '@playwright/test'
import type { Client } from '../../main/oauth/client-authentication.js'
import type { Http, HttpRequest } from '../../main/net/http.js'
import { readUserinfo } from '../../main/oauth/userinfo.js'
import { fetchKeySet } from '../../main/oauth/key-set.js'
import { exchangeCode, renewTokens, revokeTokens } from '../../main/oauth/token-endpoint.js'
import { createSecret } from '../../main/base/secret.js'

const answering =
  (status: number, json: object): Http =>
  () =>
    Promise.resolve({ status, body: JSON.stringify(json), dateMs: null, retryAfterMs: null })

const CLIENT = { clientId: 'c', clientSecret: null }

test('S18, RFC 6749 section 5.1: tokens come with status 200 alone', async () => {
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
    message: expect.stringContaining(
      'answered 203 to the sign-in, but tokens are valid only with 200',
    ),
  })
  expect(orphans).toEqual(['a'])
})

test('RFC 6749 section 6: a refresh token is kept at once, but not one beside a failure', async () => {
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
  // What else is wrong with the answer does not matter: the old one may be spent.
  await expect(renew(200, { refresh_token: 'new' })).rejects.toThrow('access_token')
  expect(kept).toEqual(['new'])
})

test('S15: keys and userinfo of an answer that failed are not believed', async () => {
  const keys = fetchKeySet(answering(404, { keys: [] }), 'https://a.example')
  await expect(keys).rejects.toMatchObject({ code: 'invalid-metadata' })
  const userinfo = { userinfoEndpoint: 'https://a.example' }
  expect(await readUserinfo(answering(403, { sub: 'alice' }), userinfo, 'token')).toBeNull()
})

test.describe('S19, RFC 8414 section 2: a public client that revokes', () => {
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
    test(`is refused with ${status} as announced: nothing went wrong`, async () => {
      await revoke(status, true)
      await expect(revoke(status, false)).rejects.toMatchObject({ code: 'revocation-failed' })
      const client = { ...CLIENT, clientSecret: createSecret('s') }
      await expect(revoke(status, true, client)).rejects.toMatchObject({
        code: 'revocation-failed',
      })
    })
  }

  for (const status of [404, 429, 500, 503]) {
    test(`fails with ${status}: that was not announced`, async () => {
      await expect(revoke(status, true)).rejects.toMatchObject({ code: 'revocation-failed' })
    })
  }
})

test('S19, RFC 7009 section 2.1: the hint says what is revoked', async () => {
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
