// A signed-in user signs in again: they never have less than before, and a sign-out revokes
// every refresh token that they ever received.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '../support/expect.js'
import { defaultSession } from '../../main/agent/model.js'
import { createSessionKeeper, type SessionKeeper } from '../../main/agent/session-keeper.js'
import { createProviders } from '../../main/oauth/provider.js'
import { createHttp, type Http } from '../../main/net/http.js'
import { betterSession } from '../../main/agent/same-person.js'
import { supersede } from '../../main/oauth/same-account.js'
import type { AccountStore } from '../../main/storage/account-store.js'
import { chooseStorage } from '../../main/storage/choose-storage.js'
import type { Session } from '../../main/oauth/session.js'
import { appFlow, NEVER } from '../support/app-flow.js'
import { createProviderSettings, test, type Fixture } from '../support/fixture.js'
import { createSessionView } from '../support/session-view.js'
import { answerLink } from '../support/person.js'

/** Signs in as from the tray, and returns the resulting session. */
async function signIn(fixture: Fixture, as = 'alice'): Promise<Session> {
  const { agent, sessionStore, reached } = fixture
  const link = await fixture.signIn({ kind: 'other' })
  await fetch(await answerLink(link, `account=${as}`))
  await reached('signed-in')
  expect(agent.model().signIns).toEqual([])
  return (await sessionStore.read())!
}

/** Runs an app's whole sign-in, and returns the app's tokens. */
async function signInByApp({ agent }: Fixture, scope: string, as = 'alice'): Promise<Session> {
  const request = appFlow({ scope })
  const linked = new Promise<string>((resolve) => {
    const unsubscribe = agent.subscribe((_model, event) => {
      if (event.type !== 'link-ready') return
      unsubscribe()
      resolve(event.link)
    })
  })
  const begun = agent.api.begin(request, NEVER)
  await fetch(await answerLink(await linked, `account=${as}`))
  expect((await begun).kind).toBe('answered')
  const exchanged = await agent.api.exchangeLatest(() => true)
  if (exchanged.kind !== 'signed-in') throw new Error(`the app's sign-in is ${exchanged.kind}`)
  return exchanged.session
}

const ALL = 'openid profile email offline_access'
const readToken = ({ tokens }: Session): string => tokens.refreshToken!

test.describe('S42: refresh tokens that another sign-in of the same person replaced', () => {
  test('stay valid until the sign-out, which revokes them all', async ({ start }) => {
    const fixture = await start()
    const { agent, provider } = fixture
    const first = await signIn(fixture)
    const second = await signInByApp(fixture, ALL)
    const third = await signIn(fixture)
    expect(new Set([first, second, third].map(readToken)).size).toBe(3)
    expect(provider.revoked).toEqual([])

    await agent.signOut()
    expect(provider.revoked.toSorted()).toEqual([first, second, third].map(readToken).toSorted())
    // The next user's sign-out does not revoke them again.
    const bob = await signIn(fixture, 'bob')
    await agent.signOut()
    expect(provider.revoked.slice(3)).toEqual([readToken(bob)])
  })

  test('are not revoked if another person signs in, or signs out', async ({ start }) => {
    const fixture = await start()
    const { agent, provider } = fixture
    const first = await signIn(fixture)
    const second = await signIn(fixture)
    const bob = await signIn(fixture, 'bob')
    expect(provider.revoked).toEqual([])
    await agent.signOut(agent.model().accounts[1]!.id)
    expect(provider.revoked).toEqual([readToken(bob)])
    await agent.signOut()
    expect(provider.revoked.slice(1).toSorted()).toEqual([first, second].map(readToken).toSorted())
  })

  test('are revoked if the session ends, because nothing would revoke them later', async ({
    start,
  }) => {
    const fixture = await start()
    const { agent, provider } = fixture
    const first = await signIn(fixture)
    await signIn(fixture)
    provider.misbehave.token = 'invalid-grant'
    await expect(agent.read(null)).rejects.toThrow()
    await expect.poll(() => provider.revoked).toEqual([readToken(first)])
  })

  test('are all revoked, even if one of them can’t be', async ({ start }) => {
    const fixture = await start()
    const { agent, provider } = fixture
    await signIn(fixture)
    await signIn(fixture)
    provider.misbehave.revocation = 'server-error'
    await agent.signOut()
    expect(provider.revoked).toHaveLength(2)
    expect(agent.model().lastResult).toMatchObject({
      message: expect.stringContaining('could not be told'),
    })
  })

  test('do not include a token that a renewal has spent', async ({ start }) => {
    const fixture = await start()
    const { agent, provider } = fixture
    const first = await signIn(fixture)
    const second = await signIn(fixture)
    const renewed = await agent.read(null)
    expect(readToken(renewed)).not.toBe(readToken(second))
    await agent.signOut()
    expect(provider.revoked.toSorted()).toEqual([first, renewed].map(readToken).toSorted())
  })

  test('are stored sealed during a restart', async ({ start }) => {
    const fixture = await start()
    const { provider } = fixture
    const first = await signIn(fixture)
    const second = await signIn(fixture)
    const dataDir = await mkdtemp(join(tmpdir(), 'same-person-'))
    const { accountStore } = chooseStorage({
      dataDir,
      keyring: null,
      passphrase: 'a passphrase',
      keepWithoutKeyring: false,
    })
    const before = createKeeper(fixture, { accountStore })
    const id = await before.keep(first, NEVER)
    await before.keep(second, NEVER)
    const file = await readFile(join(dataDir, 'sessions', `${id}.json`), 'utf8')
    for (const session of [first, second]) expect(file).not.toContain(readToken(session))

    const after = createKeeper(fixture, { accountStore })
    await after.restore()
    expect(after.all()[0]!.session).toEqual({ ...second, superseded: [readToken(first)] })
    await after.signOut(id)
    expect(provider.revoked.toSorted()).toEqual([first, second].map(readToken).toSorted())
    await rm(dataDir, { recursive: true })
  })

  test('are at most the newest hundred, without the current one', () => {
    const held = createSession(ALL, 'held')
    const many = Array.from({ length: 150 }, (_, index) => `token ${index}`)
    expect(supersede(many, ['held', null, 'token 149', 'new'], held)).toEqual([
      ...many.slice(51),
      'new',
    ])
  })
})

