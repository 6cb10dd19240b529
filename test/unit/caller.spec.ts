// When two callers count as the same program.

import { expect, test } from '@playwright/test'
import { isSameProgram, type Caller } from '../../main/net/caller.js'
import { NOT_FOUND, seenCaller } from '../support/callers.js'

const seen = seenCaller
const at = (path: string) => ({ executable: { path, file: '8:16' } })
const script = (path: string) => ({ script: { path, file: '8:17' } })
const unseen: Caller = NOT_FOUND
const untold: Caller = { kind: 'untold' }

for (const [name, one, other, same] of [
  ['one process', seen(), seen(), true],
  ['one process that now runs another file', seen(), seen(at('/opt/other')), true],
  ['two processes of one executable', seen(), seen({ pid: 43, startedAtTicks: '9' }), true],
  [
    'two scripts of one interpreter',
    seen({ pid: 43, ...script('/a.js') }),
    seen(script('/b.js')),
    false,
  ],
  ['a program whose file was replaced', seen(), seen({ pid: 43, ...at('/opt/app/app') }), true],
  ['two executables', seen(), seen({ pid: 43, ...at('/opt/other') }), false],
  [
    'another process that has the same ID later',
    seen(),
    seen({ startedAtTicks: '9', ...at('/opt/other') }),
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
