// Owners of homes and data directories: other users, root in another user's home, and no home at all.

import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { DIRECTORY_MESSAGES } from '../../main/storage/storage-messages.js'
import { follow, type Followed } from '../driver/process.js'
import { defaultPlaces } from '../support/leftovers.js'
import { HEADLESS, SCRIPTED } from '../support/program.js'

const PERSON = 1234
const asPerson = ['setpriv', `--reuid=${PERSON}`, `--regid=${PERSON}`, '--clear-groups']

type Options = { env?: Record<string, string>; through?: readonly string[] }

const test = base.extend<{
  /** A home directory. If the tests run as root, it belongs to another user. */
  home: string
  start: (flags: readonly string[], options?: Options) => Followed & { child: ChildProcess }
}>({
  // eslint-disable-next-line no-empty-pattern
  home: async ({}, use) => {
    const home = await mkdtemp(join(tmpdir(), 'home-'))
    if (process.getuid?.() === 0) await chown(home, PERSON, PERSON)
    await use(home)
    await rm(home, { recursive: true })
  },
  // eslint-disable-next-line no-empty-pattern
  start: async ({}, use) => {
    const started: (Followed & { child: ChildProcess })[] = []
    await use((flags, { env = {}, through = [] } = {}) => {
      const command = [...through, process.execPath, HEADLESS, ...SCRIPTED, ...flags]
      const { PATH } = process.env
      const child = spawn(command[0]!, command.slice(1), { env: { PATH, ...env } })
      const program = { child, ...follow(child) }
      started.push(program)
      return program
    })
    for (const { child, ended } of started) {
      child.kill('SIGKILL')
      await ended
    }
  },
})

async function quit({ child, ended }: { child: ChildProcess; ended: Followed['ended'] }) {
  child.stdin!.write('quit\n')
  return ended
}

test.describe('if root and other users can be told apart', () => {
  test.skip(process.getuid?.() !== 0, 'only root can start programs as another user')

  test('S47: root in another user’s home is rejected with code 2, and leaves nothing there', async ({
    home,
    start,
  }) => {
    const { code, stderr } = await start([], { env: { HOME: home } }).ended
    expect(stderr).toBe(
      `latchkey: Latchkey was started as root, but the home directory ${home} belongs to another ` +
        `user (uid ${PERSON}). Start it as that user, or choose a directory that belongs to root ` +
        'with --data-dir.\n',
    )
    expect(code).toBe(2)
    expect(await readdir(home)).toEqual([])
  })

  test('S47: root does not create a directory in another user’s folder, even if it is named', async ({
    home,
    start,
  }) => {
    const { code, stderr } = await start(['--data-dir', join(home, 'a', 'b')]).ended
    expect(stderr).toContain(DIRECTORY_MESSAGES.startedAsRootInFolder(home, PERSON))
    expect(code).toBe(2)
    expect(await readdir(home)).toEqual([])
  })

  test('S47: root with a directory of its own starts in any home', async ({ home, start }) => {
    const own = await mkdtemp(join(tmpdir(), 'own-'))
    const { code } = await quit(start(['--data-dir', own], { env: { HOME: home } }))
    expect(code).toBe(0)
    await rm(own, { recursive: true })
  })

  test('a directory that root has made in a home is rejected, and named with its owner', async ({
    home,
    start,
  }) => {
    const directory = join(home, '.config', 'latchkey')
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await chown(join(home, '.config'), PERSON, PERSON)
    const { code, stderr } = await start([], { env: { HOME: home }, through: asPerson }).ended
    expect(stderr).toBe(
      `latchkey: ${DIRECTORY_MESSAGES.ownedByOther(directory, 0)} ` +
        `${DIRECTORY_MESSAGES.chooseAnother}\n`,
    )
    expect(code).toBe(2)
  })

  test('files that root has left in a user’s directory do not block that user', async ({
    home,
    start,
  }) => {
    const directory = join(home, '.config', 'latchkey')
    const env = { HOME: home, XDG_CONFIG_HOME: join(home, '.config') }
    // As an earlier version of Latchkey did when it was started with sudo and killed.
    await mkdir(directory, { recursive: true, mode: 0o700 })
    for (const name of ['lock', 'latchkey.log', 'service.json', 'session.json']) {
      await writeFile(join(directory, name), '', { mode: 0o600 })
    }
    for (const path of [join(home, '.config'), directory]) await chown(path, PERSON, PERSON)
    const { code, stderr } = await quit(start([], { env, through: asPerson }))
    expect(code).toBe(0)
    expect(stderr).toContain('belonged to another user (uid 0), so it was ignored')
  })

  test('S47: a directory of another user is rejected with code 2', async ({ home, start }) => {
    const directory = join(home, 'theirs')
    await mkdir(directory, { mode: 0o777 })
    await chmod(directory, 0o777)
    await chown(directory, 4321, 4321)
    const { code, stderr } = await start(['--data-dir', directory], { through: asPerson }).ended
    expect(stderr).toContain("belongs to another user (uid 4321), so Latchkey doesn't use it")
    expect(code).toBe(2)
    expect(await readdir(directory)).toEqual([])
  })
})

