// The name by which a person knows a calling program.

import { expect, test } from '@playwright/test'
import { programName } from '../../main/base/program-name.js'

for (const [executable, args, name] of [
  ['/usr/lib/mail/mail-sync', ['mail-sync', '--token', 'secret'], 'mail-sync'],
  ['/opt/app (deleted)', ['app'], 'app'],
  ['/usr/bin/node', ['node', '--enable-source-maps', '/home/a/sync.mjs', 'x'], 'sync'],
  ['/usr/bin/python3.12', ['python3', '-u', '/home/a/sync.py'], 'sync'],
  ['/usr/bin/python3', ['python3', '-m', 'http.server'], 'http.server'],
  // Code on the command line may contain a secret.
  ['/usr/bin/node', ['node', '-e', 'fetch("?token=secret")'], 'node'],
  ['/usr/bin/bash', ['bash', '-c', 'curl -H secret', 'x'], 'bash'],
  ['/usr/bin/perl', ['perl', '-pe', 's/secret//'], 'perl'],
  ['/usr/bin/node', ['node'], 'node'],
  ['/tmp/a\u001b[2J\u202eb\n', [], 'a[2Jb'],
  [`/tmp/${'x'.repeat(90)}`, [], 'x'.repeat(40)],
  ['/tmp/\u202e', [], null],
  ['', [], null],
] satisfies [string, string[], string | null][]) {
  test(`${JSON.stringify([executable, ...args]).slice(0, 60)} is ${name}`, () => {
    expect(programName(executable, args)).toBe(name)
  })
}
