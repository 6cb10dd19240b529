// How a client with a secret authenticates, by header or by body, as the provider's metadata says.

import { expect } from '@playwright/test'
import { authenticated, type AuthMethods } from '../../main/oauth/client-authentication.js'
import { createSecret } from '../../main/base/secret.js'
import { appFlow, NEVER } from '../support/app-flow.js'
import { answerLink } from '../support/person.js'
import { test } from '../support/fixture.js'

const SECRET = 'GOCSPX-a b+c/d=e:%'
const CLIENT = { clientId: 'id:with/odd+parts', clientSecret: createSecret(SECRET) }

test('RFC 6749 section 2.3.1: both halves of the header are form-encoded', () => {
  const { form, basic } = authenticated(CLIENT, ['client_secret_basic'], { a: 'b' })
  // The header names the client. A second way in the same request is forbidden.
  expect(form).toEqual({ a: 'b' })
  expect(Buffer.from(basic ?? '', 'base64').toString()).toBe(
    'id%3Awith%2Fodd%2Bparts:GOCSPX-a+b%2Bc%2Fd%3De%3A%25',
  )
})

for (const [methods, way] of [
  [null, 'header'],
  [[], 'header'],
  [['client_secret_basic'], 'header'],
  [['client_secret_post', 'client_secret_basic'], 'header'],
  [['private_key_jwt'], 'header'],
  [['client_secret_post'], 'body'],
  [['private_key_jwt', 'client_secret_post'], 'body'],
] as const satisfies readonly (readonly [AuthMethods, string])[]) {
  test(`if ${JSON.stringify(methods)} is announced, the secret is sent by ${way}`, () => {
    const { form, basic } = authenticated(CLIENT, methods, {})
    expect(basic === undefined).toBe(way === 'body')
    const inBody = { client_id: CLIENT.clientId, client_secret: SECRET }
    expect(form).toEqual(way === 'body' ? inBody : {})
  })
}

test('a public client sends its client ID, whatever is announced', () => {
  const client = { ...CLIENT, clientSecret: null }
  for (const methods of [null, ['client_secret_basic'], ['client_secret_post'], ['none']]) {
    expect(authenticated(client, methods, { a: 'b' })).toEqual({
      form: { a: 'b', client_id: CLIENT.clientId },
    })
  }
})

for (const method of ['client_secret_basic', 'client_secret_post'] as const) {
  test(`sign-in, renewal and revocation work at a provider that demands ${method} and a parameter`, async ({
    start,
  }) => {
    const { agent, provider, signIn, reached, history } = await start({
      provider: {
        secret: { value: SECRET, method },
        demands: { parameters: { access_type: 'offline' }, refreshTokens: 'access_type' },
      },
      settings: {
        scope: 'openid profile email',
        clientSecret: createSecret(SECRET),
        parameters: { access_type: 'offline' },
      },
    })
    await fetch(await answerLink(await signIn()))
    await reached('signed-in')
    const before = await agent.read(0)
    const after = await agent.read(null)
    expect(after.tokens.accessToken).not.toBe(before.tokens.accessToken)
    await agent.signOut()
    expect(provider.requests).toMatchObject({ token: 2, revocation: 1 })
    expect(provider.revoked).toEqual([after.tokens.refreshToken])
    expect(agent.model().lastResult).toMatchObject({ kind: 'signed-out', message: null })
    expect(JSON.stringify(history)).not.toContain(SECRET)
  })
}

test('without these the sign-in fails, with the provider’s message', async ({ start }) => {
  const demands = { parameters: { access_type: 'offline' } }
  const secret = { value: SECRET, method: 'client_secret_basic' } as const
  const unasked = await start({ provider: { demands } })
  await fetch(await answerLink(await unasked.signIn()))
  expect((await unasked.reached('failed')).lastResult).toMatchObject({
    code: 'authorization-error',
    reason: expect.stringContaining('"invalid_request" (no access_type)'),
  })
  const parameters = { access_type: 'offline' }
  for (const clientSecret of [null, createSecret('wrong')]) {
    const unknown = await start({
      provider: { demands, secret },
      settings: { parameters, clientSecret },
    })
    await fetch(await answerLink(await unknown.signIn()))
    expect((await unknown.reached('failed')).lastResult).toMatchObject({ code: 'token-error' })
  }
})

test('an app’s sign-in has the configured parameters, and can’t replace them', async ({
  start,
}) => {
  const { agent, provider } = await start({
    provider: { demands: { parameters: { access_type: 'offline' } } },
    settings: { parameters: { access_type: 'offline' } },
  })
  const link = new Promise<string>((resolve) => {
    agent.subscribe((_model, event) => event.type === 'link-ready' && resolve(event.link))
  })
  const extra = { access_type: 'online', ui_locales: 'de' }
  const begun = agent.api.begin(appFlow({ extra }), NEVER)
  const asked = new URL(await link).searchParams
  expect([asked.get('access_type'), asked.get('ui_locales')]).toEqual(['offline', 'de'])
  await fetch(await answerLink(await link))
  expect(await begun).toMatchObject({ kind: 'answered' })
  expect(provider.requests.authorization).toBeGreaterThan(0)
})
