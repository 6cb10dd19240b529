// Which programs do what another program tells them to do.

import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { isToolScript, readProgramKind, runsScripts } from '../../main/base/program-kind.js'
import { ROOT } from '../support/root.js'

const KINDS = {
  interpreter: [
    '/usr/bin/node',
    '/usr/bin/nodejs',
    '/opt/electron/electron',
    '/usr/bin/python3',
    '/usr/bin/python3.13',
    '/usr/bin/python3.13t',
    '/usr/bin/python3.11-dbg',
    '/Library/Frameworks/Python',
    'python.exe',
    'pythonw.exe',
    '/usr/bin/pypy3',
    '/usr/bin/perl5.36.0',
    '/usr/bin/ruby3.1',
    '/usr/sbin/php-fpm8.2',
    '/usr/bin/lua5.4',
    '/usr/bin/gawk',
    '/usr/lib/jvm/java-21/bin/java',
    '/usr/bin/dotnet',
    '/usr/bin/tclsh8.6',
    '/usr/lib/erlang/beam.smp',
  ],
  tool: [
    '/bin/sh',
    '/usr/bin/bash',
    '/usr/bin/dash',
    '/usr/bin/fish',
    '/usr/bin/ksh93',
    'POWERSHELL.EXE',
    'cmd.exe',
    '/bin/busybox',
    '/usr/bin/curl',
    '/usr/bin/wget2',
    '/usr/bin/ssh',
    '/usr/lib/openssh/sshd-session',
    '/usr/bin/socat',
    '/usr/bin/socat1',
    '/bin/nc.openbsd',
    '/usr/bin/ncat',
    '/usr/bin/openssl',
    '/lib/systemd/systemd-socket-proxyd',
    '/usr/bin/docker-proxy',
    '/usr/bin/pasta.avx2',
    '/usr/lib/git-core/git-remote-https',
    '/usr/bin/gdb',
    '/usr/bin/env',
    '/usr/bin/sudo',
    '/usr/bin/rootlesskit',
    '/usr/bin/qemu-x86_64-static',
    '/usr/lib/wine/wine64-preloader',
    '/lib64/ld-linux-x86-64.so.2',
    '/lib/ld-musl-x86_64.so.1',
    '/lib/x86_64-linux-gnu/ld-2.31.so',
  ],
  program: [
    '/usr/bin/notes',
    '/opt/shell/shelf',
    '/usr/bin/curlew',
    '/usr/bin/nodemon-bin',
    '/opt/pythonista',
    '/home/a/node/app',
    '/usr/bin/git',
    '/usr/lib/firefox/firefox',
    '/usr/bin/ldap-sync',
    '/home/a/bin/backup.sh',
    '',
  ],
} as const

for (const kind of ['interpreter', 'tool', 'program'] as const) {
  for (const executable of KINDS[kind]) {
    test(`${JSON.stringify(executable)} is of the kind ${kind}`, () => {
      expect(readProgramKind(executable)).toBe(kind)
    })
  }
}

test('interpreters and shells run scripts, other tools and programs do not', () => {
  for (const executable of [...KINDS.interpreter, '/bin/sh', '/usr/bin/zsh', 'pwsh.exe']) {
    expect(runsScripts(executable), executable).toBe(true)
  }
  for (const executable of [...KINDS.program, '/usr/bin/curl', '/usr/bin/ssh', '/usr/bin/gdb']) {
    expect(runsScripts(executable), executable).toBe(false)
  }
})

test('the script of our own command line is a tool, and no other script is', () => {
  for (const path of [
    join(ROOT, 'dist', 'main', 'cli.js'),
    '/usr/lib/node_modules/latchkey/dist/main/cli.js',
    'C:\\npm\\node_modules\\latchkey\\dist\\main\\cli.js',
  ]) {
    expect(isToolScript(path), path).toBe(true)
  }
  for (const path of [
    '/home/a/other/dist/main/cli.js',
    join(ROOT, 'dist', 'main', 'headless.js'),
  ]) {
    expect(isToolScript(path), path).toBe(false)
  }
  expect(readProgramKind('/opt/Latchkey/latchkey')).toBe('tool')
})
