// Signing in again: which user and which parameters the authorization request names.

import { expect } from '../support/expect.js'
import { defaultSession } from '../../main/agent/model.js'
import { appFlow, NEVER } from '../support/app-flow.js'
import { test as base, type Fixture, type FixtureOptions } from '../support/fixture.js'
import { PAGE_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { SIGN_IN_MESSAGES } from '../../main/agent/agent-messages.js'
import { answerLink } from '../support/person.js'

type Asked = { scope: string | null; prompt: string | null; login_hint: string | null }
type Asking = Fixture & {
  signedIn(): Promise<void>
  /** The authorization parameters that this command sends. */
  asks(command: 'default' | 'other'): Promise<Asked>
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
          agent.signIn({ kind: command })
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
    expect(await asks('default')).toEqual({ scope: SCOPE, prompt: null, login_hint: null })
  })

  test('names the signed-in user', async ({ ask }) => {
    const { asks, signedIn } = await ask()
    await signedIn()
    expect(await asks('default')).toEqual({ scope: SCOPE, prompt: null, login_hint: ALICE })
  })

  test('names the user whose session has ended', async ({ ask }) => {
    const { agent, asks, provider, reached, signedIn } = await ask()
    await signedIn()
    provider.misbehave.token = 'invalid-grant'
    await agent.read(null).catch(() => undefined)
    await reached('needs-sign-in')
    expect(await asks('default')).toEqual({ scope: SCOPE, prompt: null, login_hint: ALICE })
  })

  test('names no user after a sign-out, and has the configured scope', async ({ ask }) => {
    const { agent, asks, signedIn } = await ask()
    await signedIn()
    await agent.signOut()
    expect(await asks('default')).toEqual({ scope: SCOPE, prompt: null, login_hint: null })
  })

  test('names no user if no email address is known', async ({ ask }) => {
    const scope = 'openid profile'
    const { asks, signedIn } = await ask({ settings: { scope } })
    await signedIn()
    expect(await asks('default')).toEqual({ scope, prompt: null, login_hint: null })
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
      expect(await agent.api.exchangeLatest(() => true)).toHaveProperty('kind', 'signed-in')
      await reached('signed-in')

      const both = 'openid email profile offline_access'
      expect(await asks('default')).toMatchObject({ scope: both })
      // Twice: a scope that was added once is not lost by the next sign-in.
      await signedIn()
      expect((await sessionStore.read())?.tokens.scope.split(' ').toSorted()).toEqual(
        both.split(' ').toSorted(),
      )
      expect(await asks('default')).toMatchObject({ scope: both, login_hint: ALICE })
      expect(await asks('other')).toMatchObject({ scope: 'openid email', login_hint: null })
      await agent.signOut()
      expect(await asks('default')).toMatchObject({ scope: 'openid email' })
    })
  }

  test('asks whether to keep another user who then signs in', async ({ ask }) => {
    const { agent, signIn, signedIn, provider } = await ask()
    await signedIn()
    const page = await fetch(await answerLink(await signIn(), 'account=bob'))
    expect(await page.text()).toContain(PAGE_MESSAGES.otherPerson.heading)
    await expect.poll(() => agent.model().signIns[0]?.question).toBeTruthy()
    const { question } = agent.model().signIns[0]!
    expect(question).toMatchObject({ expected: { sub: 'alice' }, got: { sub: 'bob' } })
    expect(agent.model().accounts).toHaveLength(1)
    expect(provider.revoked).toEqual([])

    expect(agent.decide('no-such-id', true)).toBe(false)
    expect(agent.decide(question!.id, true)).toBe(true)
    await expect.poll(() => agent.model().signIns).toEqual([])
    expect(agent.model().accounts.map(({ account }) => account.sub)).toEqual(['alice', 'bob'])
    expect(defaultSession(agent.model())).toMatchObject({ account: { sub: 'alice' } })
    expect(agent.decide(question!.id, true)).toBe(false)
  })

  for (const [how, end] of [
    ['is told to discard them', ({ agent }, id) => agent.decide(id, false)],
    ['gets no decision for a minute', ({ clock }) => clock.advance(60_000)],
    ['is cancelled', ({ agent }) => agent.cancel()],
    ['closes', ({ agent }) => agent.close()],
    ['signs in again', ({ agent }) => agent.signIn()],
  ] as [string, (fixture: Fixture, id: string) => unknown][]) {
    test(`revokes another user’s tokens, and keeps nothing, if it ${how}`, async ({ ask }) => {
      const fixture = await ask()
      const { agent, signIn, signedIn, provider, sessionStore } = fixture
      await signedIn()
      await fetch(await answerLink(await signIn(), 'account=bob'))
      await expect.poll(() => agent.model().signIns[0]?.question).toBeTruthy()
      end(fixture, agent.model().signIns[0]!.question!.id)
      await expect.poll(() => provider.revoked).toHaveLength(1)
      expect(agent.model().accounts.map(({ account }) => account.sub)).toEqual(['alice'])
      expect(sessionStore.all().map(({ account }) => account.sub)).toEqual(['alice'])
      expect(provider.revoked).not.toContain(sessionStore.all()[0]!.tokens.refreshToken)
    })
  }

  test('S43: leaves another user signed in who has an account, and revokes the tokens with it', async ({
    ask,
  }) => {
    const { agent, signIn, signedIn, provider, sessionStore } = await ask()
    await signedIn()
    await fetch(await answerLink(await signIn({ kind: 'other' }), 'account=bob'))
    await expect.poll(() => agent.model().accounts).toHaveLength(2)
    const [alice, bob] = agent.model().accounts
    await fetch(await answerLink(await signIn(), 'account=bob'))
    await expect.poll(() => agent.model().signIns[0]?.question).toBeTruthy()
    agent.decide(agent.model().signIns[0]!.question!.id, false)
    await expect.poll(() => sessionStore.all()[1]?.superseded).toHaveLength(1)
    expect(agent.model().accounts).toEqual([alice, bob])
    expect(provider.revoked).toEqual([])
    const { tokens, superseded = [] } = sessionStore.all()[1]!
    await agent.signOut(bob!.id)
    expect(provider.revoked).toEqual([tokens.refreshToken, ...superseded])
  })

  test('says that another user’s session was discarded if nobody decided', async ({ ask }) => {
    const { agent, clock, signIn, signedIn } = await ask()
    await signedIn()
    await fetch(await answerLink(await signIn(), 'account=bob'))
    await expect.poll(() => agent.model().signIns[0]?.question).toBeTruthy()
    clock.advance(60_000)
    await expect
      .poll(() => agent.model().lastResult)
      .toMatchObject({
        kind: 'expired',
        reason: SIGN_IN_MESSAGES.notDecided('Bob Brown (bob@example.com)'),
      })
  })

  test('keeps the tokens of the same user who is asked for', async ({ ask }) => {
    const { agent, signIn, signedIn, provider, reached } = await ask()
    await signedIn()
    const { id } = agent.model().accounts[0]!
    await fetch(await answerLink(await signIn({ kind: 'account', id })))
    await reached('signed-in')
    expect(agent.model().accounts.map((account) => account.id)).toEqual([id])
    expect(provider.revoked).toEqual([])
  })
})