test.describe('S43: an app’s sign-in of the same person', () => {
  for (const scope of ['openid', 'openid email', 'openid offline_access']) {
    test(`for "${scope}" leaves the session, and gives the app its tokens`, async ({ start }) => {
      const fixture = await start()
      const { agent, provider, sessionStore, reached } = fixture
      const before = await signIn(fixture)
      const given = await signInByApp(fixture, scope)
      expect(given.tokens.scope).toBe(scope)
      expect(given.tokens.accessToken).not.toBe(before.tokens.accessToken)

      expect((await agent.read(0)).tokens).toEqual(before.tokens)
      expect((await sessionStore.read())?.tokens).toEqual(before.tokens)
      await reached('signed-in')
      const renewed = await agent.read(null)
      expect(renewed.tokens.scope).toBe(ALL)
      await agent.signOut()
      const alive = [renewed.tokens.refreshToken, given.tokens.refreshToken].filter(
        (token) => token !== null,
      )
      expect(provider.revoked.toSorted()).toEqual(alive.toSorted())
    })
  }

  test('with the same scope but no refresh token continues with the previous refresh token', async ({
    start,
  }) => {
    const fixture = await start()
    const { agent, provider } = fixture
    const before = await signIn(fixture)
    const given = await signInByApp(fixture, 'openid profile email')
    expect(given.tokens.refreshToken).toBeNull()
    const held = await agent.read(0)
    expect(held.tokens.accessToken).toBe(given.tokens.accessToken)
    expect(readToken(held)).toBe(readToken(before))
    // The session is renewed in time, as before.
    const session = defaultSession(agent.model())
    expect(session).toMatchObject({ renewsAtMs: expect.any(Number) })
    await agent.read(null)
    expect(provider.tokenRequests.at(-1)!.get('refresh_token')).toBe(readToken(before))
  })

  test('with the same and more scopes replaces the session', async ({ start }) => {
    const fixture = await start({ settings: { scope: 'openid offline_access' } })
    const { agent } = fixture
    await signIn(fixture)
    const given = await signInByApp(fixture, ALL)
    expect((await agent.read(0)).tokens).toEqual(given.tokens)
  })

  test('that can be renewed replaces one that can’t', async ({ start }) => {
    const fixture = await start({ settings: { scope: 'openid profile email' } })
    const { agent } = fixture
    await signIn(fixture)
    const given = await signInByApp(fixture, 'openid offline_access')
    expect((await agent.read(0)).tokens).toEqual(given.tokens)
  })

  test('replaces, with any scope, a session that needed a new sign-in', async ({ start }) => {
    const fixture = await start()
    const { agent, provider, reached } = fixture
    const before = await signIn(fixture)
    provider.misbehave.tokenRefusal = { status: 400, body: { error: 'interaction_required' } }
    await expect(agent.read(null)).rejects.toThrow()
    await reached('needs-sign-in')
    provider.misbehave.tokenRefusal = undefined
    const given = await signInByApp(fixture, 'openid')
    expect((await agent.read(0)).tokens).toEqual(given.tokens)
    await reached('signed-in')
    await agent.signOut()
    expect(provider.revoked).toContain(readToken(before))
  })

  test('as another person adds a session, with any scope', async ({ start }) => {
    const fixture = await start()
    const { agent } = fixture
    const held = await signIn(fixture)
    const given = await signInByApp(fixture, 'openid', 'bob')
    expect((await agent.read(0)).tokens).toEqual(held.tokens)
    expect((await agent.read(0, agent.model().accounts[1]!.id)).tokens).toEqual(given.tokens)
  })

  test('during a renewal loses neither session, and spends no token twice', async ({ start }) => {
    const fixture = await start()
    const { provider } = fixture
    const first = await signIn(fixture)
    const fresh: Session = {
      ...first,
      tokens: { ...first.tokens, accessToken: 'fresh', refreshToken: null },
    }
    let release: () => void = () => undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    let hasAnswered: () => void = () => undefined
    const answered = new Promise<void>((resolve) => (hasAnswered = resolve))
    const real = createHttp()
    const sessionKeeper = createKeeper(fixture, {
      http: async (request) => {
        const answer = await real(request)
        if (!request.url.endsWith('/token')) return answer
        hasAnswered()
        await released
        return answer
      },
    })
    const id = await sessionKeeper.keep(first, NEVER)
    sessionKeeper.announce(first, 'state')
    const held = (): Session => sessionKeeper.all()[0]!.session
    const renewing = sessionKeeper.read(id, null)
    await answered
    await sessionKeeper.keep(fresh, NEVER)
    sessionKeeper.announce(fresh, 'state')
    expect(held().tokens).toEqual({
      ...fresh.tokens,
      refreshToken: readToken(first),
    })
    const other = sessionKeeper.read(id, null)
    release()
    const renewed = await renewing
    expect((await other).tokens).toEqual(renewed.tokens)
    expect(held().tokens).toEqual(renewed.tokens)
    const spent = provider.tokenRequests.filter((form) => form.has('refresh_token'))
    expect(spent).toHaveLength(1)
    // The token is valid at the provider, and the only one.
    await sessionKeeper.read(id, null)
    await sessionKeeper.signOut(id)
    expect(provider.revoked).toHaveLength(1)
  })
})

