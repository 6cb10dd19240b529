// Testing a provider for the window.

import { expect, test as base } from '@playwright/test'
import { createHttp } from '../../main/net/http.js'
import { MESSAGES } from '../../main/diagnose/diagnose-messages.js'
import { RULES } from '../../main/settings/settings-messages.js'
import { testProvider } from '../../main/diagnose/test-provider.js'
import { ISSUER_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { startProvider, type RunningProvider } from '../provider/provider.js'

const test = base.extend<{ provider: RunningProvider }>({
  // eslint-disable-next-line no-empty-pattern
  provider: async ({}, use) => {
    const provider = await startProvider({ issuerPath: '/' })
    await use(provider)
    await provider.close()
  },
})

test('a provider that answers is described', async ({ provider }) => {
  expect(await testProvider(createHttp(), ` ${provider.issuer} `)).toEqual({
    kind: 'found',
    lines: [
      MESSAGES.tested.signIn(new URL(provider.issuer).host),
      MESSAGES.tested.signsOut,
      MESSAGES.tested.signOutPage,
    ],
  })
})

test('invalid endpoints are not described, and revocation that needs a secret is', async ({
  provider,
}) => {
  provider.misbehave.metadata = (json) => ({
    ...json,
    end_session_endpoint: '/sign-out',
    revocation_endpoint_auth_methods_supported: ['client_secret_basic'],
  })
  expect(await testProvider(createHttp(), provider.issuer)).toEqual({
    kind: 'found',
    lines: [MESSAGES.tested.signIn(new URL(provider.issuer).host), MESSAGES.tested.mayNotSignOut],
  })
})

test('the provider’s own spelling is suggested if only the final slash is wrong', async ({
  provider,
}) => {
  expect(await testProvider(createHttp(), provider.issuer.slice(0, -1))).toEqual({
    kind: 'failed',
    message: ISSUER_MESSAGES.otherSpelling(provider.issuer),
    issuer: provider.issuer,
  })
})

test('no spelling is suggested if the metadata names another provider', async ({ provider }) => {
  provider.misbehave.metadata = (json) => ({ ...json, issuer: 'https://other.example/' })
  expect(await testProvider(createHttp(), provider.issuer)).toMatchObject({
    kind: 'failed',
    issuer: null,
  })
})

test('an invalid issuer is rejected without a request', async () => {
  const http = (): never => {
    throw new Error('there was a request')
  }
  expect(await testProvider(http, 'http://example.com')).toEqual({
    kind: 'failed',
    message: expect.stringContaining(RULES.issuer),
    issuer: null,
  })
})
