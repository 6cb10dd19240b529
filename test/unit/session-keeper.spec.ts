// The one session, on its own, where others write to the vault at the same moment.

import { expect } from '@playwright/test'
import { createSessionKeeper, type SessionKeeper } from '../../main/agent/session-keeper.js'
import { createProviders } from '../../main/oauth/provider.js'
import { createHttp } from '../../main/net/http.js'
import type { Event } from '../../main/agent/model.js'
import { createMemoryStore, type SessionStore } from '../../main/storage/session-store.js'
import type { Session } from '../../main/oauth/session.js'
import { test as base, type Fixture } from '../support/fixture.js'
import { answerLink } from '../support/person.js'

type Kept = {
  sessionKeeper: SessionKeeper
  sessionStore: SessionStore
  session: Session
  other: Session
  events: readonly Event[]
  fixture: Fixture
  /** The token endpoint has answered, and who asked has had time to act on it. */
  answered: Promise<void>
}

/** Custody of a session of the embedded provider's, which is Alice's; `other` is Bob's. */
const test = base.extend<{ kept: Kept }>({
  kept: async ({ start }, use) => {
    const fixture = await start()
    await fetch(await answerLink(await fixture.signIn()))
    await fixture.reached('signed-in')
    const session = (await fixture.sessionStore.read())!
    const other = { ...session, account: { ...session.account, sub: 'bob' } }
    const sessionStore = createMemoryStore()
    const events: Event[] = []
    const real = createHttp()
    let hasAnswered: () => void = () => undefined
    const answered = new Promise<void>((resolve) => (hasAnswered = resolve))
    const sessionKeeper = createSessionKeeper({
      http: async (request) => {
        const answer = await real(request)
        if (request.url.endsWith('/token')) setImmediate(hasAnswered)
        return answer
      },
      findProvider: createProviders({ http: real, clock: fixture.clock }),
      clock: fixture.clock,
      sessionStore,
      dispatch: (event) => void events.push(event),
      random: () => 0,
      clientSecret: null,
      track: (task) => task,
    })
    await sessionKeeper.keep(session, new AbortController().signal)
    await use({ sessionKeeper, sessionStore, session, other, events, fixture, answered })
  },
})

