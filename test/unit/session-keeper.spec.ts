// The one session, on its own, where others write to the vault at the same moment.

import { expect } from '@playwright/test'
import { createCustody, type Custody } from '../../main/agent/session-keeper.js'
import { createHttp } from '../../main/net/http.js'
import type { Event } from '../../main/agent/model.js'
import { createMemoryVault, type Vault } from '../../main/storage/session-store.js'
import type { HeldSession } from '../../main/oauth/session.js'
import { test as base, type Fixture } from '../support/fixture.js'
import { answerLink } from '../support/person.js'

type Kept = {
  custody: Custody
  vault: Vault
  session: HeldSession
  other: HeldSession
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
    const session = (await fixture.vault.read())!
    const other = { ...session, account: { ...session.account, sub: 'bob' } }
    const vault = createMemoryVault()
    const events: Event[] = []
    const real = createHttp()
    let hasAnswered: () => void = () => undefined
    const answered = new Promise<void>((resolve) => (hasAnswered = resolve))
    const custody = createCustody({
      http: async (request) => {
        const answer = await real(request)
        if (request.url.endsWith('/token')) setImmediate(hasAnswered)
        return answer
      },
      clock: fixture.clock,
      vault,
      dispatch: (event) => void events.push(event),
      random: () => 0,
      clientSecret: null,
      track: (task) => task,
    })
    await custody.keep(session, new AbortController().signal)
    await use({ custody, vault, session, other, events, fixture, answered })
  },
})

test('S19: a sign-out while an app’s sign-in waits for its turn wins', async ({ kept }) => {
  const { custody, vault, other } = kept
  const { signal } = new AbortController()
  const keeping = Promise.allSettled([custody.keep(other, signal), custody.keep(other, signal)])
  await Promise.resolve()
  await custody.signOut()
  expect((await keeping).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect([custody.held(), await vault.read()]).toEqual([null, null])
})

test('S19: a sign-out while an app’s sign-in is being written wins', async ({ kept }) => {
  const { custody, vault, other } = kept
  const keeping = custody.keep(other, new AbortController().signal)
  const signedOut = custody.signOut()
  await expect(keeping).rejects.toThrow('cancelled')
  await signedOut
  expect([custody.held(), await vault.read()]).toEqual([null, null])
})

test('S17: a session that ends while another is being written leaves the other', async ({
  kept,
}) => {
  const { custody, vault, other, fixture, answered } = kept
  fixture.provider.misbehave.token = 'invalid-grant'
  const write = vault.write
  let finish: () => void = () => undefined
  const writing = new Promise<void>((began) => {
    vault.write = async (session) => {
      await write(session)
      began()
      await new Promise<void>((resolve) => (finish = resolve))
    }
  })
  const keeping = custody.keep(other, new AbortController().signal)
  await writing
  const renewed = custody.read(null).catch(() => undefined)
  await answered
  finish()
  await Promise.all([keeping, renewed])
  expect(custody.held()?.account.sub).toBe('bob')
  expect((await vault.read())?.account.sub).toBe('bob')
})

test('S17: a session that ends is told of, though it cannot be wiped', async ({ kept }) => {
  const { custody, vault, events, fixture } = kept
  fixture.provider.misbehave.token = 'invalid-grant'
  vault.clear = () => Promise.reject(new Error('the disk is read-only'))
  await expect(custody.read(null)).rejects.toMatchObject({ code: 'invalid-grant' })
  expect(events.at(-1)).toMatchObject({ type: 'session-ended' })
})

test('F29: whose session it is, and what for, is known until a sign-out', async ({ kept }) => {
  const { custody, session, other, fixture } = kept
  const { signal } = new AbortController()
  const { scope } = session.tokens
  expect(custody.last()).toEqual({ account: session.account, scope })
  await custody.keep(other, signal)
  expect(custody.last()).toEqual({ account: other.account, scope })

  fixture.provider.misbehave.token = 'invalid-grant'
  await expect(custody.read(null)).rejects.toMatchObject({ code: 'invalid-grant' })
  expect(custody.held()).toBeNull()
  expect(custody.last()).toEqual({ account: other.account, scope })

  await custody.keep(session, signal)
  expect(custody.last()).toEqual({ account: session.account, scope })
  await custody.signOut()
  expect(custody.last()).toBeNull()
})

test('F29: nobody’s session is known where the one that ended was signed out of', async ({
  kept,
}) => {
  const { custody, fixture } = kept
  fixture.provider.misbehave.token = 'invalid-grant'
  await expect(custody.read(null)).rejects.toMatchObject({ code: 'invalid-grant' })
  expect(custody.last()).not.toBeNull()
  await custody.signOut()
  expect(custody.last()).toBeNull()
})

/** Custody of nothing yet, whose vault gives a session once it is told to. */
function beforeTheReading({ session, fixture }: Kept): {
  custody: Custody
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
  const read = async (): Promise<HeldSession> => {
    begin()
    await told
    return session
  }
  const custody = createCustody({
    http: createHttp(),
    clock: fixture.clock,
    vault: { ...createMemoryVault(), read },
    dispatch: (event) => void events.push(event),
    random: () => 0,
    clientSecret: null,
    track: (task) => task,
  })
  const { issuer, clientId } = session
  return { custody, events, provider: { issuer, clientId }, isReading, goOn: () => goOn() }
}

test('a kept session is restored, and told of', async ({ kept }) => {
  const { custody, events, provider, goOn } = beforeTheReading(kept)
  const restored = custody.restore(provider)
  goOn()
  await restored
  expect(custody.held()).toEqual(kept.session)
  expect(events).toMatchObject([{ type: 'restored' }])
  custody.close()()
})

test('S19: a sign-out during the reading at the start wins', async ({ kept }) => {
  const { custody, events, provider, isReading, goOn } = beforeTheReading(kept)
  const restored = custody.restore(provider)
  await isReading
  const signedOut = custody.signOut()
  goOn()
  await Promise.all([restored, signedOut])
  expect(custody.held()).toBeNull()
  expect(events.map(({ type }) => type)).not.toContain('restored')
})

test('a sign-in that was kept before the reading goes before what is read', async ({ kept }) => {
  const { custody, provider, goOn } = beforeTheReading(kept)
  await custody.keep(kept.other, new AbortController().signal)
  const restored = custody.restore(provider)
  goOn()
  await restored
  expect(custody.held()).toEqual(kept.other)
})

for (const changes of [{ issuer: 'https://other.example' }, { clientId: 'other' }]) {
  test(`S23: with ${JSON.stringify(changes)} set, the session that was kept is not restored`, async ({
    kept,
  }) => {
    const { custody, events, provider, goOn } = beforeTheReading(kept)
    const restored = custody.restore({ ...provider, ...changes })
    goOn()
    await restored
    expect(custody.held()).toBeNull()
    expect(events).toMatchObject([{ type: 'storage-failed' }])
  })
}