test('S47: a directory that others may enter is closed to them, and the output says so', async ({
  start,
}) => {
  test.skip(process.platform === 'win32', 'Windows keeps rights elsewhere')
  const directory = await mkdtemp(join(tmpdir(), 'open-'))
  await chmod(directory, 0o775)
  const { code, stderr } = await quit(start(['--data-dir', directory]))
  expect(code).toBe(0)
  expect((await stat(directory)).mode & 0o777).toBe(0o700)
  expect(stderr).toContain('was open to other users (mode 775). It is now closed to them.')
  await rm(directory, { recursive: true })
})

for (const [what, mode, names] of [
  ['that serves another purpose', 0o755, ['letters.txt']],
  ['that everyone may write to', 0o1777, []],
] as const) {
  test(`S47: a directory ${what} is not closed, but rejected`, async ({ start }) => {
    test.skip(process.platform === 'win32', 'Windows keeps rights elsewhere')
    const directory = await mkdtemp(join(tmpdir(), 'shared-'))
    for (const name of names) await writeFile(join(directory, name), '')
    await chmod(directory, mode)
    const { code, stderr } = await start(['--data-dir', directory]).ended
    expect(code).toBe(2)
    expect(stderr).toContain('Choose a directory that only Latchkey uses with --data-dir.')
    expect((await stat(directory)).mode & 0o7777).toBe(mode)
    expect(await readdir(directory)).toEqual(names)
    await rm(directory, { recursive: true })
  })
}

test.describe('without a home', () => {
  test.skip(process.getuid?.() !== 0, 'only root can start programs as a user without an entry')
  // No user has this ID, so the system knows no home either.
  const asNobody = ['setpriv', '--reuid=2000000123', '--regid=2000000123', '--clear-groups']
  const SAID =
    'latchkey: The system reports no home directory for this user. Set HOME, or choose a directory ' +
    'with --data-dir.\n'

  for (const command of [[], ['diagnose']]) {
    test(`${command[0] ?? 'a start'} says what to set, with code 2`, async ({ start }) => {
      const { code, stdout, stderr } = await start(command, { through: asNobody }).ended
      expect([code, stdout, stderr]).toEqual([2, '', SAID])
    })
  }

  test('a named data directory is enough, also for diagnose', async ({ start }) => {
    const directory = await mkdtemp(join(tmpdir(), 'own-'))
    await chown(directory, 2_000_000_123, 2_000_000_123)
    const flags = ['--data-dir', directory]
    expect(await quit(start(flags, { through: asNobody }))).toMatchObject({ code: 0, stderr: '' })
    const diagnosis = await start(['diagnose', ...flags], { through: asNobody }).ended
    expect(diagnosis.code).toBe(0)
    expect(JSON.parse(diagnosis.stdout)).toMatchObject({ version: expect.any(String) })
    await rm(directory, { recursive: true })
  })

  test('a place for settings in the environment is enough, too', async ({ start }) => {
    const directory = await mkdtemp(join(tmpdir(), 'own-'))
    await chown(directory, 2_000_000_123, 2_000_000_123)
    const env = { XDG_CONFIG_HOME: directory }
    const { code } = await quit(start([], { through: asNobody, env }))
    expect(code).toBe(0)
    expect(await readdir(directory)).toEqual(['latchkey'])
    await rm(directory, { recursive: true })
  })
})

test('an empty HOME counts as missing: the system’s list of users has the home', async ({
  start,
}) => {
  test.skip(process.platform === 'win32', 'Windows goes by other variables')
  const places = defaultPlaces(userInfo().homedir).filter((path) => !existsSync(path))
  const { code, stdout } = await start(['diagnose'], { env: { HOME: '' } }).ended
  // The report is saved in this user's real home.
  for (const place of places) await rm(place, { recursive: true, force: true })
  expect(code).toBe(0)
  const { settings } = JSON.parse(stdout) as { settings: { name: string; value: string }[] }
  const { value } = settings.find(({ name }) => name === 'dataDir')!
  expect(value).toMatch(/^(~|\/)/)
})
