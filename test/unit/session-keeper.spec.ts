// The session keeper on its own: changes that wait for each other, and sign-outs that don't wait.

import { AuthError } from '../../main/base/errors.js'
import { expect } from '../support/expect.js'
import { createSessionKeeper, type SessionKeeper } from '../../main/agent/session-keeper.js'
import { createProviders } from '../../main/oauth/provider.js'
import { SESSION_MESSAGES } from '../../main/agent/session-messages.js'
import { TOKEN_MESSAGES } from '../../main/oauth/oauth-messages.js'
import { createMemoryAccounts } from '../../main/storage/memory-accounts.js'
import { createHttp } from '../../main/net/http.js'
import type { Event } from '../../main/agent/model.js'
import type { Session } from '../../main/oauth/session.js'
import type { ProviderSettings } from '../../main/oauth/sign-in.js'
import { createProviderSettings, test as base, type Fixture } from '../support/fixture.js'
import { answerLink } from '../support/person.js'
import { createSessionView, type SessionView } from '../support/session-view.js'

type Kept = {
  sessionKeeper: SessionKeeper
  sessionStore: SessionView
  session: Session
  /** Another session of hers. */
  fresh: Session
  other: Session
  /** The ID of Alice's account. */
  id: string
  /** The session that Alice's account holds. */
  held(): Session | null
  events: readonly Event[]
  fixture: Fixture
  /** Resolves when the token endpoint has answered and the session keeper has handled the answer. */
  answered: Promise<void>
}

/** Finds the session that an account holds, without the refresh tokens that it superseded. */
function findHeld(sessionKeeper: SessionKeeper, id: string): Session | null {
  const found = sessionKeeper.all().find((account) => account.id === id)?.session
  if (!found) return null
  const { superseded: _, ...session } = found
  return session
}

/** A session keeper that holds a session of Alice's from the embedded provider. `other` is Bob's. */
const test = base.extend<{ kept: Kept }>({
  kept: async ({ start }, use) => {
    const fixture = await start()
    await fetch(await answerLink(await fixture.signIn()))
    await fixture.reached('signed-in')
    const session = (await fixture.sessionStore.read())!
    const other = { ...session, account: { ...session.account, sub: 'bob' } }
    const { accountStore, sessionStore } = createSessionView()
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
      accountStore,
      dispatch: (event) => void events.push(event),
      random: () => 0,
      providers: [createProviderSettings(fixture.provider)],
      track: (task) => task,
    })
    const id = await sessionKeeper.keep(session, new AbortController().signal)
    const fresh = { ...session, tokens: { ...session.tokens, accessToken: 'fresh' } }
    const held = (): Session | null => findHeld(sessionKeeper, id)
    await use({
      sessionKeeper,
      sessionStore,
      session,
      fresh,
      other,
      id,
      held,
      events,
      fixture,
      answered,
    })
  },
})

