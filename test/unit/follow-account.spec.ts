// Following the account that a program sees, on a connection that stays open.

import type { IncomingMessage } from 'node:http'
import { setImmediate as settled } from 'node:timers/promises'
import { expect, test } from '@playwright/test'
import type { AccountSession, Event, Model } from '../../main/agent/model.js'
import type { Subscriber } from '../../main/agent/model-store.js'
import { followAccount } from '../../main/api/follow-account.js'
import { Problem } from '../../main/api/problem.js'
import { ALICE_REF, BOB_REF, modelOf } from '../support/account-refs.js'
import { consentQuestion } from '../support/callers.js'
import { createTestClock } from '../support/clock.js'

const ALICE: AccountSession = { ...ALICE_REF, kind: 'needs-sign-in', reason: 'expired' }
const BOB: AccountSession = { ...BOB_REF, kind: 'needs-sign-in', reason: 'expired' }
const ANY_EVENT = { type: 'sign-in-resumed', state: 'any' } as const satisfies Event

type Current = () => Promise<AccountSession | null>

/** Follows with a model and a follower that the test controls. */
function setUp({ current: first, model: start }: { current: Current; model?: Model }) {
  const subscribers = new Set<Subscriber>()
  const told: (string | null)[] = []
  const asked: boolean[] = []
  const reported: unknown[] = []
  const clock = createTestClock()
  const state = {
    current: first,
    model: start ?? modelOf(ALICE),
    isFollowerClosed: false,
    isPaused: false,
  }
  const change = (changes: Partial<Model>): void => {
    state.model = { ...state.model, ...changes }
    for (const subscriber of subscribers) subscriber(state.model, ANY_EVENT)
  }
  const followed = followAccount(
    {
      after: clock.after,
      agent: {
        consents: { isPaused: () => state.isPaused },
        model: () => state.model,
        subscribe(subscriber) {
          subscribers.add(subscriber)
          return () => subscribers.delete(subscriber)
        },
      },
      identity: {
        follow: () => ({
          current({ isQuiet = false } = {}) {
            asked.push(!isQuiet)
            return state.current()
          },
          close: () => void (state.isFollowerClosed = true),
        }),
      },
      report: (error) => reported.push(error),
    },
    {} as IncomingMessage,
  )
  const listener = {
    onAccount: (account: AccountSession | null) => void told.push(account?.id ?? null),
    onTakenBack: () => void told.push('taken back'),
  }
  return { state, told, asked, reported, subscribers, followed, listener, change, clock }
}

const NO_CONSENTS = { grants: [], denials: [] }
const see =
  (account: AccountSession | null): Current =>
  () =>
    Promise.resolve(account)

test('while the screen is locked, a program learns nothing, and the newest state afterwards', async () => {
  const { state, told, followed, listener, change, clock } = setUp({ current: see(ALICE) })
  const { listen, close } = await followed
  listen(listener)
  await settled()
  state.isPaused = true
  // As a key, or a program that is allowed, would be answered now.
  state.current = () => Promise.reject(new Problem('not-allowed', 'locked'))
  change({ accounts: [BOB] })
  clock.advance(60_000)
  await settled()
  expect(told).toEqual([ALICE.id])
  expect(clock.pending()).toBe(1)

  state.isPaused = false
  state.current = see(BOB)
  clock.advance(5_000)
  await settled()
  expect(told).toEqual([ALICE.id, BOB.id])
  state.isPaused = true
  change({ accounts: [] })
  close()
  expect(clock.pending()).toBe(0)
})

test('the listener is called at once, and after each change that may matter', async () => {
  const { state, told, followed, listener, change } = setUp({ current: see(ALICE) })
  const { listen } = await followed
  listen(listener)
  await settled()
  expect(told).toEqual([ALICE.id])
  for (const changes of [
    { accounts: [BOB] },
    { chosenId: BOB.id },
    { consents: NO_CONSENTS },
    { consentQuestion: consentQuestion() },
  ]) {
    state.current = see(BOB)
    told.length = 0
    change(changes)
    await settled()
    expect(told, JSON.stringify(changes)).toEqual([BOB.id])
  }
})

