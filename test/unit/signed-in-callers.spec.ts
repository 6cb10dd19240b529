// Which program signed in which account.

import { expect, test } from '@playwright/test'
import { createSignedInCallers, MOST_CALLERS } from '../../main/api/signed-in-callers.js'
import type { Caller } from '../../main/net/caller.js'

type Seen = Extract<Caller, { kind: 'seen' }>

const seen = (pid: number, changes: Partial<Seen> = {}): Seen => ({
  kind: 'seen',
  pid,
  startedAtTicks: '1000',
  executable: '8:15',
  name: 'app',
  ...changes,
})

test('a program gets the account that it signed in last, also after it was started again', () => {
  const callers = createSignedInCallers()
  expect(callers.isEmpty()).toBe(true)
  callers.remember(seen(1), 'alice')
  expect(callers.find(seen(1))).toBe('alice')
  expect(callers.find(seen(2))).toBe('alice')
  callers.remember(seen(2), 'bob')
  // The process itself counts more than another one of the same program.
  expect(callers.find(seen(1))).toBe('alice')
  expect(callers.find(seen(3))).toBe('bob')
  callers.remember(seen(1), 'zoe')
  expect(callers.find(seen(1))).toBe('zoe')
  expect(callers.find(seen(3))).toBe('zoe')
  expect(callers.isEmpty()).toBe(false)
})

test('another program gets none', () => {
  const callers = createSignedInCallers()
  callers.remember(seen(1), 'alice')
  for (const other of [
    seen(2, { executable: '8:16' }),
    // Two scripts that one interpreter runs.
    seen(2, { name: 'other' }),
    // A later process with the same ID.
    seen(1, { startedAtTicks: '2000', executable: '8:16' }),
    { kind: 'unseen' } as const,
    { kind: 'untold' } as const,
  ]) {
    expect(callers.find(other), JSON.stringify(other)).toBeUndefined()
  }
})

test('a program that the system does not identify is not remembered', () => {
  const callers = createSignedInCallers()
  for (const caller of [{ kind: 'unseen' }, { kind: 'untold' }] as const) {
    callers.remember(caller, 'alice')
    expect(callers.find(caller)).toBeUndefined()
  }
  expect(callers.isEmpty()).toBe(true)
})

test('an account that was signed out is forgotten, and no other', () => {
  const callers = createSignedInCallers()
  callers.remember(seen(1), 'alice')
  callers.remember(seen(2, { name: 'other' }), 'bob')
  callers.forget('alice')
  expect(callers.find(seen(1))).toBeUndefined()
  expect(callers.find(seen(2, { name: 'other' }))).toBe('bob')
})

test('of very many programs, the ones that signed in longest ago are forgotten', () => {
  const callers = createSignedInCallers()
  const programs = Array.from({ length: MOST_CALLERS + 1 }, (_, index) =>
    seen(index, { name: `app ${index}` }),
  )
  for (const [index, program] of programs.entries()) callers.remember(program, `account ${index}`)
  const found = programs.filter((program) => callers.find(program) !== undefined)
  expect(found).toEqual(programs.slice(1))
})
