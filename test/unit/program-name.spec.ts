// The name by which a person knows a calling program.

import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { programName } from '../../main/base/program-name.js'
import { ROOT } from '../support/root.js'

for (const [executable, script, name] of [
  ['/usr/lib/mail/mail-sync', null, 'mail-sync'],
  ['/usr/bin/node', '/home/a/sync.mjs', 'sync'],
  ['/usr/bin/python3.12', '/home/a/sync.py', 'sync'],
  ['/usr/bin/node', join(ROOT, 'dist', 'main', 'cli.js'), 'latchkey'],
  ['/usr/bin/node', '/usr/lib/node_modules/latchkey/dist/main/cli.js', 'latchkey'],
  ['/usr/bin/node', '/home/a/other/dist/main/cli.js', 'cli'],
  ['/usr/bin/java', 'notes.jar', 'notes.jar'],
  ['/usr/bin/node', null, 'node'],
  ['/tmp/a\u001b[2J\u202eb\n', null, 'a[2Jb'],
  ['/usr/bin/node', '/tmp/a\u001b[2J\u202eb.js', 'a[2Jb'],
  [`/tmp/${'x'.repeat(90)}`, null, 'x'.repeat(40)],
  ['/tmp/\u202e', null, null],
  ['/tmp/\u3164\u2800\u00ad\u200d', null, null],
  ['/tmp/a\u3000\u3000 \u00a0b', null, 'a b'],
  [`/tmp/e${'\u0301'.repeat(30)}x`, null, `e${'\u0301'.repeat(3)}x`],
  ['', null, null],
] satisfies [string, string | null, string | null][]) {
  test(`${JSON.stringify([executable, script]).slice(0, 60)} is ${name}`, () => {
    expect(programName(executable, script)).toBe(name)
  })
}
