// When two callers count as the same program.

import { expect, test } from '@playwright/test'
import { findCaller } from '../../main/net/caller-process.js'
import { isSameProgram, type Caller } from '../../main/net/caller.js'

const seen = (changes: Partial<Extract<Caller, { kind: 'seen' }>> = {}): Caller => ({
  kind: 'seen',
  pid: 42,
  startedAtTicks: '1000',
  executable: '8:15',
  name: 'app',
  ...changes,
})
const unseen: Caller = { kind: 'unseen' }
const untold: Caller = { kind: 'untold' }

for (const [name, one, other, same] of [
  ['one process', seen(), seen(), true],
  ['one process that now runs another file', seen(), seen({ executable: '8:16' }), true],
  ['two processes of one executable', seen(), seen({ pid: 43, startedAtTicks: '9' }), true],
  ['two executables', seen(), seen({ pid: 43, executable: '8:16' }), false],
  [
    'another process that has the same ID later',
    seen(),
    seen({ startedAtTicks: '9', executable: '8:16' }),
    false,
  ],
  ['two unidentified callers', unseen, unseen, false],
  ['an identified and an unidentified caller', seen(), unseen, false],
  ['two callers on a system without that information', untold, untold, true],
  ['an identified caller and one without that information', seen(), untold, false],
] as const) {
  test(`${name} ${same ? 'is' : 'are not'} the same program`, () => {
    expect(isSameProgram(one, other)).toBe(same)
    expect(isSameProgram(other, one)).toBe(same)
  })
}

test('a connection whose socket no process holds, or whose owner is unknown, has no program', async () => {
  expect(await findCaller({ kind: 'user', uid: 0, inode: '1' })).toEqual(unseen)
  expect(await findCaller({ kind: 'gone' })).toEqual(unseen)
  expect(await findCaller({ kind: 'unreadable' })).toEqual(unseen)
  expect(await findCaller({ kind: 'untold' })).toEqual(untold)
})
