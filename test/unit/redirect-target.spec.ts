// The configured redirect target: where the browser returns, and the URI to register.

import { networkInterfaces } from 'node:os'
import { expect } from '@playwright/test'
import { checkSeed, toSignInRequest, type SeedDeps } from '../../main/api/seeded-request.js'
import { redirectUriAt, registrationAdvice } from '../../main/oauth/redirect-target.js'
import { REGISTRATION_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { createProviderSettings, test } from '../support/fixture.js'
import { answerLink } from '../support/person.js'

const HAS_IPV6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
)

for (const [redirectHost, redirectPath] of [
  ['localhost', '/callback'],
  ['localhost', '/signin-oidc'],
  ['127.0.0.1', '/'],
  ['[::1]', '/services/oauth2/callback'],
] as const) {
  const registered = `http://${redirectHost}${redirectPath}`
  test(`a sign-in works if ${registered} is registered, and only then`, async ({ start }) => {
    test.skip(redirectHost === '[::1]' && !HAS_IPV6, 'this computer has no IPv6')
    const { agent, provider, signIn, reached } = await start({
      provider: { demands: { redirectUris: [registered] } },
      redirectHost,
      redirectPath,
    })
    const link = await signIn()
    const redirectUri = new URL(new URL(link).searchParams.get('redirect_uri')!)
    expect(redirectUri.href).toBe(
      redirectUriAt({ host: redirectHost, path: redirectPath }, Number(redirectUri.port)),
    )
    const callback = await answerLink(link)
    const elsewhere = new URL(callback)
    elsewhere.pathname = '/elsewhere'
    expect((await fetch(elsewhere)).status).toBe(404)
    expect(agent.model().signIns).toMatchObject([{ phase: 'waiting' }])
    expect((await fetch(callback)).status).toBe(200)
    await reached('signed-in')
    expect(provider.tokenRequests[0]!.get('redirect_uri')).toBe(redirectUri.href)
  })
}

test('S10: whichever host the URI names, the listener is on both loopback addresses and no other', async ({
  start,
}) => {
  const { signIn } = await start({ redirectHost: 'localhost' })
  const { port } = new URL(new URL(await signIn()).searchParams.get('redirect_uri')!)
  const hosts = ['127.0.0.1', ...(HAS_IPV6 ? ['[::1]'] : [])]
  for (const host of hosts) {
    expect((await fetch(`http://${host}:${port}/callback`)).status).toBe(400)
  }
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
  for (const { address } of others) {
    await expect(fetch(`http://${address}:${port}/callback`)).rejects.toThrow()
  }
})

test('the URIs to register have each configured port, or none', () => {
  const target = { host: 'localhost', path: '/cb', ports: [] } as const
  expect(registrationAdvice(target)).toBe(
    REGISTRATION_MESSAGES.anyPort('http://localhost/cb', 'http://localhost:8400/cb'),
  )
  expect(registrationAdvice({ ...target, ports: [8400] })).toBe(
    REGISTRATION_MESSAGES.fixedPorts(['http://localhost:8400/cb']),
  )
  expect(registrationAdvice({ ...target, ports: [8400, 8401] })).toBe(
    REGISTRATION_MESSAGES.fixedPorts(['http://localhost:8400/cb', 'http://localhost:8401/cb']),
  )
})

test('S23: a seed may name the configured redirect URI, and then not the usual one', async () => {
  const redirect = { host: 'localhost', path: '/cb', ports: [8400] } as const
  const provider = createProviderSettings(
    { issuer: 'https://a.example', clientId: 'c' },
    { settings: { scope: 'openid', redirect } },
  )
  const deps: SeedDeps = {
    providers: [provider],
    authorizationEndpoint: () => Promise.resolve('https://a.example/authorize'),
    allowedParameters: [],
    ports: [1000],
  }
  const seed = {
    response_type: 'code' as const,
    state: 's',
    nonce: 'n',
    code_challenge: 'c',
    code_challenge_method: 'S256' as const,
    scope: ['openid'],
    client_id: 'c',
  }
  await checkSeed(deps, seed)
  const service = { provider, ports: [1000] }
  expect(
    toSignInRequest(service, { ...seed, redirect_uri: 'http://localhost:8400/cb' }, null)
      .redirectTarget,
  ).toEqual({ kind: 'listener', port: 8400 })
  for (const redirect_uri of [
    'http://127.0.0.1:8400/callback',
    'http://127.0.0.1:8400/cb',
    'http://localhost:8401/cb',
    'http://localhost:8400/cb/',
    'http://localhost:8400/CB',
  ]) {
    expect(() => toSignInRequest(service, { ...seed, redirect_uri }, null)).toThrow('redirect_uri')
  }
})
