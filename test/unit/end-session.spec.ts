// The provider's sign-out page, which a sign-out opens if --end-session is set.

import { endSessionUrl } from '../../main/oauth/end-session.js'
import { appFlow, NEVER } from '../support/app-flow.js'
import { answerLink } from '../support/person.js'
import { expect, test as base, type SignedIn, type SignedInOptions } from '../support/signed-in.js'

type Watched = SignedIn & {
  /** The links that were opened in the browser since the sign-in. */
  opened: readonly string[]
  /** The events, in order. */
  order: readonly string[]
}

const test = base.extend<{ watched: (options?: SignedInOptions) => Promise<Watched> }>({
  watched: ({ signedIn }, use) =>
    use(async (options) => {
      const opened: string[] = []
      const order: string[] = []
      const { openBrowser = () => Promise.resolve() } = options ?? {}
      const session = await signedIn({
        endSession: true,
        ...options,
        openBrowser(link) {
          opened.push(link)
          order.push('opened')
          return openBrowser(link)
        },
      })
      const { agent, provider, sessionStore } = session
      opened.length = 0
      order.length = 0
      const { clear } = sessionStore
      sessionStore.clear = async () => {
        await clear()
        order.push('wiped')
      }
      agent.subscribe((_model, { type }) => {
        if (type === 'signed-out') order.push('told')
      })
      provider.misbehave.hold = (endpoint) => {
        if (endpoint === 'revocation') order.push('revoked')
        return undefined
      }
      return { ...session, opened, order }
    }),
})

test('S19: signing out deletes the session, shows the new state, revokes, and then opens the provider’s page', async ({
  watched,
}) => {
  const { agent, history, order } = await watched()
  await agent.signOut()
  expect(order).toEqual(['wiped', 'told', 'revoked', 'opened'])
  expect(history.at(-1)?.status).toMatchObject({ state: 'signed-out', reason: null })
})

test('S31: the link names the session’s user and the application, and contains no token', async ({
  watched,
}) => {
  const { agent, opened, provider } = await watched()
  await agent.signOut()
  expect(opened).toHaveLength(1)
  const { origin, pathname, searchParams } = new URL(opened[0]!)
  expect(origin + pathname).toBe(`${provider.issuer}/sign-out`)
  expect([...searchParams]).toEqual([
    ['client_id', provider.clientId],
    ['logout_hint', 'alice@example.com'],
  ])
})

test('S26: apps can’t use up the launch for the sign-out page', async ({ watched }) => {
  const { agent, next, opened } = await watched()
  for (let begun = 0; begun < 5; begun++) {
    const linked = next('link-ready')
    void agent.api.begin(appFlow(), NEVER)
    await linked
  }
  expect(await agent.api.begin(appFlow(), NEVER)).toMatchObject({ kind: 'too-many' })
  await agent.signOut()
  expect(opened).toHaveLength(6)
  expect(opened.at(-1)).toContain('/sign-out?')
})

test('RP-Initiated Logout section 2: the provider understands it', async ({ watched }) => {
  const { agent, opened, provider } = await watched()
  await agent.signOut()
  const page = await fetch(opened[0]!)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('/sign-out/confirm')
  expect(provider.requests.endSession).toBe(1)
})

test('a user without an email address is named by sub, and the page’s own query stays', () => {
  const endSessionEndpoint = 'https://login.example.com/logout?tenant=a'
  const account = { sub: 'auth0|7', name: 'Alice', email: '' }
  expect(endSessionUrl({ endSessionEndpoint }, 'an app', account)).toBe(
    `${endSessionEndpoint}&client_id=an+app&logout_hint=auth0%7C7`,
  )
  expect(endSessionUrl({ endSessionEndpoint: null }, 'an app', account)).toBeNull()
})

test('it is not opened without --end-session', async ({ watched }) => {
  const { agent, order } = await watched({ endSession: false })
  await agent.signOut()
  expect(order).toEqual(['wiped', 'told', 'revoked'])
})

test('it is not opened if the provider has none, without a message', async ({ watched }) => {
  const { agent, history, opened, provider } = await watched({ coldCache: true })
  provider.misbehave.metadata = (json) => ({ ...json, end_session_endpoint: undefined })
  await agent.signOut()
  expect(opened).toEqual([])
  expect(history.at(-1)?.status.reason).toBeNull()
})

test('it is not opened if another user signs in', async ({ watched }) => {
  const { opened, order, provider, signIn, next } = await watched()
  const told = next('signed-in')
  const link = await signIn({ kind: 'other' })
  await fetch(await answerLink(link, 'account=bob'))
  await told
  expect(opened).toEqual([link])
  expect(order).toEqual(['opened'])
  expect(provider.revoked).toEqual([])
})

test('it is not opened for a session that the provider has ended', async ({ watched }) => {
  const { agent, opened, provider } = await watched()
  provider.misbehave.token = 'invalid-grant'
  await expect(agent.read(null)).rejects.toMatchObject({ code: 'invalid-grant' })
  await agent.signOut()
  expect(opened).toEqual([])
  expect(provider.revoked).toEqual([])
})

test('it is not opened twice, or while nobody is signed in', async ({ watched }) => {
  const { agent, opened } = await watched()
  await Promise.all([agent.signOut(), agent.signOut()])
  await agent.signOut()
  expect(opened).toHaveLength(1)
})

for (const endpoint of ['http://login.attacker.example/', 'file:///etc/passwd', 'calc:'] as const) {
  test(`S31: with this page, a provider can’t send the browser to ${endpoint}`, async ({
    watched,
  }) => {
    const { agent, history, opened, provider, sessionStore } = await watched({ coldCache: true })
    provider.misbehave.metadata = (json) => ({ ...json, end_session_endpoint: endpoint })
    await agent.signOut()
    expect(opened).toEqual([])
    expect(await sessionStore.read()).toBeNull()
    // Same as without such a page. `diagnose` names the ignored endpoint.
    expect(history.at(-1)?.status).toMatchObject({ state: 'signed-out', reason: null })
  })
}

for (const [name, options, fault] of [
  ['no browser can be opened', { openBrowser: () => Promise.reject(new Error('none')) }, null],
  ["the provider can't be reached", {}, 'reset'],
  ['the provider is out of order', {}, 'server-error'],
] as const) {
  test(`if ${name}, the user is signed out here, and the message says what is left to do`, async ({
    watched,
  }) => {
    const { agent, history, provider, sessionStore } = await watched({
      coldCache: true,
      ...options,
    })
    if (fault) provider.misbehave.discovery = fault
    await agent.signOut()
    expect(await sessionStore.read()).toBeNull()
    expect(history.at(-1)?.status).toMatchObject({
      state: 'signed-out',
      reason:
        "You are signed out here, but the provider's own sign-out page could not be opened. Sign " +
        'out there in your browser.',
    })
  })
}

test('it is opened even if the refresh token could not be revoked', async ({ watched }) => {
  const { agent, history, opened, provider } = await watched()
  provider.misbehave.revocation = 'server-error'
  await agent.signOut()
  expect(opened).toHaveLength(1)
  expect(history.at(-1)?.status.reason).toContain('the provider could not be told')
})
