// /usr/bin/latchkey of the Linux packages: which command lines start which program.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { COMMANDS, findCommand } from '../../main/cli/commands-table.js'
import { FLAGS_WITH_VALUE } from '../../main/cli/find-command.js'
import { ROOT } from '../support/root.js'

test.skip(process.platform === 'win32', 'there is no sh here')

/** With a desktop or without one, the app gets its arguments after these switches. */
const SCREENLESS = ['--ozone-platform=headless', '--disable-gpu']
const AS_ROOT = process.getuid?.() === 0 ? ['--no-sandbox'] : []

let folder: string
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-script-'))
  const print = (name: string): string => {
    const path = join(folder, name)
    writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' ${name} "$@"\n`, { mode: 0o755 })
    return path
  }
  const text = readFileSync(join(ROOT, 'main/assets/latchkey.sh'), 'utf8')
    .replace('/opt/Latchkey/resources/bin/latchkey-token', print('script'))
    .replace('/opt/Latchkey/latchkey', print('app'))
  writeFileSync(join(folder, 'latchkey'), text, { mode: 0o755 })
})
test.afterAll(() => rmSync(folder, { recursive: true }))

/** Runs the script without a desktop, unless `env` names one. Returns the program with its arguments. */
function run(args: readonly string[], env: Record<string, string> = {}): readonly string[] {
  const { stdout } = spawnSync(join(folder, 'latchkey'), args, {
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  })
  return stdout.split('\n').slice(0, -1)
}

const asCommand = (args: readonly string[]): readonly string[] => [
  'app',
  ...SCREENLESS,
  ...AS_ROOT,
  ...args,
]

test('S50: a variable that the caller exports does not get the key', () => {
  const app = join(folder, 'app-with-variables')
  writeFileSync(app, '#!/bin/sh\nenv\n', { mode: 0o755 })
  const text = readFileSync(join(ROOT, 'main/assets/latchkey.sh'), 'utf8')
  const latchkey = join(folder, 'latchkey-with-variables')
  writeFileSync(latchkey, text.replace('/opt/Latchkey/latchkey', app), { mode: 0o755 })
  const names = { key: 'theirs', has_key: 'theirs', LATCHKEY_KEY: 'secret-key' }
  const env = { PATH: process.env['PATH'], ...names }
  for (const args of [
    [latchkey, 'status'],
    ['-x', latchkey, 'status'],
  ]) {
    const { stdout, stderr } = spawnSync('sh', args, { env, encoding: 'utf8' })
    expect(stdout.match(/.*secret-key/g)).toEqual(['LATCHKEY_KEY=secret-key'])
    expect(stderr).not.toContain('secret-key')
  }
})

test('each command runs without a desktop, also after flags', () => {
  for (const { name } of COMMANDS) {
    const flags = ['--json', '--data-dir', '/a b', '--port=0']
    for (const args of [[name], [...flags, name], ['--client-id', 'key', name]]) {
      expect(run(args)).toEqual(asCommand(args))
    }
  }
  for (const args of [['--help'], ['-V'], ['--json', '-h'], ['--help', 'token']]) {
    expect(run(args)).toEqual(asCommand(args))
  }
})

test('a mistyped command is for the app without a desktop, but not a path, a link or a flag', () => {
  for (const args of [['tokn'], ['sing-in', '--json'], ['help-me', 'token']]) {
    expect(run(args)).toEqual(asCommand(args))
    expect(run(args, { DISPLAY: ':0' })).toEqual(asCommand(args))
  }
  for (const args of [['latchkey://x'], ['/a/b'], ['file.txt'], [''], ['--sign-in'], []]) {
    expect(run(args)).toEqual([])
    expect(run(args, { DISPLAY: ':0' })).toEqual(['app', ...args])
  }
})

test('the value of a flag is not a command', () => {
  expect(FLAGS_WITH_VALUE.size).toBeGreaterThan(20)
  for (const flag of FLAGS_WITH_VALUE) {
    for (const args of [[flag, 'token'], [flag, '--help'], [`${flag}=token`]]) {
      expect(run(args), args.join(' ')).toEqual([])
      expect(run(args, { DISPLAY: ':0' })).toEqual(['app', ...args])
    }
  }
})

test('with a key, only the flags of the script leave a token to it', () => {
  const flags = findCommand('token')!.flags
  const byScript = new Set([
    'account',
    'scope',
    'audience',
    'min-validity',
    'id-token',
    'key-file',
    'data-dir',
  ])
  for (const { name, value } of flags) {
    const spellings = value === null ? [[`--${name}`]] : [[`--${name}`, 'a b'], [`--${name}=a b`]]
    for (const args of spellings) {
      const started = run(['token', ...args], { LATCHKEY_KEY: 'latchkey_x' })
      const expected = byScript.has(name) ? ['script', ...args] : asCommand(['token', ...args])
      expect(started).toEqual(expected)
    }
  }
  for (const args of [['-h'], ['--misspelt'], ['word'], ['--'], ['--issuer', 'x']]) {
    const started = run(['token', ...args], { LATCHKEY_KEY: 'latchkey_x' })
    expect(started).toEqual(asCommand(['token', ...args]))
  }
})

test('without a key, or for another command, the app is started', () => {
  expect(run(['token'])).toEqual(asCommand(['token']))
  expect(run(['token'], { LATCHKEY_KEY_FILE: '' })).toEqual(asCommand(['token']))
  expect(run(['token'], { LATCHKEY_KEY_FILE: '/k' })).toEqual(['script'])
  expect(run(['token', '--key-file', '/k'])).toEqual(['script', '--key-file', '/k'])
  // A value is no flag.
  const args = ['token', '--account', '--key-file']
  expect(run(args)).toEqual(asCommand(args))
  expect(run(['status'], { LATCHKEY_KEY: 'latchkey_x' })).toEqual(asCommand(['status']))
})

test('if the script can’t get the token, the app is started with the same arguments', () => {
  writeFileSync(join(folder, 'script'), '#!/bin/sh\nexit "$LATCHKEY_UNABLE"\n')
  const args = ['token', '--scope', 'a "b"', '--key-file=/a b']
  expect(run(args)).toEqual(asCommand(args))
})

test('without a desktop, the tray app is not started', () => {
  const ended = spawnSync(join(folder, 'latchkey'), ['--sign-in'], {
    env: { PATH: process.env['PATH'] },
    encoding: 'utf8',
  })
  expect(ended).toMatchObject({ status: 1, stdout: '' })
  expect(ended.stderr).toMatch(/^latchkey: .*latchkey headless\n$/)
})
