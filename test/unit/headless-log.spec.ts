// The log of an agent that a command starts: which files are written, and what is quoted of them.

import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { START_MESSAGES } from '../../main/cli/cli-messages.js'
import { openHeadlessLog } from '../../main/cli/headless-log.js'

const test = base.extend<{ folder: string }>({
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-log-'))
    await use(folder)
    rmSync(folder, { recursive: true })
  },
})

test('the log is created with its folder, or emptied, and its last line is read', ({ folder }) => {
  const dataDir = join(folder, 'new')
  for (const text of ['first\nlatchkey: why\n\n', `${'x'.repeat(100_000)}\nwhy`]) {
    const log = openHeadlessLog(dataDir)
    expect(log.path).toBe(join(dataDir, 'headless.log'))
    expect(log.readLastLine()).toBeNull()
    writeSync(log.file, text)
    expect(log.readLastLine()).toBe('why')
    log.close()
    expect(readFileSync(log.path, 'utf8')).toBe(text)
  }
  const mode = (path: string): number => statSync(path).mode & 0o777
  if (process.platform === 'win32') return
  expect([mode(dataDir), mode(join(dataDir, 'headless.log'))]).toEqual([0o700, 0o600])
})

test('S46: what takes the place of the log is not read', ({ folder }) => {
  test.skip(process.platform === 'win32', 'Windows has no such files')
  const log = openHeadlessLog(folder)
  writeSync(log.file, 'ours\n')
  const secret = join(folder, 'secret')
  writeFileSync(secret, 'theirs\n')
  const replacements: readonly (() => void)[] = [
    () => execFileSync('mkfifo', [log.path]),
    () => symlinkSync('/dev/zero', log.path),
    () => symlinkSync(secret, log.path),
  ]
  for (const replace of replacements) {
    rmSync(log.path)
    replace()
    expect(log.readLastLine()).toBe('ours')
  }
  log.close()
})

test('S46: only a regular file becomes the log', ({ folder }) => {
  test.skip(process.platform === 'win32', 'Windows has no such files')
  const path = join(folder, 'headless.log')
  const expectRejected = (): void => {
    expect(() => openHeadlessLog(folder)).toThrow(START_MESSAGES.logNotRegular(path))
    rmSync(path, { recursive: true })
  }
  execFileSync('mkfifo', [path])
  expectRejected()
  mkdirSync(path)
  expectRejected()
  symlinkSync(join(folder, 'elsewhere'), path)
  expectRejected()
  expect(existsSync(join(folder, 'elsewhere'))).toBe(false)
})