function createKeeper(
  { clock, provider }: Fixture,
  deps: { accountStore?: AccountStore; http?: Http } = {},
): SessionKeeper {
  return createSessionKeeper({
    http: createHttp(),
    findProvider: createProviders({ http: createHttp(), clock }),
    accountStore: createSessionView().accountStore,
    clock,
    dispatch: () => undefined,
    random: () => 0,
    providers: [createProviderSettings(provider)],
    track: (task) => task,
    ...deps,
  })
}

function createSession(scope: string, refreshToken: string | null): Session {
  const times = { accessTokenExpiresAtMs: null, obtainedAtMs: 0 }
  return {
    issuer: 'https://provider.example',
    clientId: 'client',
    account: { sub: 'alice', name: 'Alice', email: '' },
    claims: { sub: 'alice' },
    tokens: { ...times, accessToken: `for ${scope}`, refreshToken, idToken: 'id', scope },
  }
}

const KEPT: readonly [string, Session, Session, 'held' | 'fresh' | 'fresh, lasting'][] = [
  ['the same', createSession('a b', 'R1'), createSession('b a', 'R2'), 'fresh'],
  ['more', createSession('a', 'R1'), createSession('a b', 'R2'), 'fresh'],
  ['less', createSession('a b', 'R1'), createSession('a', 'R2'), 'held'],
  ['something else', createSession('a', 'R1'), createSession('b', 'R2'), 'held'],
  ['the same, not lasting', createSession('a', 'R1'), createSession('a', null), 'fresh, lasting'],
  ['less, not lasting', createSession('a b', 'R1'), createSession('a', null), 'held'],
  ['less, neither lasting', createSession('a b', null), createSession('a', null), 'held'],
  ['the same, neither lasting', createSession('a', null), createSession(' a', null), 'fresh'],
  ['less, lasting at last', createSession('a b', null), createSession('a', 'R2'), 'fresh'],
  ['no offline_access', createSession('a offline_access', 'R1'), createSession('a', 'R2'), 'fresh'],
]
for (const [name, held, fresh, kept] of KEPT) {
  test(`of two sessions, the second for ${name}: ${kept} is kept`, () => {
    const expected = {
      held,
      fresh,
      'fresh, lasting': { ...fresh, tokens: { ...fresh.tokens, refreshToken: 'R1' } },
    }
    expect(betterSession(held, fresh)).toEqual(expected[kept])
  })
}
