import { expect, test } from '@playwright/test'
import {
  authorizationUrl,
  APP_PARAMETERS,
  PROTOCOL_PARAMETERS,
  type AuthorizationRequest,
} from '../../main/oauth/authorization-url.js'

const request: AuthorizationRequest = {
  clientId: 'client',
  redirectUri: 'http://127.0.0.1:8400/callback',
  scope: 'openid email',
  state: 'the-state',
  nonce: 'the-nonce',
  challenge: 'the-challenge',
  audience: null,
  prompt: null,
  loginHint: null,
  maxAgeS: null,
  extra: {},
}
const readParameters = (endpoint: string, changes: Partial<AuthorizationRequest> = {}): object => {
  const link = authorizationUrl({ authorizationEndpoint: endpoint }, { ...request, ...changes })
  const { searchParams } = new URL(link)
  const parameters = Object.fromEntries(searchParams)
  // RFC 6749 section 3.1: no parameter is repeated.
  expect(searchParams.size).toBe(Object.keys(parameters).length)
  return parameters
}

test('RFC 7636 section 4.3: the request has exactly the required parameters', () => {
  expect(readParameters('https://a.example/authorize')).toEqual({
    response_type: 'code',
    client_id: 'client',
    redirect_uri: 'http://127.0.0.1:8400/callback',
    scope: 'openid email',
    state: 'the-state',
    nonce: 'the-nonce',
    code_challenge: 'the-challenge',
    code_challenge_method: 'S256',
  })
})

test('audience, prompt and max_age are sent if they are set', () => {
  expect(
    readParameters('https://a.example/authorize', { audience: 'api', prompt: 'login', maxAgeS: 0 }),
  ).toMatchObject({ audience: 'api', prompt: 'login', max_age: '0' })
})

test('S23, Core 3.1.2.1: login_hint is sent if a user is expected, whatever an app adds', () => {
  const endpoint = 'https://a.example/authorize?login_hint=x'
  const extra = { login_hint: 'mallory@example.com', display: 'page' }
  expect(readParameters(endpoint, { loginHint: 'alice@example.com', extra })).toMatchObject({
    login_hint: 'alice@example.com',
    display: 'page',
  })
})

test('RFC 6749 section 3.1: the endpoint’s own query is kept, but can’t override our parameters', () => {
  expect(
    readParameters('https://a.example/authorize?tenant=t&code_challenge_method=plain&state=x'),
  ).toMatchObject({ tenant: 't', code_challenge_method: 'S256', state: 'the-state' })
})

test('S45: apps can’t add any parameter that Latchkey sets for every sign-in', () => {
  const ours = new Set(PROTOCOL_PARAMETERS.filter((name) => name !== 'login_hint'))
  expect(APP_PARAMETERS.filter((name) => ours.has(name))).toEqual([])
})
