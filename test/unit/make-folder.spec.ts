import { expect, test } from '@playwright/test'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeFolder } from '../../main/storage/make-folder.js'

test('a folder and its parents are created once, only for their owner', async () => {
  const top = await mkdtemp(join(tmpdir(), 'latchkey-'))
  const path = join(top, 'one', 'two', 'three')
  makeFolder(path)
  makeFolder(path)
  for (const made of [path, join(top, 'one', 'two'), join(top, 'one')]) {
    const found = await stat(made)
    expect([found.isDirectory(), found.mode & 0o777]).toEqual([true, 0o700])
  }
  await writeFile(join(top, 'file'), '')
  expect(() => makeFolder(join(top, 'file'))).toThrow('EEXIST')
  expect(() => makeFolder(join(top, 'file', 'below'))).toThrow('ENOTDIR')
  await rm(top, { recursive: true })
})

test('if a folder can’t be created, an error is thrown at once', () => {
  test.skip(process.platform !== 'linux', '/proc is Linux')
  expect(() => makeFolder('/proc/latchkey/one')).toThrow('ENOENT')
})
