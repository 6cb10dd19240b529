// Requests to the token endpoint: their contents, how often they are sent, and when a lifetime begins.

import { expect, test } from '@playwright/test'
import { AuthError } from '../../main/base/errors.js'
import type { Http, HttpRequest } from '../../main/net/http.js'
import { exchangeCode, renewTokens, type TokenSet } from '../../main/oauth/token-endpoint.js'

const METADATA = { tokenEndpoint: 'https://a.example/token', tokenAuthMethods: null }
const CLIENT = { clientId: 'c', clientSecret: null }
const TOKENS = { access_token: 'a', token_type: 'Bearer', id_token: 'i', expires_in: 60 }

type Provider = { http: Http; sent: HttpRequest[]; clock: { nowMs: () => number } }

/** A provider that takes this long for each answer. Null means that the answer is lost. */
function createProvider(tookMs: number, ...answers: readonly (object | null)[]): Provider {
  let nowMs = 1_000
  const sent: HttpRequest[] = []
  const http: Http = (request) => {
    sent.push(request)
    nowMs += tookMs
    const answer = answers[Math.min(sent.length, answers.length) - 1]!
    return answer === null
      ? Promise.reject(new AuthError('provider-unreachable', 'lost', { answerLost: true }))
      : Promise.resolve({
          status: 'error' in answer ? 400 : 200,
          body: JSON.stringify(answer),
          dateMs: null,
          retryAfterMs: null,
        })
  }
  return { http, sent, clock: { nowMs: () => nowMs } }
}

const exchange = async ({ http, clock }: Provider): Promise<TokenSet> => {
  const request = { ...CLIENT, code: 'the-code', redirectUri: 'r', verifier: 'v', scope: 'openid' }
  return (await exchangeCode(http, METADATA, request, { clock, orphaned: () => undefined })).tokens
}
const renew = ({ http, clock }: Provider): Promise<unknown> => {
  const request = { ...CLIENT, refreshToken: 'the-refresh-token', scope: 'openid' }
  return renewTokens(http, METADATA, request, { clock, keep: () => Promise.resolve() })
}

test('S13, RFC 7636 section 4.5: a code is sent once, with its verifier and redirect URI', async () => {
  const provider = createProvider(0, TOKENS)
  await exchange(provider)
  expect(provider.sent).toHaveLength(1)
  expect(provider.sent[0]).toMatchObject({
    method: 'POST',
    form: {
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: 'r',
      code_verifier: 'v',
    },
  })
  const lost = createProvider(0, null, TOKENS)
  await expect(exchange(lost)).rejects.toThrow('lost')
  expect(lost.sent).toHaveLength(1)
})

test('S18: tokens of another type, or in an answer with an error, are rejected', async () => {
  for (const changes of [{ token_type: 'mac' }, { token_type: null }, { id_token: null }]) {
    await expect(exchange(createProvider(0, { ...TOKENS, ...changes }))).rejects.toMatchObject({
      code: 'invalid-token-response',
    })
  }
  const http = createProvider(0, TOKENS)
  const beside: Http = async (request) => {
    const answer = await http.http(request)
    return { ...answer, body: JSON.stringify({ ...TOKENS, error: 'server_error' }) }
  }
  await expect(exchange({ ...http, http: beside })).rejects.toBeInstanceOf(AuthError)
})

test('a token’s lifetime is counted from the request', async () => {
  const tokens = await exchange(createProvider(40_000, TOKENS))
  expect(tokens.obtainedAtMs).toBe(1_000)
  expect(tokens.accessTokenExpiresAtMs).toBe(61_000)
})

test('after a lost answer, a refresh token is sent again at once, but not half a minute later', async () => {
  const quick = createProvider(29_999, null, TOKENS)
  await renew(quick)
  expect(quick.sent).toHaveLength(2)
  const slow = createProvider(30_000, null, TOKENS)
  await expect(renew(slow)).rejects.toThrow('lost')
  expect(slow.sent).toHaveLength(1)
})

test('S09: a code, a verifier or a refresh token that a provider quotes is masked', async () => {
  const error_description = 'bad the-code, the-verifier-of-it and the-refresh-token'
  const failure = createProvider(0, { error: 'invalid_request', error_description })
  const request = {
    ...CLIENT,
    code: 'the-code',
    redirectUri: 'r',
    verifier: 'the-verifier-of-it',
    scope: 'openid',
  }
  const exchanged = exchangeCode(failure.http, METADATA, request, {
    clock: failure.clock,
    orphaned: () => undefined,
  })
  const refusal = await exchanged.catch(String)
  expect(refusal).not.toContain('the-code')
  expect(refusal).not.toContain('the-verifier')
  expect(await renew(failure).catch(String)).not.toContain('the-refresh-token')
})

test('a second failure after a lost answer still means that the refresh token may be spent', async () => {
  const failures = [
    new AuthError('provider-unreachable', 'lost', { answerLost: true }),
    new AuthError('provider-unreachable', 'refused', { retryAfterMs: 1_000 }),
  ]
  const http: Http = () => Promise.reject(failures.shift()!)
  await expect(renew({ http, sent: [], clock: { nowMs: () => 0 } })).rejects.toMatchObject({
    code: 'provider-unreachable',
    message: 'refused',
    retryAfterMs: 1_000,
    answerLost: true,
  })
  expect(failures).toEqual([])
})
