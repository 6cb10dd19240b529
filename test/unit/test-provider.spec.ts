import { expect, test as base } from '@playwright/test'
import { createHttp } from '../../main/net/http.js'
import { findProvider } from '../../main/diagnose/test-provider.js'
import { startProvider, type RunningProvider } from '../provider/provider.js'

const test = base.extend<{ provider: RunningProvider }>({
  // eslint-disable-next-line no-empty-pattern
  provider: async ({}, use) => {
    const provider = await startProvider({ issuerPath: '/' })
    await use(provider)
    await provider.close()
  },
})

test('a provider that is there is described', async ({ provider }) => {
  expect(await findProvider(createHttp(), ` ${provider.issuer} `)).toEqual({
    kind: 'found',
    lines: [
      `You sign in at ${new URL(provider.issuer).host}, with PKCE.`,
      'Signing out ends the session at the provider too.',
      'It has a sign-out page of its own, which Latchkey can open when you sign out.',
    ],
  })
})

test('what cannot be used is not offered, and revocation with a secret is told of', async ({
  provider,
}) => {
  provider.misbehave.metadata = (json) => ({
    ...json,
    end_session_endpoint: '/sign-out',
    revocation_endpoint_auth_methods_supported: ['client_secret_basic'],
  })
  expect(await findProvider(createHttp(), provider.issuer)).toEqual({
    kind: 'found',
    lines: [
      `You sign in at ${new URL(provider.issuer).host}, with PKCE.`,
      'Signing out may end the session here only: the provider announces revocation for ' +
        'applications with a client secret.',
    ],
  })
})

test('the provider’s own spelling is offered where only the final slash is wrong', async ({
  provider,
}) => {
  expect(await findProvider(createHttp(), provider.issuer.slice(0, -1))).toEqual({
    kind: 'failed',
    message: expect.stringContaining(`spells its issuer ${provider.issuer}`),
    issuer: provider.issuer,
  })
})

test('a provider that says it is another offers no spelling', async ({ provider }) => {
  provider.misbehave.metadata = (json) => ({ ...json, issuer: 'https://other.example/' })
  expect(await findProvider(createHttp(), provider.issuer)).toMatchObject({
    kind: 'failed',
    issuer: null,
  })
})

test('an address that cannot be an issuer is said to be none, and nobody is asked', async () => {
  const http = (): never => {
    throw new Error('asked')
  }
  expect(await findProvider(http, 'http://example.com')).toEqual({
    kind: 'failed',
    message: expect.stringContaining('must be an https URL'),
    issuer: null,
  })
})