test('sign-ins in progress do not count as a change', async () => {
  const { told, followed, listener, change } = setUp({ current: see(ALICE) })
  ;(await followed).listen(listener)
  await settled()
  change({ signIns: [] })
  await settled()
  expect(told).toEqual([ALICE.id])
})

test('a question that came up before the listener did counts when it ends', async () => {
  const { state, told, followed, listener, change } = setUp({ current: see(null) })
  const { listen } = await followed
  change({ consentQuestion: consentQuestion() })
  listen(listener)
  await settled()
  state.current = see(ALICE)
  change({ consentQuestion: null })
  await settled()
  expect(told).toEqual([null, ALICE.id])
})

test('changes during a look are followed by one more look', async () => {
  const { state, told, followed, listener, change } = setUp({ current: see(ALICE) })
  const { listen } = await followed
  let finish: (account: AccountSession) => void = () => undefined
  state.current = () => new Promise((resolve) => void (finish = resolve))
  listen(listener)
  let looks = 0
  state.current = () => {
    looks += 1
    return Promise.resolve(BOB)
  }
  change({ accounts: [] })
  change({ accounts: [BOB] })
  expect(looks).toBe(0)
  finish(ALICE)
  await settled()
  expect([told, looks]).toEqual([[ALICE.id, BOB.id], 1])
})

test('a consent that is taken back ends it, and asks nobody', async () => {
  const { state, told, asked, followed, listener, change } = setUp({ current: see(ALICE) })
  ;(await followed).listen(listener)
  await settled()
  state.current = see(null)
  asked.length = 0
  change({ consents: NO_CONSENTS })
  await settled()
  expect([told, asked]).toEqual([[ALICE.id, 'taken back'], [false]])
  change({ accounts: [] })
  await settled()
  expect(told).toHaveLength(2)
})

test('an account that is gone does not count as a consent taken back', async () => {
  const { state, told, followed, listener, change } = setUp({ current: see(ALICE) })
  ;(await followed).listen(listener)
  await settled()
  state.current = see(null)
  change({ accounts: [], consents: NO_CONSENTS })
  await settled()
  expect(told).toEqual([ALICE.id, null])
})

test('for a program that has seen nobody, other consents change nothing', async () => {
  const { told, asked, followed, listener, change } = setUp({ current: see(null) })
  ;(await followed).listen(listener)
  await settled()
  change({ consents: NO_CONSENTS })
  await settled()
  expect(told).toEqual([null, null])
  expect(asked).not.toContain(false)
})

test('a key that is not valid fails at once, and the follower is closed', async () => {
  const problem = new Problem('not-allowed', 'wrong key')
  const { state, followed } = setUp({ current: () => Promise.reject(problem) })
  await expect(followed).rejects.toBe(problem)
  expect(state.isFollowerClosed).toBe(true)
})

for (const [name, thrown, reports] of [
  ['a key that is taken back ends it', new Problem('not-allowed', 'wrong key'), 0],
  ['an error of our own ends it, and is reported', new Error('bug'), 1],
] as const) {
  test(name, async () => {
    const { state, told, reported, followed, listener, change } = setUp({ current: see(ALICE) })
    ;(await followed).listen(listener)
    await settled()
    state.current = () => Promise.reject(thrown)
    change({ consents: NO_CONSENTS })
    await settled()
    expect([told, reported.length]).toEqual([[ALICE.id, 'taken back'], reports])
  })
}

test('after it is closed, it reports nothing', async () => {
  const { state, told, subscribers, followed, listener, change } = setUp({ current: see(ALICE) })
  const { listen, close } = await followed
  listen(listener)
  close()
  change({ accounts: [BOB] })
  await settled()
  expect([told, subscribers.size, state.isFollowerClosed]).toEqual([[], 0, true])
})