test.describe('F12: a sign-in at a provider', () => {
  test('adds whoever signs in there, and lets the provider ask who it is', async ({ ask }) => {
    const { agent, signIn, signedIn, provider, sessionStore } = await ask()
    await signedIn()
    const link = await signIn({ kind: 'provider', name: 'TEST' })
    const asked = new URL(link).searchParams
    expect([asked.get('prompt'), asked.get('login_hint')]).toEqual(['select_account', null])
    await fetch(await answerLink(link, 'account=bob'))
    await expect.poll(() => agent.model().accounts).toHaveLength(2)
    const [alice, bob] = agent.model().accounts
    expect(new Set([alice!.id, bob!.id]).size).toBe(2)
    expect(bob).toMatchObject({ kind: 'signed-in', provider: 'test', account: { sub: 'bob' } })
    expect(sessionStore.all().map(({ account }) => account.sub)).toEqual(['alice', 'bob'])

    // Each is renewed, read and signed out without the other.
    const [first, second] = [await agent.read(null), await agent.read(null, bob!.id)]
    expect([first.account.sub, second.account.sub]).toEqual(['alice', 'bob'])
    await agent.makeDefault(bob!.id)
    expect((await agent.read(0)).account.sub).toBe('bob')
    expect(await agent.signOut(alice!.id)).toBe(true)
    expect(provider.revoked).toEqual([first.tokens.refreshToken])
    expect(agent.model().accounts).toEqual([expect.objectContaining({ id: bob!.id })])
    expect(sessionStore.all().map(({ account }) => account.sub)).toEqual(['bob'])
  })

  test('of an unknown name, account or default begins nothing', async ({ ask }) => {
    const { agent } = await ask()
    expect(agent.signIn({ kind: 'provider', name: 'no-such' })).toBe(false)
    expect(agent.signIn({ kind: 'account', id: 'no-such' })).toBe(false)
    expect(await agent.signOut('no-such')).toBe(false)
    expect(await agent.makeDefault('no-such')).toBe(false)
    expect(agent.model().signIns).toEqual([])
  })
})

