// Files that somebody has exchanged for something else: none is waited for, none is read without end.

import { expect, test as base } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errnoOf } from '../../main/base/errno.js'
import { readRegularFile, type ReadOptions } from '../../main/storage/regular-file.js'

const test = base.extend<{ path: string }>({
  // eslint-disable-next-line no-empty-pattern
  path: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'regular-'))
    await use(join(folder, 'file'))
    rmSync(folder, { recursive: true })
  },
})

function codeOf(path: string, options: ReadOptions): string {
  try {
    readRegularFile(path, options)
    return 'read'
  } catch (thrown) {
    return errnoOf(thrown)
  }
}

test('a file is read whole, up to its bound', ({ path }) => {
  writeFileSync(path, 'äöü')
  expect(readRegularFile(path, { mostBytes: 6 }).toString()).toBe('äöü')
  expect(codeOf(path, { mostBytes: 5 })).toBe('EFILETOOLARGE')
  writeFileSync(path, '')
  expect(readRegularFile(path, { mostBytes: 6 })).toHaveLength(0)
})

test('S46: a pipe without a writer is refused, and not waited for', ({ path }) => {
  test.skip(process.platform === 'win32', 'Windows has no such files')
  execFileSync('mkfifo', [path])
  expect(codeOf(path, { mostBytes: 6 })).toBe('ENOTREGULAR')
  symlinkSync(path, `${path}.link`)
  expect(codeOf(`${path}.link`, { mostBytes: 6, allowLinks: true })).toBe('ENOTREGULAR')
})

test('S46: a device and a folder are refused', ({ path }) => {
  test.skip(process.platform === 'win32', 'Windows has no such files')
  expect(codeOf('/dev/zero', { mostBytes: 6 })).toBe('ENOTREGULAR')
  mkdirSync(path)
  expect(codeOf(path, { mostBytes: 6 })).toBe('EISDIR')
})

test('S46: a link is followed only where one may be', ({ path }) => {
  test.skip(process.platform === 'win32', 'links take rights there')
  writeFileSync(path, 'text')
  symlinkSync(path, `${path}.link`)
  expect(codeOf(`${path}.link`, { mostBytes: 6 })).toBe('ELOOP')
  expect(codeOf(`${path}.link`, { mostBytes: 6, allowLinks: true })).toBe('read')
})

test('S46: a file of the kernel that has no size of its own is bounded too', () => {
  test.skip(process.platform !== 'linux', 'only Linux has such files')
  expect(codeOf('/proc/self/maps', { mostBytes: 64 })).toBe('EFILETOOLARGE')
})
