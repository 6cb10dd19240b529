// The exact comparison of a seed with the configuration.

import { expect, test } from '@playwright/test'
import type { SeededPkce } from '../../main/api/models.js'
import { Problem } from '../../main/api/problem.js'
import { checkSeed, toSignInRequest, type SeedDeps } from '../../main/api/seeded-request.js'
import { createProviderSettings } from '../support/fixture.js'

const ISSUER = 'https://login.example/tenant'
const ENDPOINT = 'https://login.example/tenant/authorize'
const PROVIDER = createProviderSettings(
  { issuer: ISSUER, clientId: 'client' },
  { settings: { scope: 'openid' }, redirectPorts: [8400] },
)
const DEPS: SeedDeps = {
  providers: [PROVIDER],
  authorizationEndpoint: () => Promise.resolve(ENDPOINT),
  allowedParameters: [],
  ports: [1000],
}
const SEED: SeededPkce = {
  response_type: 'code',
  state: 'state-of-an-app',
  nonce: 'nonce-of-an-app',
  code_challenge: 'c'.repeat(43),
  code_challenge_method: 'S256',
  scope: ['openid'],
  client_id: 'client',
}

/** Makes different spellings, each with one change. */
const listVariants = (exact: string): readonly string[] => [
  `${exact}/..`,
  `${exact}x`,
  `${exact}.evil.example`,
  `${exact}@evil.example`,
  `${exact}?a=b`,
  `${exact}#a`,
  `${exact} `,
  ` ${exact}`,
  exact.slice(0, -1),
  exact.toUpperCase(),
]

test('S45: domain must be the issuer, its host or its authorization endpoint, exactly', async () => {
  const exact = [ISSUER, `${ISSUER}/`, 'login.example', ENDPOINT]
  for (const domain of exact) await checkSeed(DEPS, { ...SEED, domain })
  const others = [...exact.flatMap(listVariants), `${ENDPOINT}/`, 'https://login.example', '']
  for (const domain of others.filter((other) => !exact.includes(other))) {
    await expect(checkSeed(DEPS, { ...SEED, domain }), domain).rejects.toThrow('domain: ')
  }
})

test('S45: redirect_uri must be a registered one or our own, exactly', () => {
  const redirectTargetFor = (redirect_uri: string): unknown =>
    toSignInRequest(
      { provider: PROVIDER, ports: [1000] },
      { ...SEED, redirect_uri, response_mode: 'form_post' },
      null,
    ).redirectTarget
  const registered = 'http://127.0.0.1:8400/callback'
  const own = 'http://localhost:1000/pkce/response/code'
  expect(redirectTargetFor(registered)).toEqual({ kind: 'listener', port: 8400 })
  expect(redirectTargetFor(own)).toEqual({ kind: 'api', redirectUri: own })
  for (const other of [
    ...[registered, own].flatMap(listVariants),
    `${registered}/`,
    `${own}/`,
    'http://127.0.0.1:8400/',
    'http://127.0.0.1:8400/callback/../other',
    'http://127.0.0.1:08400/callback',
    'http://localhost:8400/callback',
    'https://127.0.0.1:8400/callback',
    'http://127.0.0.1:1000/pkce/response/code/',
    'http://127.0.0.1:1001/pkce/response/code',
    'http://u@localhost:1000/pkce/response/code',
  ]) {
    expect(() => redirectTargetFor(other), other).toThrow(Problem)
  }
})

test('S45: a name that some provider reads as another one is never allowed, even by the setting', async () => {
  const names = ['claims[]', 'request.uri', 'Access_Type', '_x', '1x', 'a-b', 'a b', '']
  for (const name of names) {
    const seed = { ...SEED, ADDITIONAL_PARAMETERS: { [name]: 'x' } }
    const checked = checkSeed({ ...DEPS, allowedParameters: names }, seed)
    await expect(checked, name).rejects.toThrow('ADDITIONAL_PARAMETERS: ')
  }
  const seed = { ...SEED, ADDITIONAL_PARAMETERS: { hd: 'x', display: 'page' } }
  await checkSeed({ ...DEPS, allowedParameters: ['hd'] }, seed)
})
