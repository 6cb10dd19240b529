// Special files in the place of regular ones: reading them neither waits nor goes on without end.

import { expect, test as base } from '@playwright/test'
import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readErrno } from '../../main/base/errno.js'
import { readRegularFile, type ReadOptions } from '../../main/storage/regular-file.js'

const test = base.extend<{ path: string }>({
  // eslint-disable-next-line no-empty-pattern
  path: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'regular-'))
    await use(join(folder, 'file'))
    rmSync(folder, { recursive: true })
  },
})

function findCode(path: string, options: ReadOptions): string {
  try {
    readRegularFile(path, options)
    return 'read'
  } catch (thrown) {
    return readErrno(thrown)
  }
}

test('a file is read completely, up to a limit', ({ path }) => {
  writeFileSync(path, 'äöü')
  expect(readRegularFile(path, { mostBytes: 6 }).toString()).toBe('äöü')
  expect(findCode(path, { mostBytes: 5 })).toBe('EFILETOOLARGE')
  writeFileSync(path, '')
  expect(readRegularFile(path, { mostBytes: 6 })).toHaveLength(0)
})

test('S46: a pipe without a writer is rejected without waiting', ({ path }) => {
  test.skip(process.platform === 'win32', 'Windows has no such files')
  execFileSync('mkfifo', [path])
  expect(findCode(path, { mostBytes: 6 })).toBe('ENOTREGULAR')
  symlinkSync(path, `${path}.link`)
  expect(findCode(`${path}.link`, { mostBytes: 6, allowLinks: true })).toBe('ENOTREGULAR')
})

test('S46: a device and a folder are rejected', ({ path }) => {
  test.skip(process.platform === 'win32', 'Windows has no such files')
  expect(findCode('/dev/zero', { mostBytes: 6 })).toBe('ENOTREGULAR')
  mkdirSync(path)
  expect(findCode(path, { mostBytes: 6 })).toBe('EISDIR')
})

// Opening a socket's file fails with ENXIO, so this code shows that nothing was opened.
test('S46: a file that is not regular is not even opened', async ({ path }) => {
  test.skip(process.platform === 'win32', 'Windows has no such files')
  const server = createServer().listen(path)
  await once(server, 'listening')
  expect(findCode(path, { mostBytes: 6 })).toBe('ENOTREGULAR')
  server.close()
})

const BUILT = new URL('../../dist/modules/main/storage/regular-file.js', import.meta.url).href

/** Reads a file that is replaced by a pipe between the check and the opening. Prints the error's code. */
const READ_REPLACED_FILE = `
  import { execFileSync } from 'node:child_process'
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  const { readRegularFile } = await import(${JSON.stringify(BUILT)})
  const path = process.argv[1]
  const { statSync } = fs
  fs.statSync = (...args) => {
    const stats = statSync(...args)
    fs.unlinkSync(path)
    execFileSync('mkfifo', [path])
    return stats
  }
  syncBuiltinESMExports()
  try {
    readRegularFile(path, { mostBytes: 6 })
    console.log('read')
  } catch ({ code }) {
    console.log(code)
  }
`

test('S46: a pipe that replaces the file after the check is rejected, without waiting', ({
  path,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no such files')
  writeFileSync(path, 'text')
  const { stdout } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', READ_REPLACED_FILE, path],
    { encoding: 'utf8', timeout: 50_000 },
  )
  expect(stdout).toBe('ENOTREGULAR\n')
})

test('S46: a link is followed only if the caller allows it', ({ path }) => {
  test.skip(process.platform === 'win32', 'links take rights there')
  writeFileSync(path, 'text')
  symlinkSync(path, `${path}.link`)
  expect(findCode(`${path}.link`, { mostBytes: 6 })).toBe('ELOOP')
  expect(findCode(`${path}.link`, { mostBytes: 6, allowLinks: true })).toBe('read')
})

test('S46: the limit also holds for a kernel file that reports no size', () => {
  test.skip(process.platform !== 'linux', 'only Linux has such files')
  expect(findCode('/proc/self/maps', { mostBytes: 64 })).toBe('EFILETOOLARGE')
})
