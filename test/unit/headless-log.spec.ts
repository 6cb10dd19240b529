// The log of an agent that a command starts: which files are written, and what is quoted of them.

import { execFileSync, spawnSync } from 'node:child_process'
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

const HEADLESS_LOG = new URL('../../dist/modules/main/cli/headless-log.js', import.meta.url).href

/** Opens the log, but first has another file take the place of the one that was looked at. */
const OPEN_REPLACED = `
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  const [folder, how] = JSON.parse(process.argv[1])
  const { openHeadlessLog } = await import(${JSON.stringify(HEADLESS_LOG)})
  const { lstatSync } = fs
  fs.lstatSync = (path, options) => {
    const found = lstatSync(path, options)
    if (!path.endsWith('headless.log')) return found
    fs.unlinkSync(path)
    fs[how](folder + '/target', path)
    return found
  }
  syncBuiltinESMExports()
  try {
    openHeadlessLog(folder)
    console.log('opened')
  } catch (thrown) {
    console.log(thrown.message)
  }
`

for (const [how, message] of [
  ['symlinkSync', (path: string) => START_MESSAGES.noLog(path, 'a link is in its place, ELOOP')],
  ['linkSync', START_MESSAGES.logNotOwn],
] as const) {
  test(`S46: a link that replaces the log after the check changes no other file: ${how}`, ({
    folder,
  }) => {
    test.skip(process.platform === 'win32', 'links need rights on Windows')
    writeFileSync(join(folder, 'headless.log'), '')
    writeFileSync(join(folder, 'target'), 'kept')
    const argument = JSON.stringify([folder, how])
    const { stdout } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', OPEN_REPLACED, argument],
      { encoding: 'utf8' },
    )
    expect(stdout).toBe(`${message(join(folder, 'headless.log'))}\n`)
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('kept')
  })
}
