// A file is replaced completely or not at all, even on a full disk or if the program is killed.

import { execFile } from 'node:child_process'
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { removeLeftovers, replaceFile } from '../../main/storage/atomic-file.js'
import { faultEnv, type DiskFault } from '../support/disk-faults.js'
import { unprivileged } from '../support/unprivileged.js'

const BUILT = new URL('../../dist/modules/main/storage/atomic-file.js', import.meta.url).href
// Replaces the given file with that many letters, and prints `done` or the error's code.
const PROGRAM = `
  import { replaceFile } from ${JSON.stringify(BUILT)}
  const [path, length] = process.argv.slice(1)
  try {
    replaceFile(path, 'n'.repeat(length))
    console.log('done')
  } catch (thrown) {
    console.log(thrown.code)
  }
`
const LONG = 8_192

const test = base.extend<{
  folder: string
  path: string
  faulty: (at: number, how: DiskFault['how']) => DiskFault
}>({
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'replace-'))
    await use(folder)
    await rm(folder, { recursive: true })
  },
  path: async ({ folder }, use) => {
    await mkdir(join(folder, 'kept'))
    await use(join(folder, 'kept', 'file.json'))
  },
  faulty: ({ folder, path }, use) =>
    use((at, how) => ({ path, at, how, journal: join(folder, 'journal') })),
})

const NEW = 'n'.repeat(LONG)

/** Replaces the file in a separate program. Returns its output, or the signal that ended it. */
function replaceIn(
  path: string,
  { through = [], env = {} }: { through?: readonly string[]; env?: Record<string, string> },
): Promise<string> {
  const [command, ...args] = [
    ...through,
    process.execPath,
    '--input-type=module',
    '--eval',
    PROGRAM,
    path,
    String(LONG),
  ]
  return new Promise((resolve, reject) => {
    execFile(command, args, { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      if (error?.signal) resolve(error.signal)
      else if (error) reject(new Error(stderr, { cause: error }))
      else resolve(stdout.trim())
    })
  })
}

test('a file is created, and replaced by a longer and by a shorter one', async ({ path }) => {
  for (const content of ['one', 'a longer one', 'two', '']) {
    replaceFile(path, content)
    expect(await readFile(path, 'utf8')).toBe(content)
  }
  expect(await readdir(join(path, '..'))).toEqual(['file.json'])
})

