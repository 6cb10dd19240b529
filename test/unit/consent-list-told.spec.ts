// When the list of consents is told: the window and the tray draw it again each time.

import { expect, test } from '@playwright/test'
import type { ConsentList, ConsentQuestion } from '../../main/consent/consent.js'
import { createConsents } from '../../main/consent/consents.js'
import { DENIED_MS } from '../../main/consent/pauses.js'
import type { Caller } from '../../main/net/caller.js'
import { createMemoryConsents } from '../../main/storage/consent-store.js'
import { ALICE_REF } from '../support/account-refs.js'
import { NEVER } from '../support/app-flow.js'
import { seenCaller } from '../support/callers.js'
import { createTestClock } from '../support/clock.js'

const OTHER = seenCaller({ executable: { path: '/opt/other/other', file: '8:16' } })

function start() {
  const clock = createTestClock()
  const asked: ConsentQuestion[] = []
  const lists: ConsentList[] = []
  const consents = createConsents({
    clock,
    settings: { mode: 'ask', allow: [], pauseWhenLocked: false },
    store: createMemoryConsents(),
    isScreenLocked: () => false,
    canAsk: () => true,
    onAsked: (question) => asked.push(question),
    onEnded: () => undefined,
    onChange: (list) => lists.push(list),
    onFailure: () => undefined,
  })
  const ask = (caller: Caller, answer: 'once' | 'denied'): void => {
    const lookAgain = () => Promise.resolve(caller)
    void consents.ask({ caller, account: ALICE_REF, purpose: 'token', signal: NEVER, lookAgain })
    expect(consents.answer(asked.at(-1)!.id, answer)).toBe(true)
  }
  return { consents, clock, lists, ask }
}

test('a denial that has ended is reported once, together with another change', () => {
  const { consents, clock, lists, ask } = start()
  ask(seenCaller(), 'denied')
  expect(lists).toMatchObject([{ denials: [{}] }])
  clock.advance(DENIED_MS)
  consents.allowSignedIn(OTHER, ALICE_REF)
  expect(lists.slice(1)).toMatchObject([{ grants: [{}], denials: [] }])
  ask(seenCaller(), 'once')
  expect(lists).toHaveLength(2)
})

test('a denial that replaces another one is reported', () => {
  const { clock, lists, ask } = start()
  ask(seenCaller(), 'denied')
  clock.advance(DENIED_MS)
  ask(OTHER, 'denied')
  expect(lists).toMatchObject([
    { denials: [{ program: { executable: '/opt/app/app' } }] },
    { denials: [{ program: { executable: '/opt/other/other' } }] },
  ])
})
