// The key that a command sends: where it comes from, and which files are taken.

import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from '@playwright/test'
import type { Environment } from '../../main/base/environment.js'
import { CliError } from '../../main/cli/cli-error.js'
import { USAGE_MESSAGES } from '../../main/cli/cli-messages.js'
import { readKey } from '../../main/cli/read-key.js'
import { expect } from '../support/expect.js'
import { NOBODY, whyNoOtherUser } from '../support/other-user.js'

const KEYS = ['a', 'b', 'c'].map((letter) => `latchkey_${letter.repeat(43)}`) as [
  string,
  string,
  string,
]
const [KEY] = KEYS

const test = base.extend<{ folder: string; path: string }>({
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-key-'))
    await use(folder)
    rmSync(folder, { recursive: true })
  },
  path: async ({ folder }, use) => {
    const path = join(folder, 'a.key')
    writeFileSync(path, `${KEY}\n`, { mode: 0o600 })
    await use(path)
  },
})

/** The message about a bad usage. It never contains a key. */
function explain(path: string | undefined, env: Environment = {}): string {
  try {
    readKey(path, env)
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(CliError)
    const { message, exit } = thrown as CliError
    expect(exit).toBe('badUsage')
    expect(message).not.toContain(KEY)
    return message
  }
  throw new Error('the key was read')
}

test('the flag counts first, then the file of the variable, then the key in the variable', ({
  folder,
  path,
}) => {
  const other = join(folder, 'b.key')
  writeFileSync(other, KEYS[1], { mode: 0o600 })
  const env = { LATCHKEY_KEY_FILE: other, LATCHKEY_KEY: KEYS[2] }
  expect(readKey(path, env)?.reveal()).toBe(KEYS[0])
  expect(readKey(undefined, env)?.reveal()).toBe(KEYS[1])
  expect(readKey(undefined, { ...env, LATCHKEY_KEY_FILE: '' })?.reveal()).toBe(KEYS[2])
  expect(readKey(undefined, { LATCHKEY_KEY_FILE: '', LATCHKEY_KEY: '' })).toBeNull()
  expect(readKey(undefined, {})).toBeNull()
})

test('spaces around the key do not matter, and anything else is not a key', ({ path }) => {
  for (const text of [KEY, `${KEY}\n`, `\r\n  ${KEY}\t\r\n`]) {
    writeFileSync(path, text)
    expect(readKey(path, {})?.reveal()).toBe(KEY)
  }
  for (const text of ['', '\n', '  ']) {
    writeFileSync(path, text)
    expect(explain(path)).toBe(USAGE_MESSAGES.emptyKey(path))
  }
  for (const text of ['password', KEY.slice(1), `${KEY}k`, `${KEY.slice(0, -1)}!`, `${KEY} x`]) {
    writeFileSync(path, text)
    expect(explain(path)).toBe(USAGE_MESSAGES.noKeyIn(path))
  }
  writeFileSync(path, `${KEY}${' '.repeat(4_096)}`)
  expect(explain(path)).toContain(`${path} can't be read`)
  expect(() => readKey(undefined, { LATCHKEY_KEY: 'x' })).toThrow(
    USAGE_MESSAGES.noKeyIn('LATCHKEY_KEY'),
  )
})

test('a file that the group or others may use in any way is rejected', ({ path }) => {
  test.skip(process.platform === 'win32', 'Windows has no such modes')
  for (const mode of [0o640, 0o620, 0o610, 0o604, 0o602, 0o601]) {
    chmodSync(path, mode)
    expect(explain(path), mode.toString(8)).toBe(USAGE_MESSAGES.keyFileOpen(path))
  }
  for (const mode of [0o600, 0o400, 0o700]) {
    chmodSync(path, mode)
    expect(readKey(path, {})?.reveal(), mode.toString(8)).toBe(KEY)
  }
})

test('a file of another user is rejected', ({ path }) => {
  test.skip(whyNoOtherUser() !== null, whyNoOtherUser() ?? '')
  chownSync(path, NOBODY, 0)
  expect(explain(path)).toBe(USAGE_MESSAGES.keyFileOfOther(path))
})

test('a link may lead to the file, whose own mode counts', ({ folder, path }) => {
  test.skip(process.platform === 'win32', 'links need rights on Windows')
  const link = join(folder, 'link')
  symlinkSync(path, link)
  expect(readKey(link, {})?.reveal()).toBe(KEY)
  chmodSync(path, 0o644)
  expect(explain(link)).toBe(USAGE_MESSAGES.keyFileOpen(link))
})

test('what is missing or no regular file is not waited for', ({ folder }) => {
  test.skip(process.platform === 'win32', 'Windows has no such files')
  const fifo = join(folder, 'fifo')
  spawnSync('mkfifo', ['-m', '600', fifo])
  for (const path of [join(folder, 'missing'), folder, fifo]) {
    expect(explain(path)).toContain(`The key file ${path} can't be read`)
  }
})

test('a key in the place of its file is named as the mistake, and not repeated', () => {
  expect(explain(undefined, { LATCHKEY_KEY_FILE: KEY })).toBe(USAGE_MESSAGES.keyInsteadOfFile)
})