test('S19: a sign-out while an app’s sign-in waits for its turn wins', async ({ kept }) => {
  const { sessionKeeper, sessionStore, other } = kept
  const { signal } = new AbortController()
  const keeping = Promise.allSettled([
    sessionKeeper.keep(other, signal),
    sessionKeeper.keep(other, signal),
  ])
  await Promise.resolve()
  await sessionKeeper.signOut()
  expect((await keeping).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect([sessionKeeper.held(), await sessionStore.read()]).toEqual([null, null])
})

test('S19: a sign-out while an app’s sign-in is being written wins', async ({ kept }) => {
  const { sessionKeeper, sessionStore, other } = kept
  const keeping = sessionKeeper.keep(other, new AbortController().signal)
  const signedOut = sessionKeeper.signOut()
  await expect(keeping).rejects.toThrow('cancelled')
  await signedOut
  expect([sessionKeeper.held(), await sessionStore.read()]).toEqual([null, null])
})

test('S17: a session that ends while another is being written leaves the other', async ({
  kept,
}) => {
  const { sessionKeeper, sessionStore, other, fixture, answered } = kept
  fixture.provider.misbehave.token = 'invalid-grant'
  const write = sessionStore.write
  let finish: () => void = () => undefined
  const writing = new Promise<void>((began) => {
    sessionStore.write = async (session) => {
      await write(session)
      began()
      await new Promise<void>((resolve) => (finish = resolve))
    }
  })
  const keeping = sessionKeeper.keep(other, new AbortController().signal)
  await writing
  const renewed = sessionKeeper.read(null).catch(() => undefined)
  await answered
  finish()
  await Promise.all([keeping, renewed])
  expect(sessionKeeper.held()?.account.sub).toBe('bob')
  expect((await sessionStore.read())?.account.sub).toBe('bob')
})

test('S17: a session that ends is told of, though it cannot be wiped', async ({ kept }) => {
  const { sessionKeeper, sessionStore, events, fixture } = kept
  fixture.provider.misbehave.token = 'invalid-grant'
  sessionStore.clear = () => Promise.reject(new Error('the disk is read-only'))
  await expect(sessionKeeper.read(null)).rejects.toMatchObject({ code: 'invalid-grant' })
  expect(events.at(-1)).toMatchObject({ type: 'session-ended' })
})

test('F29: whose session it is, and what for, is known until a sign-out', async ({ kept }) => {
  const { sessionKeeper, session, other, fixture } = kept
  const { signal } = new AbortController()
  const { scope } = session.tokens
  expect(sessionKeeper.last()).toEqual({ account: session.account, scope })
  await sessionKeeper.keep(other, signal)
  expect(sessionKeeper.last()).toEqual({ account: other.account, scope })

  fixture.provider.misbehave.token = 'invalid-grant'
  await expect(sessionKeeper.read(null)).rejects.toMatchObject({ code: 'invalid-grant' })
  expect(sessionKeeper.held()).toBeNull()
  expect(sessionKeeper.last()).toEqual({ account: other.account, scope })

  await sessionKeeper.keep(session, signal)
  expect(sessionKeeper.last()).toEqual({ account: session.account, scope })
  await sessionKeeper.signOut()
  expect(sessionKeeper.last()).toBeNull()
})

test('F29: nobody’s session is known where the one that ended was signed out of', async ({
  kept,
}) => {
  const { sessionKeeper, fixture } = kept
  fixture.provider.misbehave.token = 'invalid-grant'
  await expect(sessionKeeper.read(null)).rejects.toMatchObject({ code: 'invalid-grant' })
  expect(sessionKeeper.last()).not.toBeNull()
  await sessionKeeper.signOut()
  expect(sessionKeeper.last()).toBeNull()
})

/** Custody of nothing yet, whose vault gives a session once it is told to. */
function beforeTheReading({ session, fixture }: Kept): {
  sessionKeeper: SessionKeeper
  events: readonly Event[]
  provider: { issuer: string; clientId: string }
  /** The reading has begun. */
  isReading: Promise<void>
  goOn(): void
} {
  const events: Event[] = []
  let goOn: () => void = () => undefined
  const told = new Promise<void>((resolve) => (goOn = resolve))
  let begin: () => void = () => undefined
  const isReading = new Promise<void>((resolve) => (begin = resolve))
  const read = async (): Promise<Session> => {
    begin()
    await told
    return session
  }
  const sessionKeeper = createSessionKeeper({
    http: createHttp(),
    findProvider: createProviders({ http: createHttp(), clock: fixture.clock }),
    clock: fixture.clock,
    sessionStore: { ...createMemoryStore(), read },
    dispatch: (event) => void events.push(event),
    random: () => 0,
    clientSecret: null,
    track: (task) => task,
  })
  const { issuer, clientId } = session
  return { sessionKeeper, events, provider: { issuer, clientId }, isReading, goOn: () => goOn() }
}

test('a kept session is restored, and told of', async ({ kept }) => {
  const { sessionKeeper, events, provider, goOn } = beforeTheReading(kept)
  const restored = sessionKeeper.restore(provider)
  goOn()
  await restored
  expect(sessionKeeper.held()).toEqual(kept.session)
  expect(events).toMatchObject([{ type: 'restored' }])
  sessionKeeper.close()()
})

test('S19: a sign-out during the reading at the start wins', async ({ kept }) => {
  const { sessionKeeper, events, provider, isReading, goOn } = beforeTheReading(kept)
  const restored = sessionKeeper.restore(provider)
  await isReading
  const signedOut = sessionKeeper.signOut()
  goOn()
  await Promise.all([restored, signedOut])
  expect(sessionKeeper.held()).toBeNull()
  expect(events.map(({ type }) => type)).not.toContain('restored')
})

test('a sign-in that was kept before the reading goes before what is read', async ({ kept }) => {
  const { sessionKeeper, provider, goOn } = beforeTheReading(kept)
  await sessionKeeper.keep(kept.other, new AbortController().signal)
  const restored = sessionKeeper.restore(provider)
  goOn()
  await restored
  expect(sessionKeeper.held()).toEqual(kept.other)
})

for (const changes of [{ issuer: 'https://other.example' }, { clientId: 'other' }]) {
  test(`S23: with ${JSON.stringify(changes)} set, the session that was kept is not restored`, async ({
    kept,
  }) => {
    const { sessionKeeper, events, provider, goOn } = beforeTheReading(kept)
    const restored = sessionKeeper.restore({ ...provider, ...changes })
    goOn()
    await restored
    expect(sessionKeeper.held()).toBeNull()
    expect(events).toMatchObject([{ type: 'storage-failed' }])
  })
}