test('S19: a sign-out takes precedence over an app’s sign-in that waits in the queue', async ({
  kept,
}) => {
  const { sessionKeeper, sessionStore, fresh, id, held } = kept
  const { signal } = new AbortController()
  const keeping = Promise.allSettled([
    sessionKeeper.keep(fresh, signal),
    sessionKeeper.keep(fresh, signal),
  ])
  await Promise.resolve()
  await sessionKeeper.signOut(id)
  expect((await keeping).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect([held(), await sessionStore.read()]).toEqual([null, null])
})

test('S19: a sign-out takes precedence over an app’s sign-in that is being written', async ({
  kept,
}) => {
  const { sessionKeeper, sessionStore, fresh, id, held } = kept
  const keeping = sessionKeeper.keep(fresh, new AbortController().signal)
  const signedOut = sessionKeeper.signOut(id)
  await expect(keeping).rejects.toThrow('cancelled')
  await signedOut
  expect([held(), await sessionStore.read()]).toEqual([null, null])
})

/** Holds every write until `finish` is called, and lists the access tokens that were written. */
function holdWrites(sessionStore: SessionView): {
  written: readonly string[]
  /** Resolves when a write has begun. */
  isWriting: Promise<void>
  finish(): void
} {
  const { write } = sessionStore
  const written: string[] = []
  let begin: () => void = () => undefined
  let finish: () => void = () => undefined
  const isWriting = new Promise<void>((resolve) => (begin = resolve))
  const finished = new Promise<void>((resolve) => (finish = resolve))
  sessionStore.write = async (session) => {
    written.push(session.tokens.accessToken)
    begin()
    await finished
    await write(session)
  }
  return { written, isWriting, finish: () => finish() }
}

test('S19: a sign-in that waits in the queue is not written after a sign-out', async ({ kept }) => {
  const { sessionKeeper, sessionStore, session, fresh, id, held } = kept
  const { signal } = new AbortController()
  const { written, isWriting, finish } = holdWrites(sessionStore)
  const keeping = Promise.allSettled([
    sessionKeeper.keep(session, signal),
    sessionKeeper.keep(fresh, signal),
  ])
  await isWriting
  await sessionKeeper.signOut(id)
  finish()
  expect((await keeping).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(written).toEqual([session.tokens.accessToken])
  expect([held(), await sessionStore.read()]).toEqual([null, null])
})

test('a sign-in that is cancelled while it waits in the queue is not written', async ({ kept }) => {
  const { sessionKeeper, sessionStore, session, fresh, held } = kept
  const { written, isWriting, finish } = holdWrites(sessionStore)
  const first = sessionKeeper.keep(session, new AbortController().signal)
  const controller = new AbortController()
  const second = sessionKeeper.keep(fresh, controller.signal)
  await isWriting
  controller.abort(new Error('cancelled in the window'))
  finish()
  await expect(second).rejects.toThrow('cancelled in the window')
  await first
  expect(written).toEqual([session.tokens.accessToken])
  expect(held()).toEqual(session)
})

test('a sign-in that is cancelled while it is written leaves the session before, in memory and on the disk', async ({
  kept,
}) => {
  const { sessionKeeper, sessionStore, session, fresh, held } = kept
  const { written, isWriting, finish } = holdWrites(sessionStore)
  const controller = new AbortController()
  const keeping = sessionKeeper.keep(fresh, controller.signal)
  await isWriting
  controller.abort(new Error('cancelled in the window'))
  finish()
  await expect(keeping).rejects.toThrow('cancelled in the window')
  expect(written).toEqual(['fresh', session.tokens.accessToken])
  expect([held(), await sessionStore.read()]).toEqual([session, session])
})

test('S19: a sign-out that could not delete the stored session tries again a minute later', async ({
  kept,
}) => {
  const { sessionKeeper, sessionStore, id, events, fixture } = kept
  const { clear } = sessionStore
  sessionStore.clear = () => Promise.reject(new Error('the disk is read-only'))
  await sessionKeeper.signOut(id)
  expect(await sessionStore.read()).not.toBeNull()
  expect(events).toContainEqual({
    type: 'storage-failed',
    id,
    message: SESSION_MESSAGES.notDeleted,
  })

  sessionStore.clear = clear
  fixture.clock.advance(60_000)
  await expect.poll(() => sessionStore.read()).toBeNull()
  expect(events.at(-1)).toEqual({ type: 'storage-recovered', id })
})

test('S19: a sign-out deletes a session that was moved aside too, and keeps trying', async ({
  kept,
}) => {
  const { sessionKeeper, sessionStore, session, fresh, id, events, fixture } = kept
  let isAside = true
  let isReadOnly = true
  sessionStore.clearAside = () => {
    if (isReadOnly) return Promise.reject(new Error('the disk is read-only'))
    isAside = false
    return Promise.resolve()
  }
  // Only a sign-out deletes it: until then the person can restore it.
  await sessionKeeper.keep(fresh, new AbortController().signal)
  await sessionKeeper.signOut(id)
  expect([await sessionStore.read(), isAside]).toEqual([null, true])
  expect(events).toContainEqual({
    type: 'storage-failed',
    id,
    message: SESSION_MESSAGES.notDeleted,
  })

  isReadOnly = false
  fixture.clock.advance(60_000)
  await expect.poll(() => isAside).toBe(false)
  expect(events.at(-1)).toEqual({ type: 'storage-recovered', id })

  isAside = true
  await sessionKeeper.keep(session, new AbortController().signal)
  expect(isAside).toBe(true)
})

test('S19: a sign-out that could not delete the session still deletes the one moved aside', async ({
  kept,
}) => {
  const { sessionKeeper, sessionStore, id } = kept
  let isAside = true
  sessionStore.clear = () => Promise.reject(new Error('the disk is read-only'))
  sessionStore.clearAside = async () => void (isAside = false)
  await sessionKeeper.signOut(id)
  expect(isAside).toBe(false)
})

test('S37: a renewed access token is given out only after it is stored', async ({ kept }) => {
  const { sessionKeeper, sessionStore, session, id, held } = kept
  const { write } = sessionStore
  let finish: () => void = () => undefined
  const writing = new Promise<void>((began) => {
    sessionStore.write = async (renewed) => {
      // The rotated refresh token is written before, with the old access token.
      if (renewed.tokens.accessToken !== session.tokens.accessToken) {
        began()
        await new Promise<void>((resolve) => (finish = resolve))
      }
      await write(renewed)
    }
  })
  const given: Session[] = []
  const read = sessionKeeper.read(id, null).then((renewed) => given.push(renewed))
  await writing
  await new Promise((resolve) => setImmediate(resolve))
  expect(given).toEqual([])
  expect(held()?.tokens.accessToken).toBe(session.tokens.accessToken)
  finish()
  await read
  expect(await sessionStore.read()).toEqual(given[0])
})

test('a renewal goes on while another user signs in, whose session stays as it is', async ({
  kept,
}) => {
  const { sessionKeeper, session, other, id, held, events, fixture } = kept
  const { misbehave } = fixture.provider
  let release: () => void = () => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  const asked = new Promise<void>((resolve) => {
    misbehave.hold = (endpoint) => {
      if (endpoint !== 'token') return undefined
      resolve()
      return released
    }
  })
  const renewed = sessionKeeper.read(id, null)
  await asked
  const otherId = await sessionKeeper.keep(other, new AbortController().signal)
  release()
  expect(await renewed).toEqual(held())
  expect(held()).not.toEqual(session)
  expect(findHeld(sessionKeeper, otherId)).toEqual(other)
  expect(events).toContainEqual(expect.objectContaining({ type: 'renewed', id }))
})

test('S17: a session that ends while another one is being written does not end that one', async ({
  kept,
}) => {
  const { sessionKeeper, sessionStore, fresh, id, held, fixture, answered } = kept
  fixture.provider.misbehave.token = 'invalid-grant'
  const write = sessionStore.write
  let finish: () => void = () => undefined
  const writing = new Promise<void>((began) => {
    sessionStore.write = async (session) => {
      sessionStore.write = write
      await write(session)
      began()
      await new Promise<void>((resolve) => (finish = resolve))
    }
  })
  const keeping = sessionKeeper.keep(fresh, new AbortController().signal)
  await writing
  const renewed = sessionKeeper.read(id, null).catch(() => undefined)
  await answered
  finish()
  await Promise.all([keeping, renewed])
  expect(held()).toEqual(fresh)
  expect(await sessionStore.read()).toEqual(fresh)
})

test('S17: a renewal that fails after its session was replaced does not change the next one', async ({
  kept,
}) => {
  const { sessionKeeper, fresh, id, held, events, fixture } = kept
  fixture.provider.misbehave.token = 'server-error'
  const renewed = Promise.allSettled([sessionKeeper.read(id, null)])
  // Neither waits for the provider's answer.
  const signedOut = sessionKeeper.signOut(id)
  const next = { ...fresh, tokens: { ...fresh.tokens, refreshToken: 'another' } }
  await sessionKeeper.keep(next, new AbortController().signal)
  expect(await renewed).toMatchObject([{ reason: { code: 'provider-error' } }])
  await signedOut
  expect(events.map(({ type }) => type)).not.toContain('renewal-failed')
  expect(held()).toEqual(next)
})

test('S17: the end of a session is reported even if the stored session cannot be deleted', async ({
  kept,
}) => {
  const { sessionKeeper, sessionStore, id, events, fixture } = kept
  fixture.provider.misbehave.token = 'invalid-grant'
  sessionStore.clear = () => Promise.reject(new Error('the disk is read-only'))
  await expect(sessionKeeper.read(id, null)).rejects.toMatchObject({ code: 'invalid-grant' })
  expect(events.at(-1)).toMatchObject({ type: 'session-ended' })
})

test('F29: each account and its scope are known until it is signed out', async ({ kept }) => {
  const { sessionKeeper, session, other, id, held, fixture } = kept
  const { signal } = new AbortController()
  const { issuer, clientId, account, tokens } = session
  const last = { issuer, clientId, account, scope: tokens.scope }
  expect(sessionKeeper.last(id)).toEqual(last)
  const otherId = await sessionKeeper.keep(other, signal)
  expect(sessionKeeper.last(otherId)).toEqual({ ...last, account: other.account })

  fixture.provider.misbehave.token = 'invalid-grant'
  await expect(sessionKeeper.read(id, null)).rejects.toMatchObject({ code: 'invalid-grant' })
  expect(held()).toBeNull()
  expect(sessionKeeper.last(id)).toEqual(last)

  await sessionKeeper.keep(session, signal)
  expect(sessionKeeper.last(id)).toEqual(last)
  await sessionKeeper.signOut(id)
  expect(sessionKeeper.last(id)).toBeNull()
  expect(sessionKeeper.last(otherId)).not.toBeNull()
})

test('F29: a sign-out after the session ended forgets the account', async ({ kept }) => {
  const { sessionKeeper, id, fixture } = kept
  fixture.provider.misbehave.token = 'invalid-grant'
  await expect(sessionKeeper.read(id, null)).rejects.toMatchObject({ code: 'invalid-grant' })
  expect(sessionKeeper.last(id)).not.toBeNull()
  await sessionKeeper.signOut(id)
  expect(sessionKeeper.last(id)).toBeNull()
})

/** A session keeper that holds nothing yet. Its store returns a session once `goOn` is called. */
async function beforeTheReading(
  { session, fixture }: Pick<Kept, 'session' | 'fixture'>,
  changes: Partial<ProviderSettings> = {},
): Promise<{
  sessionKeeper: SessionKeeper
  events: readonly Event[]
  /** The only session that is held. */
  held(): Session | null
  /** Resolves when the store is being read. */
  isReading: Promise<void>
  store: SessionView
  goOn(): void
}> {
  const { accountStore, sessionStore: store } = createSessionView()
  await store.write(session)
  const events: Event[] = []
  let goOn: () => void = () => undefined
  const told = new Promise<void>((resolve) => (goOn = resolve))
  let begin: () => void = () => undefined
  const isReading = new Promise<void>((resolve) => (begin = resolve))
  const { read } = store
  store.read = async (owner) => {
    const stored = await read(owner)
    begin()
    await told
    return stored
  }
  const sessionKeeper = createSessionKeeper({
    http: createHttp(),
    findProvider: createProviders({ http: createHttp(), clock: fixture.clock }),
    clock: fixture.clock,
    accountStore,
    dispatch: (event) => void events.push(event),
    random: () => 0,
    providers: [createProviderSettings(fixture.provider, { settings: changes })],
    track: (task) => task,
  })
  return {
    sessionKeeper,
    events,
    held: () => sessionKeeper.all().at(0)?.session ?? null,
    isReading,
    store,
    goOn: () => goOn(),
  }
}

test('a stored session is restored and announced', async ({ kept }) => {
  const { sessionKeeper, events, held, goOn } = await beforeTheReading(kept)
  const restored = sessionKeeper.restore()
  goOn()
  await restored
  expect(held()).toEqual(kept.session)
  expect(events).toMatchObject([{ type: 'restored' }])
  sessionKeeper.close()()
})

test('a sign-in during the reading at the start waits for it, and continues the same account', async ({
  kept,
}) => {
  const { sessionKeeper, held, isReading, goOn } = await beforeTheReading(kept)
  const restored = sessionKeeper.restore()
  await isReading
  const keeping = sessionKeeper.keep(kept.fresh, new AbortController().signal)
  goOn()
  await restored
  expect(await keeping).toBe('storedid')
  expect(held()).toMatchObject({ tokens: { accessToken: 'fresh' } })
  sessionKeeper.close()()
})

test('S19: a sign-out takes precedence over the session that is being read at the start', async ({
  kept,
}) => {
  const { sessionKeeper, events, held, store, isReading, goOn } = await beforeTheReading(kept)
  const restored = sessionKeeper.restore()
  await isReading
  const signedOut = sessionKeeper.deleteLeftovers()
  goOn()
  await Promise.all([restored, signedOut])
  expect([held(), await store.read()]).toEqual([null, null])
  expect(events.map(({ type }) => type)).not.toContain('restored')
})

test('S19: signing out everywhere forgets what is held at once, even if reading the store takes long', async ({
  kept,
}) => {
  const { sessionKeeper, held, isReading, store, goOn } = await beforeTheReading(kept)
  const { signal } = new AbortController()
  await sessionKeeper.keep(kept.other, signal)
  const signedOut = sessionKeeper.signOutEverywhere()
  expect(held()).toBeNull()
  await isReading
  // Someone signs in before the rest is deleted.
  await sessionKeeper.keep(kept.fresh, signal)
  goOn()
  await signedOut
  expect(held()?.tokens.accessToken).toBe('fresh')
  expect(store.all().map(({ tokens }) => tokens.accessToken)).toEqual(['fresh'])
  sessionKeeper.close()()
})

test('S19: a sign-out during the reading at the start revokes what was read', async ({ kept }) => {
  const { provider } = kept.fixture
  const { sessionKeeper, isReading, goOn } = await beforeTheReading(kept)
  const restored = sessionKeeper.restore()
  await isReading
  const signedOut = sessionKeeper.deleteLeftovers()
  goOn()
  await Promise.all([restored, signedOut])
  await expect.poll(() => provider.revoked).toEqual([kept.session.tokens.refreshToken])
})

test('S19: a sign-out while a session can’t be opened leaves the sessions of other providers', async ({
  kept: { session, fixture },
}) => {
  const memory = createMemoryAccounts()
  const elsewhere = { ...session, issuer: 'https://other.example' }
  await memory.write({ id: 'elsewher', addedAtMs: 1, session: elsewhere })
  const cleared: unknown[] = []
  const providers = [createProviderSettings(fixture.provider)]
  const sessionKeeper = createSessionKeeper({
    http: createHttp(),
    findProvider: createProviders({ http: createHttp(), clock: fixture.clock }),
    clock: fixture.clock,
    accountStore: {
      ...memory,
      readAll: async (owners) => ({
        ...(await memory.readAll(owners)),
        problems: [new AuthError('storage-failed', 'It is locked.')],
      }),
      clearUnopened(owners) {
        cleared.push(owners)
        return Promise.resolve({ files: [], failure: null })
      },
    },
    dispatch: () => undefined,
    random: () => 0,
    providers,
    track: (task) => task,
  })
  await sessionKeeper.restore()
  // By now this one can be opened. It would come back at the next start.
  await memory.write({ id: 'unlocked', addedAtMs: 2, session })
  await sessionKeeper.deleteLeftovers()
  expect(cleared).toEqual([providers])
  expect((await memory.readAll()).accounts.map(({ id }) => id)).toEqual(['elsewher'])
  await expect.poll(() => fixture.provider.revoked).toEqual([session.tokens.refreshToken])
  sessionKeeper.close()()
})

test('a sign-in that could not be stored takes precedence over the stored session', async ({
  kept,
}) => {
  const { sessionKeeper, held, goOn, store } = await beforeTheReading(kept)
  store.write = () => Promise.reject(new AuthError('storage-failed', 'The disk is full.'))
  await sessionKeeper.keep(kept.fresh, new AbortController().signal)
  const restored = sessionKeeper.restore()
  goOn()
  await restored
  expect(held()).toEqual(kept.fresh)
})

for (const changes of [{ issuer: 'https://other.example' }, { clientId: 'other' }]) {
  test(`S23: with ${JSON.stringify(changes)} set, the stored session is not restored`, async ({
    kept,
  }) => {
    const { sessionKeeper, events, held, goOn } = await beforeTheReading(kept, changes)
    const restored = sessionKeeper.restore()
    goOn()
    await restored
    expect(held()).toBeNull()
    expect(events).toEqual([])
  })
}

test('a clock that is set back while a renewal is planned does not delay the renewal', async ({
  kept,
}) => {
  const { sessionKeeper, session, id, events, fixture } = kept
  const { clock } = fixture
  const { nowMs } = clock
  const DAY_MS = 86_400_000
  let looks = 0
  clock.nowMs = () => {
    looks += 1
    return nowMs() - (looks > 1 ? DAY_MS : 0)
  }
  sessionKeeper.announce(session, 'state')
  // An hour's token is renewed in its last minute.
  clock.advance(3_541_000)
  expect(events).toContainEqual({ type: 'renewal-started', id })
})

const REUSED = { error: 'invalid_grant', error_description: 'Refresh token reuse detected' }

test.describe('a program that is killed while it renews', () => {
  test('does not blame another copy of the session for its own use, at the next start', async ({
    kept,
  }) => {
    const { sessionKeeper, sessionStore, session, id, fixture } = kept
    const { misbehave, requests } = fixture.provider
    misbehave.token = 'hang'
    sessionKeeper.read(id, null).catch(() => undefined)
    await expect.poll(() => requests.token).toBe(2)
    const stored = await sessionStore.read()
    expect(stored).toEqual({ ...session, unanswered: true })

    misbehave.token = undefined
    misbehave.tokenRefusal = { status: 400, body: REUSED }
    const next = await beforeTheReading({ ...kept, session: stored! })
    next.goOn()
    await next.sessionKeeper.restore()
    expect(next.held()).toEqual(session)
    await expect(next.sessionKeeper.read('storedid', null)).rejects.toMatchObject({
      message: 'The provider has ended your session. Sign in again.',
    })
  })

  for (const [name, misbehaviour, isUnanswered] of [
    ['it was answered', { tokenRefusal: { status: 503, body: {} } }, false],
    ['its answer was lost', { token: 'reset' }, true],
  ] as const) {
    test(`knows at the next start of a request before, if ${name}`, async ({ kept }) => {
      const { sessionKeeper, sessionStore, id, fixture } = kept
      Object.assign(fixture.provider.misbehave, misbehaviour)
      await expect(sessionKeeper.read(id, null)).rejects.toThrow()
      await expect
        .poll(async () => (await sessionStore.read())?.unanswered ?? false)
        .toBe(isUnanswered)
    })
  }

  test('after the renewal stores no trace of it', async ({ kept }) => {
    const { sessionKeeper, sessionStore, id } = kept
    const renewed = await sessionKeeper.read(id, null)
    expect(await sessionStore.read()).toEqual(renewed)
  })
})

test('a session that has ended stays in the list after a restart, until a sign-in or a sign-out', async ({
  kept: { session, fresh, fixture },
}) => {
  const accountStore = createMemoryAccounts()
  const events: Event[] = []
  const startKeeper = (): SessionKeeper =>
    createSessionKeeper({
      http: createHttp(),
      findProvider: createProviders({ http: createHttp(), clock: fixture.clock }),
      clock: fixture.clock,
      accountStore,
      dispatch: (event) => void events.push(event),
      random: () => 0,
      providers: [createProviderSettings(fixture.provider)],
      track: (task) => task,
    })
  const restart = async (before: SessionKeeper): Promise<SessionKeeper> => {
    before.close()()
    events.length = 0
    const after = startKeeper()
    await after.restore()
    return after
  }
  const { signal } = new AbortController()
  const first = startKeeper()
  const id = await first.keep(session, signal)
  const last = first.last(id)
  fixture.provider.misbehave.token = 'invalid-grant'
  await expect(first.read(id, null)).rejects.toMatchObject({ code: 'invalid-grant' })
  const [stored] = (await accountStore.readAll()).ended ?? []
  expect(JSON.stringify(stored)).not.toContain(session.tokens.accessToken)

  const second = await restart(first)
  const { issuer, clientId, account } = session
  expect(events).toEqual([
    {
      type: 'restored',
      id,
      provider: 'test',
      issuer,
      clientId,
      account,
      expiresAtMs: null,
      renewsAtMs: null,
      ended: TOKEN_MESSAGES.sessionEnded,
    },
  ])
  expect(second.last(id)).toEqual(last)
  await expect(second.read(id, 0)).rejects.toMatchObject({ code: 'not-signed-in' })
  await second.restore()
  expect(events).toHaveLength(1)

  // A sign-in continues the account.
  expect(await second.keep(fresh, signal)).toBe(id)
  const third = await restart(second)
  expect(third.all()).toMatchObject([{ id, session: { tokens: { accessToken: 'fresh' } } }])

  // A sign-out deletes it.
  await expect(third.read(id, null)).rejects.toMatchObject({ code: 'invalid-grant' })
  const fourth = await restart(third)
  expect(fourth.last(id)).toEqual(last)
  await fourth.signOut(id)
  expect(events.at(-1)).toEqual({ type: 'signed-out', id })
  expect(await accountStore.readAll()).toEqual({ accounts: [], problems: [] })
  fourth.close()()
})
