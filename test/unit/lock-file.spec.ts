// The lock file on its own: what may be in its place, and that writing it overwrites nothing.

import { spawnSync } from 'node:child_process'
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import {
  claim,
  readLock,
  rewriteLock,
  writeFresh,
  type LockContent,
} from '../../main/storage/lock-file.js'

const test = base.extend<{ folder: string; path: string }>({
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'lock-'))
    await use(folder)
    rmSync(folder, { recursive: true })
  },
  path: ({ folder }, use) => use(join(folder, 'lock')),
})

const CONTENT: LockContent = {
  version: 1,
  id: '0123456789ab',
  host: 'here',
  machine: 'm',
  boot: 'b',
  pidNamespace: 'p',
  pid: 42,
  start: '1',
  refreshedAt: '2026-11-22T00:00:00.000Z',
  released: false,
}
const OTHER = { ...CONTENT, id: 'ba9876543210' }

test('S36: only its owner can read a lock, whatever the umask', ({ path }) => {
  const before = process.umask(0)
  writeFresh(path, CONTENT)
  process.umask(before)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readLock(path)).toMatchObject({ id: CONTENT.id, content: CONTENT, isFile: true })
})

test('S39: a new lock overwrites nothing, and is not written through a link', ({
  folder,
  path,
}) => {
  const kept = join(folder, 'kept')
  writeFileSync(kept, 'kept')
  writeFileSync(path, 'kept')
  expect(() => writeFresh(path, CONTENT)).toThrow('EEXIST')
  rmSync(path)
  symlinkSync(kept, path)
  expect(() => writeFresh(path, CONTENT)).toThrow('EEXIST')
  expect(readFileSync(kept, 'utf8')).toBe('kept')
})

test('S46: a lock behind a link is ignored, for reading and for writing', ({ folder, path }) => {
  const kept = join(folder, 'kept')
  writeFresh(kept, CONTENT)
  symlinkSync(kept, path)
  expect(readLock(path)).toMatchObject({ content: null, isFile: false })
  expect(rewriteLock(path, { ...CONTENT, released: true }, false)).toBe('lost')
  expect(readLock(kept)?.content?.released).toBe(false)
})

test('S46: a pipe or a folder in the lock’s place is ignored without waiting', ({ path }) => {
  test.skip(process.platform === 'win32', 'Windows has no pipes in folders')
  spawnSync('mkfifo', [path])
  expect(readLock(path)).toMatchObject({ content: null, isFile: false })
  expect(rewriteLock(path, CONTENT, false)).toBe('lost')
  rmSync(path)
  mkdirSync(path)
  expect(readLock(path)).toMatchObject({ content: null, isFile: false })
  expect(rewriteLock(path, CONTENT, false)).toBe('lost')
  rmSync(path, { recursive: true })
})

const BUILT = new URL('../../dist/modules/main/storage/lock-file.js', import.meta.url).href

/** Reads a lock and prints what was found, and whether a file was opened. */
const READ_LOCK = `
  import { execFileSync } from 'node:child_process'
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  const { readLock } = await import(${JSON.stringify(BUILT)})
  const [path, isReplaced] = JSON.parse(process.argv[1])
  const { lstatSync, openSync } = fs
  let opened = false
  fs.lstatSync = (...args) => {
    const stats = lstatSync(...args)
    if (isReplaced) {
      fs.unlinkSync(path)
      execFileSync('mkfifo', [path])
    }
    return stats
  }
  fs.openSync = (...args) => {
    opened = true
    return openSync(...args)
  }
  syncBuiltinESMExports()
  console.log(JSON.stringify({ content: readLock(path).content, opened }))
`

function readLockApart(path: string, isReplaced: boolean): string {
  const argument = JSON.stringify([path, isReplaced])
  const { stdout } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', READ_LOCK, argument],
    { encoding: 'utf8', timeout: 50_000 },
  )
  return stdout.trim()
}

test('S46: a pipe that replaces the lock after the check is ignored without waiting', ({
  path,
}) => {
  test.skip(process.platform === 'win32', 'Windows has no pipes in folders')
  writeFresh(path, CONTENT)
  expect(readLockApart(path, true)).toBe('{"content":null,"opened":true}')
})

// Opening a pipe releases a program that waits to write to it. Opening a device can have any effect.
test('S46: a pipe in the lock’s place is not even opened', ({ path }) => {
  test.skip(process.platform === 'win32', 'Windows has no pipes in folders')
  spawnSync('mkfifo', [path])
  expect(readLockApart(path, false)).toBe('{"content":null,"opened":false}')
})

test('S39: only this program’s own lock is rewritten', ({ path }) => {
  expect(rewriteLock(path, CONTENT, false)).toBe('missing')
  writeFresh(path, OTHER)
  expect(rewriteLock(path, CONTENT, false)).toBe('lost')
  expect(rewriteLock(path, CONTENT, true)).toBe('lost')
  expect(readLock(path)?.content).toEqual(OTHER)
  // An empty lock is this program's own only if the disk was full.
  writeFileSync(path, '')
  expect(rewriteLock(path, CONTENT, false)).toBe('lost')
  expect(readFileSync(path, 'utf8')).toBe('')
  expect(rewriteLock(path, CONTENT, true)).toBe('rewritten')
  expect(readLock(path)?.content).toEqual(CONTENT)
})

test('S39: a name can be claimed once, and our own existing link is not a failure', ({
  folder,
  path,
}) => {
  const [own, other] = [join(folder, 'own'), join(folder, 'other')]
  writeFresh(own, CONTENT)
  writeFresh(other, OTHER)
  expect(claim(own, path, CONTENT)).toBe(true)
  expect(claim(other, path, OTHER)).toBe(false)
  expect(readLock(path)?.content).toEqual(CONTENT)
  // Network drives report an existing link that they have just made.
  expect(claim(own, path, CONTENT)).toBe(true)
  rmSync(own)
  expect(claim(own, join(folder, 'next'), CONTENT)).toBe(false)
})

for (const [what, text] of [
  ['an ID that is a path', JSON.stringify({ ...CONTENT, id: '../../../etc' })],
  ['an ID of another length', JSON.stringify({ ...CONTENT, id: '0123456789abc' })],
  ['no ID', JSON.stringify({ ...CONTENT, id: undefined })],
  ['another version', JSON.stringify({ ...CONTENT, version: 2 })],
  ['a text that is cut off', JSON.stringify(CONTENT).slice(0, -2)],
  ['nothing', ''],
] as const) {
  test(`S46: a lock with ${what} counts as damaged, and its successor’s name comes from other facts`, ({
    path,
  }) => {
    writeFileSync(path, text)
    const found = readLock(path)!
    expect(found.content).toBeNull()
    expect(found.id).toMatch(/^x[\d-]+$/)
  })
}

test('a hard link in the lock’s place is a lock like any other', ({ folder, path }) => {
  const elsewhere = join(folder, 'elsewhere')
  writeFresh(elsewhere, CONTENT)
  linkSync(elsewhere, path)
  expect(readLock(path)?.content).toEqual(CONTENT)
})
