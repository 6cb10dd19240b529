// Who may finish a sign-in that another process began.

import { expect, test } from '@playwright/test'
import { mayFinish } from '../../main/consent/program.js'
import type { Ancestor, Caller, CallerProcess } from '../../main/net/caller.js'
import { NOT_FOUND, seenCaller } from '../support/callers.js'

const ancestor = (pid: number, startedAtTicks = '1'): Ancestor => ({
  pid,
  startedAtTicks,
  name: 'bash',
  executable: '/bin/bash',
})
const CURL: Partial<CallerProcess> = {
  kind: 'tool',
  executable: { path: '/usr/bin/curl', file: '8:20' },
}
const process = (changes: Partial<CallerProcess>): Caller => seenCaller(changes)
const uncertain = (changes: Partial<CallerProcess>): Caller => ({
  ...NOT_FOUND,
  process: seenCaller(changes).process,
})
const untold: Caller = { kind: 'untold' }
const FIRST = { pid: 10, startedAtTicks: '5' }

for (const [name, beginner, finisher, may] of [
  ['the same process', process(FIRST), process(FIRST), true],
  ['the same process, if it is not certain', uncertain(FIRST), uncertain(FIRST), true],
  [
    'a process that it started',
    process(FIRST),
    process({ pid: 11, parents: [ancestor(10, '5')] }),
    true,
  ],
  [
    'a process that one of those started',
    process(FIRST),
    process({ pid: 12, parents: [ancestor(11), ancestor(10, '5')] }),
    true,
  ],
  [
    'a process that started it',
    process({ pid: 11, parents: [ancestor(10, '5')] }),
    process(FIRST),
    false,
  ],
  ['another process of the same program', process(FIRST), process({ pid: 11 }), false],
  [
    'a later process with the same ID',
    process(FIRST),
    process({ ...FIRST, startedAtTicks: '6' }),
    false,
  ],
  [
    'a child of a later process with the same ID',
    process(FIRST),
    process({ pid: 11, parents: [ancestor(10, '6')] }),
    false,
  ],
  [
    'the same tool, which the same process started',
    process({ ...CURL, pid: 11, parents: [ancestor(10)] }),
    process({ ...CURL, pid: 12, parents: [ancestor(10)] }),
    true,
  ],
  [
    'the same tool, which the process that started the first one has become',
    process({ ...CURL, pid: 11, parents: [ancestor(10, '5'), ancestor(9)] }),
    process({ ...CURL, ...FIRST, parents: [ancestor(9)] }),
    true,
  ],
  [
    'the same tool, which a later process with the ID of that process is',
    process({ ...CURL, pid: 11, parents: [ancestor(10, '2')] }),
    process({ ...CURL, ...FIRST }),
    false,
  ],
  [
    'the same tool, which a child of the same process started',
    process({ ...CURL, pid: 11, parents: [ancestor(10)] }),
    process({ ...CURL, pid: 13, parents: [ancestor(12), ancestor(10)] }),
    false,
  ],
  [
    'the same tool, which another process started',
    process({ ...CURL, pid: 11, parents: [ancestor(10)] }),
    process({ ...CURL, pid: 12, parents: [ancestor(9)] }),
    false,
  ],
  [
    'the same tool, which a later process with the same ID started',
    process({ ...CURL, pid: 11, parents: [ancestor(10)] }),
    process({ ...CURL, pid: 12, parents: [ancestor(10, '2')] }),
    false,
  ],
  [
    'another tool, which the same process started',
    process({ ...CURL, pid: 11, parents: [ancestor(10)] }),
    process({
      ...CURL,
      pid: 12,
      parents: [ancestor(10)],
      executable: { path: '/usr/bin/wget', file: '8:21' },
    }),
    false,
  ],
  [
    'another app that the same desktop started',
    process({ pid: 11, parents: [ancestor(1)] }),
    process({ pid: 12, parents: [ancestor(1)] }),
    false,
  ],
  ['a process of another user', process(FIRST), { ...seenCaller(FIRST), uid: 0 }, false],
  ['a caller that was not found', process(FIRST), NOT_FOUND, false],
  ['a caller that was not found, of another such', NOT_FOUND, NOT_FOUND, false],
  ['any program, where the system tells none', untold, untold, true],
] as const) {
  test(`S24: ${name} ${may ? 'may' : 'may not'} finish a sign-in`, () => {
    expect(mayFinish(beginner, finisher)).toBe(may)
  })
}
