// The session keeper on its own: changes that wait for each other, and sign-outs that don't wait.

import { AuthError } from '../../main/base/errors.js'
import { expect } from '@playwright/test'
import { createSessionKeeper, type SessionKeeper } from '../../main/agent/session-keeper.js'
import { createProviders } from '../../main/oauth/provider.js'
import { SESSION_MESSAGES } from '../../main/agent/session-messages.js'
import { createHttp } from '../../main/net/http.js'
import type { Event } from '../../main/agent/model.js'
import { createMemoryStore } from '../../main/storage/memory-store.js'
import type { SessionStore } from '../../main/storage/session-store.js'
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
  /** Resolves when the token endpoint has answered and the session keeper has handled the answer. */
  answered: Promise<void>
}

/** A session keeper that holds a session of Alice's from the embedded provider. `other` is Bob's. */
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

test('S19: a sign-out wins over an app’s sign-in that waits in the queue', async ({ kept }) => {
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

test('S19: a sign-out wins over an app’s sign-in that is being written', async ({ kept }) => {
  const { sessionKeeper, sessionStore, other } = kept
  const keeping = sessionKeeper.keep(other, new AbortController().signal)
  const signedOut = sessionKeeper.signOut()
  await expect(keeping).rejects.toThrow('cancelled')
  await signedOut
  expect([sessionKeeper.held(), await sessionStore.read()]).toEqual([null, null])
})

/** Holds every write until `finish` is called, and lists whose sessions were written. */
function holdWrites(sessionStore: SessionStore): {
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
    written.push(session.account.sub)
    begin()
    await finished
    await write(session)
  }
  return { written, isWriting, finish: () => finish() }
}

test('S19: a sign-in that waits in the queue is not written after a sign-out', async ({ kept }) => {
  const { sessionKeeper, sessionStore, session, other } = kept
  const { signal } = new AbortController()
  const { written, isWriting, finish } = holdWrites(sessionStore)
  const keeping = Promise.allSettled([
    sessionKeeper.keep(session, signal),
    sessionKeeper.keep(other, signal),
  ])
  await isWriting
  await sessionKeeper.signOut()
  finish()
  expect((await keeping).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(written).toEqual(['alice'])
  expect([sessionKeeper.held(), await sessionStore.read()]).toEqual([null, null])
})

test('a sign-in that is cancelled while it waits in the queue is not written', async ({ kept }) => {
  const { sessionKeeper, sessionStore, session, other } = kept
  const { written, isWriting, finish } = holdWrites(sessionStore)
  const first = sessionKeeper.keep(session, new AbortController().signal)
  const controller = new AbortController()
  const second = sessionKeeper.keep(other, controller.signal)
  await isWriting
  controller.abort(new Error('cancelled in the window'))
  finish()
  await expect(second).rejects.toThrow('cancelled in the window')
  await first
  expect(written).toEqual(['alice'])
  expect(sessionKeeper.held()).toEqual(session)
})

test('a sign-in that is cancelled while it is written leaves the session before, in memory and on the disk', async ({
  kept,
}) => {
  const { sessionKeeper, sessionStore, session, other } = kept
  const { written, isWriting, finish } = holdWrites(sessionStore)
  const controller = new AbortController()
  const keeping = sessionKeeper.keep(other, controller.signal)
  await isWriting
  controller.abort(new Error('cancelled in the window'))
  finish()
  await expect(keeping).rejects.toThrow('cancelled in the window')
  expect(written).toEqual(['bob', 'alice'])
  expect([sessionKeeper.held(), await sessionStore.read()]).toEqual([session, session])
})

test('S19: a sign-out that could not delete the stored session tries again a minute later', async ({
  kept,
}) => {
  const { sessionKeeper, sessionStore, events, fixture } = kept
  const { clear } = sessionStore
  sessionStore.clear = () => Promise.reject(new Error('the disk is read-only'))
  await sessionKeeper.signOut()
  expect(await sessionStore.read()).not.toBeNull()
  expect(events).toContainEqual({ type: 'storage-failed', message: SESSION_MESSAGES.notDeleted })

  sessionStore.clear = clear
  fixture.clock.advance(60_000)
  await expect.poll(() => sessionStore.read()).toBeNull()
  expect(events.at(-1)).toEqual({ type: 'storage-recovered' })
})

test('S19: a sign-out deletes a session that was moved aside too, and keeps trying', async ({
  kept,
}) => {
  const { sessionKeeper, sessionStore, session, other, events, fixture } = kept
  let isAside = true
  let isReadOnly = true
  sessionStore.clearAside = () => {
    if (isReadOnly) return Promise.reject(new Error('the disk is read-only'))
    isAside = false
    return Promise.resolve()
  }
  // Only a sign-out deletes it: until then the person can restore it.
  await sessionKeeper.keep(other, new AbortController().signal)
  await sessionKeeper.signOut()
  expect([await sessionStore.read(), isAside]).toEqual([null, true])
  expect(events).toContainEqual({ type: 'storage-failed', message: SESSION_MESSAGES.notDeleted })

  isReadOnly = false
  fixture.clock.advance(60_000)
  await expect.poll(() => isAside).toBe(false)
  expect(events.at(-1)).toEqual({ type: 'storage-recovered' })

  isAside = true
  await sessionKeeper.keep(session, new AbortController().signal)
  expect(isAside).toBe(true)
})

test('S19: a sign-out that could not delete the session still deletes the one moved aside', async ({
  kept,
}) => {
  const { sessionKeeper, sessionStore } = kept
  let isAside = true
  sessionStore.clear = () => Promise.reject(new Error('the disk is read-only'))
  sessionStore.clearAside = async () => void (isAside = false)
  await sessionKeeper.signOut()
  expect(isAside).toBe(false)
})

test('S37: a renewed access token is given out only after it is stored', async ({ kept }) => {
  const { sessionKeeper, sessionStore, session } = kept
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
  const read = sessionKeeper.read(null).then((renewed) => given.push(renewed))
  await writing
  await new Promise((resolve) => setImmediate(resolve))
  expect(given).toEqual([])
  expect(sessionKeeper.held()?.tokens.accessToken).toBe(session.tokens.accessToken)
  finish()
  await read
  expect(await sessionStore.read()).toEqual(given[0])
})

test('S17: a renewal that fails because another user signed in does not change their session', async ({
  kept,
}) => {
  const { sessionKeeper, other, events, fixture } = kept
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
  const renewed = sessionKeeper.read(null)
  await asked
  await sessionKeeper.keep(other, new AbortController().signal)
  release()
  await expect(renewed).rejects.toMatchObject({ code: 'not-signed-in' })
  expect(events.map(({ type }) => type)).not.toContain('renewal-failed')
})

test('S17: a session that ends while another one is being written does not end that one', async ({
  kept,
}) => {
  const { sessionKeeper, sessionStore, other, fixture, answered } = kept
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
  const keeping = sessionKeeper.keep(other, new AbortController().signal)
  await writing
  const renewed = sessionKeeper.read(null).catch(() => undefined)
  await answered
  finish()
  await Promise.all([keeping, renewed])
  expect(sessionKeeper.held()?.account.sub).toBe('bob')
  expect((await sessionStore.read())?.account.sub).toBe('bob')
})

test('S17: the end of a session is reported even if the stored session cannot be deleted', async ({
  kept,
}) => {
  const { sessionKeeper, sessionStore, events, fixture } = kept
  fixture.provider.misbehave.token = 'invalid-grant'
  sessionStore.clear = () => Promise.reject(new Error('the disk is read-only'))
  await expect(sessionKeeper.read(null)).rejects.toMatchObject({ code: 'invalid-grant' })
  expect(events.at(-1)).toMatchObject({ type: 'session-ended' })
})

test('F29: the last account and its scope are known until a sign-out', async ({ kept }) => {
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

test('F29: a sign-out after the session ended forgets the last account', async ({ kept }) => {
  const { sessionKeeper, fixture } = kept
  fixture.provider.misbehave.token = 'invalid-grant'
  await expect(sessionKeeper.read(null)).rejects.toMatchObject({ code: 'invalid-grant' })
  expect(sessionKeeper.last()).not.toBeNull()
  await sessionKeeper.signOut()
  expect(sessionKeeper.last()).toBeNull()
})

/** A session keeper that holds nothing yet. Its store returns a session once `goOn` is called. */
async function beforeTheReading({ session, fixture }: Kept): Promise<{
  sessionKeeper: SessionKeeper
  events: readonly Event[]
  provider: { issuer: string; clientId: string }
  /** Resolves when the store is being read. */
  isReading: Promise<void>
  store: SessionStore
  goOn(): void
}> {
  const store = createMemoryStore()
  await store.write(session)
  const events: Event[] = []
  let goOn: () => void = () => undefined
  const told = new Promise<void>((resolve) => (goOn = resolve))
  let begin: () => void = () => undefined
  const isReading = new Promise<void>((resolve) => (begin = resolve))
  const read: SessionStore['read'] = async (owner) => {
    const stored = await store.read(owner)
    begin()
    await told
    return stored
  }
  const sessionKeeper = createSessionKeeper({
    http: createHttp(),
    findProvider: createProviders({ http: createHttp(), clock: fixture.clock }),
    clock: fixture.clock,
    sessionStore: { ...store, read, write: (one) => store.write(one) },
    dispatch: (event) => void events.push(event),
    random: () => 0,
    clientSecret: null,
    track: (task) => task,
  })
  const { issuer, clientId } = session
  return {
    sessionKeeper,
    events,
    provider: { issuer, clientId },
    isReading,
    store,
    goOn: () => goOn(),
  }
}

test('a stored session is restored and announced', async ({ kept }) => {
  const { sessionKeeper, events, provider, goOn } = await beforeTheReading(kept)
  const restored = sessionKeeper.restore(provider)
  goOn()
  await restored
  expect(sessionKeeper.held()).toEqual(kept.session)
  expect(events).toMatchObject([{ type: 'restored' }])
  sessionKeeper.close()()
})

test('S19: a sign-out wins over the session that is being read at the start', async ({ kept }) => {
  const { sessionKeeper, events, provider, isReading, goOn } = await beforeTheReading(kept)
  const restored = sessionKeeper.restore(provider)
  await isReading
  const signedOut = sessionKeeper.signOut()
  goOn()
  await Promise.all([restored, signedOut])
  expect(sessionKeeper.held()).toBeNull()
  expect(events.map(({ type }) => type)).not.toContain('restored')
})

test('a sign-in that could not be stored wins over the stored session', async ({ kept }) => {
  const { sessionKeeper, provider, goOn, store } = await beforeTheReading(kept)
  store.write = () => Promise.reject(new AuthError('storage-failed', 'The disk is full.'))
  await sessionKeeper.keep(kept.other, new AbortController().signal)
  const restored = sessionKeeper.restore(provider)
  goOn()
  await restored
  expect(sessionKeeper.held()).toEqual(kept.other)
})

for (const changes of [{ issuer: 'https://other.example' }, { clientId: 'other' }]) {
  test(`S23: with ${JSON.stringify(changes)} set, the stored session is not restored`, async ({
    kept,
  }) => {
    const { sessionKeeper, events, provider, goOn } = await beforeTheReading(kept)
    const restored = sessionKeeper.restore({ ...provider, ...changes })
    goOn()
    await restored
    expect(sessionKeeper.held()).toBeNull()
    expect(events).toMatchObject([{ type: 'storage-failed' }])
  })
}

const REUSED = { error: 'invalid_grant', error_description: 'Refresh token reuse detected' }

test.describe('a program that is killed while it renews', () => {
  test('does not blame another copy of the session for its own use, at the next start', async ({
    kept,
  }) => {
    const { sessionKeeper, sessionStore, session, fixture } = kept
    const { misbehave, requests } = fixture.provider
    misbehave.token = 'hang'
    sessionKeeper.read(null).catch(() => undefined)
    await expect.poll(() => requests.token).toBe(2)
    const stored = await sessionStore.read()
    expect(stored).toEqual({ ...session, unanswered: true })

    misbehave.token = undefined
    misbehave.tokenRefusal = { status: 400, body: REUSED }
    const next = await beforeTheReading({ ...kept, session: stored! })
    next.goOn()
    await next.sessionKeeper.restore(next.provider)
    expect(next.sessionKeeper.held()).toEqual(session)
    await expect(next.sessionKeeper.read(null)).rejects.toMatchObject({
      message: 'The provider has ended your session. Sign in again.',
    })
  })

  for (const [name, misbehaviour, isUnanswered] of [
    ['it was answered', { tokenRefusal: { status: 503, body: {} } }, false],
    ['its answer was lost', { token: 'reset' }, true],
  ] as const) {
    test(`knows at the next start of a request before, if ${name}`, async ({ kept }) => {
      const { sessionKeeper, sessionStore, fixture } = kept
      Object.assign(fixture.provider.misbehave, misbehaviour)
      await expect(sessionKeeper.read(null)).rejects.toThrow()
      await expect
        .poll(async () => (await sessionStore.read())?.unanswered ?? false)
        .toBe(isUnanswered)
    })
  }

  test('after the renewal stores no trace of it', async ({ kept }) => {
    const { sessionKeeper, sessionStore } = kept
    const renewed = await sessionKeeper.read(null)
    expect(await sessionStore.read()).toEqual(renewed)
  })
})
