// The check of an app's seed, on its own: it may ask for nothing beyond the configuration.

import { expect, test } from '@playwright/test'
import {
  checkSeed,
  toSignInRequest,
  createSeed,
  type SeedDeps,
} from '../../main/api/seeded-request.js'
import type { SeededPkce } from '../../main/api/models.js'
import { codeChallenge } from '../../main/oauth/pkce.js'
import { createProviderSettings } from '../support/fixture.js'

const PROVIDER = createProviderSettings(
  { issuer: 'https://a.example/tenant', clientId: 'the-client' },
  {
    settings: { scope: 'openid profile', audience: 'https://api.example' },
    redirectPorts: [8400],
  },
)
const DEPS: SeedDeps = {
  providers: [PROVIDER],
  authorizationEndpoint: () => Promise.resolve('https://a.example/authorize'),
  allowedParameters: ['kc_idp_hint', 'Odd', 'odd[]'],
  ports: [1000],
}
const SEED: SeededPkce = {
  response_type: 'code',
  state: 'the-state',
  nonce: 'the-nonce',
  code_challenge: 'the-challenge',
  code_challenge_method: 'S256',
  scope: ['openid'],
  client_id: 'the-client',
}

const ALLOWED: readonly Partial<SeededPkce>[] = [
  {},
  { audience: 'https://api.example' },
  { ADDITIONAL_PARAMETERS: {} },
  { ADDITIONAL_PARAMETERS: { display: 'page', kc_idp_hint: 'x' } },
  { domain: 'a.example' },
  { domain: 'https://a.example/tenant' },
  { domain: 'https://a.example/tenant/' },
  { domain: 'https://a.example/authorize' },
]
for (const changes of ALLOWED) {
  test(`S23: a seed with ${JSON.stringify(changes)} is accepted`, async () => {
    await checkSeed(DEPS, { ...SEED, ...changes })
  })
}

const names = ['claims', 'registration', 'id_token_hint', 'request', 'request_uri', 'redirect_uri']
const alike = [
  'display2',
  '-display',
  'display[]',
  'xdisplay',
  'display ',
  'Odd',
  'odd[]',
  '9display',
]
const REFUSED: readonly (readonly [field: string, changes: Partial<SeededPkce>])[] = [
  ...['', 'the-client2', 'the-clien', 'The-Client'].map(
    (client_id) => ['client_id', { client_id }] as const,
  ),
  ...['', 'https://api.example/', 'https://api.example2', 'https://api'].map(
    (audience) => ['audience', { audience }] as const,
  ),
  ...[...names, ...alike].map(
    (name) => ['ADDITIONAL_PARAMETERS', { ADDITIONAL_PARAMETERS: { [name]: 'x' } }] as const,
  ),
  // An allowed parameter does not allow another one.
  ['ADDITIONAL_PARAMETERS', { ADDITIONAL_PARAMETERS: { display: 'page', claims: '{}' } }],
  ...[
    '',
    'b.example',
    'a.example.b.example',
    'a.example:444',
    'https://a.example/tenant2',
    'https://a.example/tenant//',
    'https://a.example/authorize2',
    'https://a.example/authorize/',
    'http://a.example/tenant',
  ].map((domain) => ['domain', { domain }] as const),
]
for (const [field, changes] of REFUSED) {
  test(`S23, S45: a seed with ${JSON.stringify(changes)} is rejected`, async () => {
    await expect(checkSeed(DEPS, { ...SEED, ...changes })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(`${field}: `),
    })
  })
}

test('S23: if no audience is configured, a seed may not have one', async () => {
  const deps = { ...DEPS, providers: [{ ...PROVIDER, audience: null }] }
  await expect(checkSeed(deps, { ...SEED, audience: 'null' })).rejects.toThrow('audience: ')
})

const OWN = 'http://127.0.0.1:1000/pkce/response/code'

test('S23: the redirect URI must be the listener, at a registered port, or our own endpoint', () => {
  const redirectTargetFor = (changes: Partial<SeededPkce>): unknown =>
    toSignInRequest({ provider: PROVIDER, ports: [1000] }, { ...SEED, ...changes }, null)
      .redirectTarget
  expect(redirectTargetFor({})).toEqual({ kind: 'listener', port: null })
  expect(redirectTargetFor({ redirect_uri: 'http://127.0.0.1:8400/callback' })).toEqual({
    kind: 'listener',
    port: 8400,
  })
  expect(redirectTargetFor({ redirect_uri: OWN, response_mode: 'form_post' })).toEqual({
    kind: 'api',
    redirectUri: OWN,
  })
  for (const changes of [
    { redirect_uri: OWN },
    { redirect_uri: OWN, response_mode: 'query' as const },
    { redirect_uri: `${OWN}/`, response_mode: 'form_post' as const },
    { redirect_uri: `${OWN}2`, response_mode: 'form_post' as const },
    { redirect_uri: `${OWN}?x`, response_mode: 'form_post' as const },
    { redirect_uri: 'http://127.0.0.1:8400/callback/' },
    { redirect_uri: 'http://127.0.0.1:8400/callback?x' },
    { redirect_uri: 'http://127.0.0.1:8401/callback' },
    { redirect_uri: 'https://b.example/' },
  ]) {
    expect(() => redirectTargetFor(changes), JSON.stringify(changes)).toThrow('redirect_uri: ')
  }
})

test('S13, S14: a seed that the service makes has the verifier’s challenge, and a new state and nonce', () => {
  const [one, other] = [createSeed(PROVIDER, 'the-verifier'), createSeed(PROVIDER, 'the-verifier')]
  expect(one).toMatchObject({
    code_challenge: codeChallenge('the-verifier'),
    code_challenge_method: 'S256',
    client_id: 'the-client',
    audience: 'https://api.example',
    scope: ['openid', 'profile'],
  })
  const values = [one.state, one.nonce, other.state, other.nonce]
  expect(new Set(values).size).toBe(4)
  for (const value of values) expect(value).toMatch(/^[\w-]{43}$/)
})

test('S23: the sign-in contains the data for checking its answer', () => {
  const seed = { ...SEED, organization: 'org_1' }
  const signIn = toSignInRequest({ provider: PROVIDER, ports: [1000] }, seed, null)
  expect(signIn).toMatchObject({
    state: 'the-state',
    nonce: 'the-nonce',
    challenge: 'the-challenge',
    organization: 'org_1',
    extra: { organization: 'org_1' },
    byFormPost: false,
  })
})