test('F12: an account that was the default is no longer the default after it was signed out', async ({
  ask,
}) => {
  const { agent, signIn, signedIn } = await ask()
  await signedIn()
  const signInAsBob = async (): Promise<string> => {
    await fetch(await answerLink(await signIn({ kind: 'other' }), 'account=bob'))
    await expect.poll(() => agent.model().accounts).toHaveLength(2)
    return agent.model().accounts[1]!.id
  }
  await agent.makeDefault(await signInAsBob())
  await agent.signOut()
  await signInAsBob()
  expect((await agent.read(0)).account.sub).toBe('alice')
  // As at the next start.
  await agent.restore()
  expect((await agent.read(0)).account.sub).toBe('alice')
})

test('S19: signing out everywhere revokes every token of every account, and says which were not revoked', async ({
  ask,
}) => {
  const { agent, signIn, signedIn, provider, sessionStore } = await ask()
  await signedIn()
  await fetch(await answerLink(await signIn({ kind: 'other' }), 'account=bob'))
  await expect.poll(() => agent.model().accounts).toHaveLength(2)
  const tokens = sessionStore.all().map((session) => session.tokens.refreshToken!)
  provider.misbehave.revocation = 'server-error'
  const failures = await agent.signOutEverywhere()
  expect(failures.map((text) => text.split(' at ')[0])).toEqual(['Alice Adams', 'Bob Brown'])
  expect(provider.revoked.toSorted()).toEqual(tokens.toSorted())
  expect([agent.model().accounts, sessionStore.all()]).toEqual([[], []])
})

test.describe('F29: signing in as someone else', () => {
  test('names no user, has the configured scope, and makes the provider ask for the account', async ({
    ask,
  }) => {
    const { asks, signedIn } = await ask()
    await signedIn()
    expect(await asks('default')).toMatchObject({ login_hint: ALICE })
    expect(await asks('other')).toEqual({ scope: SCOPE, prompt: 'login', login_hint: null })
  })

  for (const [configured, asked] of [
    ['consent', 'consent login'],
    ['login', 'login'],
    ['login consent', 'login consent'],
    ['none', 'login'],
  ] as const) {
    test(`with ${configured} as the configured prompt, asks for ${asked}`, async ({ ask }) => {
      const { asks } = await ask({ settings: { prompt: configured } })
      expect(await asks('default')).toMatchObject({ prompt: configured })
      expect(await asks('other')).toMatchObject({ prompt: asked })
    })
  }

  test('replaces a waiting sign-in', async ({ ask }) => {
    const { agent, asks } = await ask()
    await asks('default')
    await asks('other')
    expect(agent.model().signIns).toHaveLength(1)
  })

  test('does not begin while the program closes', async ({ ask }) => {
    const { agent, history } = await ask()
    await agent.close()
    agent.signIn({ kind: 'other' })
    expect(history).toEqual([])
  })
})