test('S36: only the owner can read the file, whatever the umask and the previous mode', async ({
  path,
}) => {
  await writeFile(path, 'old', { mode: 0o644 })
  const umask = process.umask(0)
  try {
    replaceFile(path, 'new')
    replaceFile(`${path}5`, 'new')
  } finally {
    process.umask(umask)
  }
  for (const file of [path, `${path}5`]) expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test('S36: the old file is never changed, so a program that has it open can read it to its end', async ({
  path,
}) => {
  await writeFile(path, 'old')
  await link(path, `${path}-as-it-was`)
  replaceFile(path, 'new')
  expect(await readFile(`${path}-as-it-was`, 'utf8')).toBe('old')
})

test('S36: a link in the file’s place is replaced, and its target stays unchanged', async ({
  folder,
  path,
}) => {
  await writeFile(join(folder, 'target'), 'old')
  await symlink(join(folder, 'target'), path)
  replaceFile(path, 'new')
  expect((await lstat(path)).isFile()).toBe(true)
  expect(await readFile(join(folder, 'target'), 'utf8')).toBe('old')
})

test('a folder in the file’s place stays, and no other file is left', async ({ path }) => {
  await mkdir(path)
  expect(() => replaceFile(path, 'new')).toThrow('EISDIR')
  expect(await readdir(join(path, '..'))).toEqual(['file.json'])
})

test('if the disk is full, the old content stays complete', async ({ path }) => {
  test.skip(process.platform === 'win32', 'Windows has no limit to the size of files')
  await writeFile(path, 'old')
  // The unit is 512 bytes or 1 KiB, depending on the shell.
  const limited = ['sh', '-c', 'ulimit -f 2; exec "$@"', 'sh']
  expect(await replaceIn(path, { through: limited })).toBe('EFBIG')
  expect(await readFile(path, 'utf8')).toBe('old')
  expect(await readdir(join(path, '..'))).toEqual(['file.json'])

  expect(await replaceIn(path, {})).toBe('done')
  expect(await readFile(path, 'utf8')).toBe(NEW)
})

test('in a read-only folder, the old content stays complete', async ({ folder, path }) => {
  test.skip(process.platform === 'win32', 'Windows has no such permissions')
  await writeFile(path, 'old', { mode: 0o666 })
  await chmod(join(path, '..'), 0o555)
  await unprivileged(folder, async () => {
    expect(() => replaceFile(path, 'new')).toThrow('EACCES')
  })
  await chmod(join(path, '..'), 0o755)
  expect(await readFile(path, 'utf8')).toBe('old')
})

test('the content is completely on the disk before it replaces the old one', async ({
  path,
  faulty,
}) => {
  const fault = faulty(0, 'killed-before')
  expect(await replaceIn(path, { env: faultEnv(fault) })).toBe('done')
  expect((await readFile(fault.journal, 'utf8')).trim().split('\n')).toEqual([
    'openSync file',
    'writeFileSync file',
    'fsyncSync file',
    'closeSync file',
    'renameSync file',
    ...(process.platform === 'win32'
      ? []
      : ['openSync folder', 'fsyncSync folder', 'closeSync folder']),
  ])
})

for (const [at, call] of [
  [1, 'open'],
  [2, 'write'],
  [3, 'sync'],
  [4, 'close'],
  [5, 'rename'],
] as const) {
  test(`if ${call} fails, the old content stays complete, and the error is thrown`, async ({
    path,
    faulty,
  }) => {
    await writeFile(path, 'old')
    const env = faultEnv(faulty(at, { error: 'EIO' }))
    expect(await replaceIn(path, { env })).toBe('EIO')
    expect(await readFile(path, 'utf8')).toBe('old')
    expect(await readdir(join(path, '..'))).toEqual(['file.json'])
  })
}

for (const at of [6, 7, 8]) {
  test(`the new content counts even if the folder can’t be synced to the disk (call ${at})`, async ({
    path,
    faulty,
  }) => {
    test.skip(process.platform === 'win32', 'Windows opens no folders')
    await writeFile(path, 'old')
    const env = faultEnv(faulty(at, { error: 'EINVAL' }))
    expect(await replaceIn(path, { env })).toBe('done')
    expect(await readFile(path, 'utf8')).toBe(NEW)
  })
}

test('S37: a program killed halfway through leaves the old content and one leftover, which the next one deletes', async ({
  path,
  faulty,
}) => {
  await writeFile(path, 'old')
  expect(await replaceIn(path, { env: faultEnv(faulty(2, 'killed-within')) })).toBe('SIGKILL')
  expect(await readFile(path, 'utf8')).toBe('old')
  const leftover = (await readdir(join(path, '..'))).find((name) => name.endsWith('.tmp'))
  expect(await readFile(join(path, '..', leftover!), 'utf8')).toBe(NEW.slice(0, LONG / 2))

  removeLeftovers(path)
  expect(await readdir(join(path, '..'))).toEqual(['file.json'])
  expect(await readFile(path, 'utf8')).toBe('old')
})

test('other files and other files’ leftovers stay', async ({ path }) => {
  const uuid = '00000000-0000-4000-8000-000000000000'
  const others = [
    'file.json',
    `file.json.${uuid}`,
    `file.json.${uuid}.tmp.json`,
    `other.json.${uuid}.tmp`,
    'file.json.mine.tmp',
    'file.json.bak',
  ]
  for (const name of [...others, `file.json.${uuid}.tmp`]) {
    await writeFile(join(path, '..', name), '')
  }
  removeLeftovers(path)
  expect((await readdir(join(path, '..'))).toSorted()).toEqual(others.toSorted())
})
