// Which program signed in which account.

import { expect, test } from '@playwright/test'
import { createSignedInCallers, MOST_CALLERS } from '../../main/api/signed-in-callers.js'
import type { CallerProcess } from '../../main/net/caller.js'
import { NOT_FOUND, seenCaller } from '../support/callers.js'

const seen = (pid: number, changes: Partial<CallerProcess> = {}) => seenCaller({ pid, ...changes })
const other = { executable: { path: '/opt/other', file: '8:16' } }

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
  for (const caller of [
    seen(2, other),
    // Two scripts that one interpreter runs.
    seen(2, { script: { path: '/b.js', file: '8:17' } }),
    // A later process with the same ID.
    seen(1, { startedAtTicks: '2000', ...other }),
    NOT_FOUND,
    { kind: 'untold' } as const,
  ]) {
    expect(callers.find(caller), JSON.stringify(caller)).toBeUndefined()
  }
})

test('a program that the system does not identify is not remembered', () => {
  const callers = createSignedInCallers()
  for (const caller of [NOT_FOUND, { kind: 'untold' } as const]) {
    callers.remember(caller, 'alice')
    expect(callers.find(caller)).toBeUndefined()
  }
  expect(callers.isEmpty()).toBe(true)
})

test('an account that was signed out is forgotten, and no other', () => {
  const callers = createSignedInCallers()
  callers.remember(seen(1), 'alice')
  callers.remember(seen(2, other), 'bob')
  callers.forget('alice')
  expect(callers.find(seen(1))).toBeUndefined()
  expect(callers.find(seen(2, other))).toBe('bob')
})

test('of very many programs, the ones that signed in longest ago are forgotten', () => {
  const callers = createSignedInCallers()
  const programs = Array.from({ length: MOST_CALLERS + 1 }, (_, index) =>
    seen(index, { executable: { path: `/opt/${index}`, file: '8:15' } }),
  )
  for (const [index, program] of programs.entries()) callers.remember(program, `account ${index}`)
  const found = programs.filter((program) => callers.find(program) !== undefined)
  expect(found).toEqual(programs.slice(1))
})
