// Signing in again: which user and which parameters the authorization request names.

import { expect } from '@playwright/test'
import { appFlow, NEVER } from '../support/app-flow.js'
import { test as base, type Fixture, type FixtureOptions } from '../support/fixture.js'
import { answerLink } from '../support/person.js'

type Asked = { scope: string | null; prompt: string | null; login_hint: string | null }
type Asking = Fixture & {
  signedIn(): Promise<void>
  /** The authorization parameters that this command sends. */
  asks(command: 'signIn' | 'signInAsOther'): Promise<Asked>
}

const test = base.extend<{ ask: (options?: FixtureOptions) => Promise<Asking> }>({
  ask: ({ start }, use) =>
    use(async (options) => {
      const fixture = await start(options)
      const { agent, signIn, reached } = fixture
      return {
        ...fixture,
        async signedIn() {
          await fetch(await answerLink(await signIn()))
          await reached('signed-in')
        },
        async asks(command) {
          const linked = new Promise<string>((resolve) => {
            const unsubscribe = agent.subscribe((_model, event) => {
              if (event.type !== 'link-ready') return
              unsubscribe()
              resolve(event.link)
            })
          })
          agent[command]()
          const { searchParams } = new URL(await linked)
          return {
            scope: searchParams.get('scope'),
            prompt: searchParams.get('prompt'),
            login_hint: searchParams.get('login_hint'),
          }
        },
      }
    }),
})

const SCOPE = 'openid profile email offline_access'
const ALICE = 'alice@example.com'

test.describe('F29, Core 3.1.2.1: signing in again', () => {
  test('names no user the first time', async ({ ask }) => {
    const { asks } = await ask()
    expect(await asks('signIn')).toEqual({ scope: SCOPE, prompt: null, login_hint: null })
  })

  test('names the signed-in user', async ({ ask }) => {
    const { asks, signedIn } = await ask()
    await signedIn()
    expect(await asks('signIn')).toEqual({ scope: SCOPE, prompt: null, login_hint: ALICE })
  })

  test('names the user whose session has ended', async ({ ask }) => {
    const { agent, asks, provider, reached, signedIn } = await ask()
    await signedIn()
    provider.misbehave.token = 'invalid-grant'
    await agent.read(null).catch(() => undefined)
    await reached('needs-sign-in')
    expect(await asks('signIn')).toEqual({ scope: SCOPE, prompt: null, login_hint: ALICE })
  })

  test('names no user after a sign-out, and has the configured scope', async ({ ask }) => {
    const { agent, asks, signedIn } = await ask()
    await signedIn()
    await agent.signOut()
    expect(await asks('signIn')).toEqual({ scope: SCOPE, prompt: null, login_hint: null })
  })

  test('names no user if no email address is known', async ({ ask }) => {
    const scope = 'openid profile'
    const { asks, signedIn } = await ask({ settings: { scope } })
    await signedIn()
    expect(await asks('signIn')).toEqual({ scope, prompt: null, login_hint: null })
  })

  for (const [which, tokenResponse] of [
    ['as the provider names it', undefined],
    [
      'as requested, if the provider names none (RFC 6749 section 5.1)',
      ({ scope: _scope, ...answer }: Record<string, unknown>) => answer,
    ],
  ] as const) {
    test(`asks for the granted scope in addition to the configured one, ${which}, until the sign-out`, async ({
      ask,
    }) => {
      const { agent, asks, reached, signedIn, sessionStore } = await ask({
        settings: { scope: 'openid email' },
        provider: { misbehave: { tokenResponse } },
      })
      const linked = new Promise<string>((resolve) => {
        agent.subscribe((_model, event) => event.type === 'link-ready' && resolve(event.link))
      })
      const begun = agent.api.begin(appFlow({ scope: 'openid profile offline_access' }), NEVER)
      await fetch(await answerLink(await linked))
      expect(await begun).toHaveProperty('kind', 'answered')
      expect(await agent.api.exchangeLatest()).toHaveProperty('kind', 'signed-in')
      await reached('signed-in')

      const both = 'openid email profile offline_access'
      expect(await asks('signIn')).toMatchObject({ scope: both })
      // Twice: a scope that was added once is not lost by the next sign-in.
      await signedIn()
      expect((await sessionStore.read())?.tokens.scope.split(' ').toSorted()).toEqual(
        both.split(' ').toSorted(),
      )
      expect(await asks('signIn')).toMatchObject({ scope: both, login_hint: ALICE })
      expect(await asks('signInAsOther')).toMatchObject({ scope: 'openid email', login_hint: null })
      await agent.signOut()
      expect(await asks('signIn')).toMatchObject({ scope: 'openid email' })
    })
  }

  test('accepts any user who then signs in', async ({ ask }) => {
    const { agent, signIn, signedIn, reached } = await ask()
    await signedIn()
    await fetch(await answerLink(await signIn(), 'account=bob'))
    expect((await reached('signed-in')).session).toMatchObject({ account: { sub: 'bob' } })
    expect(agent.model().signIns).toEqual([])
  })
})

test.describe('F29: signing in as someone else', () => {
  test('names no user, has the configured scope, and makes the provider ask for the account', async ({
    ask,
  }) => {
    const { asks, signedIn } = await ask()
    await signedIn()
    expect(await asks('signIn')).toMatchObject({ login_hint: ALICE })
    expect(await asks('signInAsOther')).toEqual({ scope: SCOPE, prompt: 'login', login_hint: null })
  })

  for (const [configured, asked] of [
    ['consent', 'consent login'],
    ['login', 'login'],
    ['login consent', 'login consent'],
    ['none', 'login'],
  ] as const) {
    test(`with ${configured} as the configured prompt, asks for ${asked}`, async ({ ask }) => {
      const { asks } = await ask({ settings: { prompt: configured } })
      expect(await asks('signIn')).toMatchObject({ prompt: configured })
      expect(await asks('signInAsOther')).toMatchObject({ prompt: asked })
    })
  }

  test('replaces a waiting sign-in', async ({ ask }) => {
    const { agent, asks } = await ask()
    await asks('signIn')
    await asks('signInAsOther')
    expect(agent.model().signIns).toHaveLength(1)
  })

  test('does not begin while the program closes', async ({ ask }) => {
    const { agent, history } = await ask()
    await agent.close()
    agent.signInAsOther()
    expect(history).toEqual([])
  })
})
