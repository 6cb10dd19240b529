// Which of several providers an app means by its client ID and its domain.

import { expect, test } from '@playwright/test'
import type { AccountSession } from '../../main/agent/model.js'
import { PROBLEM_DETAILS } from '../../main/api/api-messages.js'
import { findNamedProvider, preferProviderOf } from '../../main/api/named-provider.js'
import { AuthError } from '../../main/base/errors.js'
import type { ProviderSettings } from '../../main/oauth/sign-in.js'
import { ALICE_REF } from '../support/account-refs.js'
import { createProviderSettings } from '../support/fixture.js'

const makeProvider = (name: string, issuer: string, clientId: string): ProviderSettings =>
  createProviderSettings({ issuer, clientId }, { settings: { name } })

/** Two share an issuer, and two others share a client. */
const LIVE = makeProvider('live', 'https://id.example/live', 'app')
const STAGING = makeProvider('staging', 'https://id.example/staging', 'app')
const ADMIN = makeProvider('admin', 'https://id.example/staging', 'admin')
const HOME = makeProvider('home', 'https://home.example', 'home-app')
const PROVIDERS = [LIVE, STAGING, ADMIN, HOME]

const deps = {
  providers: PROVIDERS,
  authorizationEndpoint: ({ issuer }: ProviderSettings) => Promise.resolve(`${issuer}/authorize`),
}

for (const [clientId, domain, name] of [
  [undefined, undefined, 'live'],
  ['app', undefined, 'live'],
  ['admin', undefined, 'admin'],
  ['home-app', undefined, 'home'],
  ['app', 'https://id.example/staging', 'staging'],
  ['app', 'https://id.example/staging/', 'staging'],
  ['admin', 'https://id.example/staging', 'admin'],
  ['app', 'id.example', 'live'],
  ['admin', 'id.example', 'admin'],
  [undefined, 'https://id.example/staging', 'staging'],
  [undefined, 'home.example', 'home'],
  [undefined, 'https://home.example/authorize', 'home'],
  [undefined, 'https://id.example/staging/authorize', 'staging'],
  ['admin', 'https://id.example/staging/authorize', 'admin'],
] as const) {
  test(`client ${clientId ?? '-'} and domain ${domain ?? '-'} mean ${name}`, async () => {
    expect((await findNamedProvider(deps, clientId, domain)).name).toBe(name)
  })
}

for (const [clientId, domain, message] of [
  ['other', undefined, PROBLEM_DETAILS.otherClient],
  ['other', 'home.example', PROBLEM_DETAILS.otherClient],
  ['home-app', 'id.example', PROBLEM_DETAILS.otherDomain(['https://home.example'])],
  [
    'home-app',
    'https://id.example/staging/authorize',
    PROBLEM_DETAILS.otherDomain(['https://home.example']),
  ],
  [
    'app',
    'home.example',
    PROBLEM_DETAILS.otherDomain(['https://id.example/live', 'https://id.example/staging']),
  ],
  [
    undefined,
    'other.example',
    PROBLEM_DETAILS.otherDomain([
      'https://id.example/live',
      'https://id.example/staging',
      'https://home.example',
    ]),
  ],
] as const) {
  test(`S23: client ${clientId ?? '-'} and domain ${domain ?? '-'} mean no provider`, async () => {
    const found = findNamedProvider(deps, clientId, domain)
    await expect(found).rejects.toMatchObject({ code: 'refused', message })
  })
}

test('without a provider, none is found', async () => {
  const found = findNamedProvider({ ...deps, providers: [] }, 'app', undefined)
  await expect(found).rejects.toMatchObject({ code: 'unavailable' })
})

test.describe('a provider that does not answer', () => {
  const partly = {
    ...deps,
    authorizationEndpoint: ({ issuer }: ProviderSettings) =>
      issuer === LIVE.issuer
        ? Promise.reject(new AuthError('provider-unreachable', 'unreachable'))
        : Promise.resolve(`${issuer}/authorize`),
  }

  test('does not keep another one from being found', async () => {
    const found = await findNamedProvider(partly, undefined, 'https://home.example/authorize')
    expect(found.name).toBe('home')
  })

  test('is the error if no other one matches', async () => {
    const found = findNamedProvider(partly, undefined, 'https://id.example/live/authorize')
    await expect(found).rejects.toMatchObject({ code: 'provider-failed' })
  })
})

test('the provider of the default account comes first', () => {
  const { issuer, clientId } = STAGING
  const session: AccountSession = {
    ...ALICE_REF,
    issuer,
    clientId,
    kind: 'needs-sign-in',
    reason: 'expired',
  }
  expect(preferProviderOf(session, PROVIDERS)).toEqual([STAGING, LIVE, ADMIN, HOME])
  expect(preferProviderOf({ ...session, clientId: 'gone' }, PROVIDERS)).toEqual(PROVIDERS)
  expect(preferProviderOf(null, PROVIDERS)).toEqual(PROVIDERS)
})
