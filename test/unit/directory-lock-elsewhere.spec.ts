// Locks of other computers, of earlier restarts, of other users, and of no program at all.

import { test as base } from '@playwright/test'
import { expect } from '../support/expect.js'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import {
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DirectoryInUse } from '../../main/storage/directory-in-use.js'
import { findOwner, lockDirectory, type DirectoryLock } from '../../main/storage/directory-lock.js'
import { LOCK_MESSAGES } from '../../main/storage/storage-messages.js'
import { thisComputer } from '../../main/storage/this-computer.js'

const HOUR_MS = 60 * 60_000
const BUILT = new URL('../../dist/modules/main/storage/directory-lock.js', import.meta.url).href
const PROGRAM = `
  import { lockDirectory } from ${JSON.stringify(BUILT)}
  process.stdin.resume()
  await lockDirectory(process.argv[1], JSON.parse(process.argv[2] ?? '{}')).then(
    ({ messages }) => console.log(['taken', ...messages].join(' ')),
    (thrown) => console.log(thrown.name + ' ' + thrown.message),
  )
`

const test = base.extend<{
  directory: string
  /** Writes the lock of another program, with the fields that differ from this computer's. */
  leave: (changes?: object, modifiedAtMs?: number) => Promise<void>
  own: (options?: Parameters<typeof lockDirectory>[1]) => Promise<DirectoryLock>
  /** Starts a program through a command. Returns its first line and its process. */
  run: (through?: readonly string[], directory?: string) => Promise<[string, ChildProcess]>
}>({
  // eslint-disable-next-line no-empty-pattern
  directory: async ({}, use) => {
    const directory = await mkdtemp(join(tmpdir(), 'own-'))
    await use(directory)
    await rm(directory, { recursive: true })
  },
  leave: ({ directory }, use) =>
    use(async (changes = {}, modifiedAtMs = Date.now()) => {
      const path = join(directory, 'lock')
      const content = {
        version: 1,
        id: '0123456789ab',
        ...thisComputer(),
        pid: 2 ** 22 + 1,
        start: '1',
        refreshedAt: '2026-11-22T00:00:00.000Z',
        released: false,
        ...changes,
      }
      await writeFile(path, JSON.stringify(content), { mode: 0o600 })
      await utimes(path, modifiedAtMs / 1000, modifiedAtMs / 1000)
    }),
  own: async ({ directory }, use) => {
    const owned: DirectoryLock[] = []
    await use(async (options) => {
      const directoryLock = await lockDirectory(directory, options)
      owned.push(directoryLock)
      return directoryLock
    })
    await Promise.all(owned.map((directoryLock) => directoryLock.release()))
  },
  run: async ({ directory }, use) => {
    const children: ChildProcess[] = []
    await use(async (through = [], where = directory) => {
      const args = ['--input-type=module', '--eval', PROGRAM, where]
      const command = [...through, process.execPath, ...args]
      const child = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] })
      children.push(child)
      const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
      return [line, child]
    })
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
  },
})

const ELSEWHERE = { host: 'other-laptop', machine: 'other', boot: 'other' }

test('S39: another computer’s lock is respected if it was refreshed within the last hour', async ({
  own,
  leave,
  directory,
}) => {
  await leave(ELSEWHERE, Date.now() - HOUR_MS + 60_000)
  await expect(own()).rejects.toThrow(DirectoryInUse)
  await expect(own()).rejects.toThrow(LOCK_MESSAGES.runsElsewhere(directory, 'other-laptop'))
  expect(await findOwner(directory)).toBe(' (on other-laptop)')
})

test('S39: the user can take over the directory from another computer', async ({
  own,
  leave,
  directory,
}) => {
  await leave(ELSEWHERE)
  const { messages } = await own({ takeOver: true })
  expect(messages).toEqual([LOCK_MESSAGES.takingOver(directory, 'other-laptop')])
})

test('S39: the directory of a program that runs on this computer can’t be taken over', async ({
  own,
}) => {
  await own()
  await expect(own({ takeOver: true })).rejects.toThrow(DirectoryInUse)
})

test('the user is asked if another computer’s lock was not refreshed for an hour', async ({
  own,
  leave,
}) => {
  await leave(ELSEWHERE, Date.now() - HOUR_MS - 60_000)
  const asked: string[] = []
  const answer = (stillRuns: boolean) => (host: string) => {
    asked.push(host)
    return Promise.resolve(stillRuns)
  }
  await expect(own({ askWhetherRunning: answer(true) })).rejects.toThrow(DirectoryInUse)
  await own({ askWhetherRunning: answer(false) })
  expect(asked).toEqual(['other-laptop', 'other-laptop'])
})

test('if nobody can be asked, the directory is taken over, with a message', async ({
  own,
  leave,
  directory,
}) => {
  await leave(ELSEWHERE, Date.now() - HOUR_MS - 60_000)
  expect((await own()).messages).toEqual([LOCK_MESSAGES.tookOverStale(directory, 'other-laptop')])
})

test('a lock with a future time, caused by a wrong clock, does not count forever', async ({
  own,
  leave,
}) => {
  await leave(ELSEWHERE, Date.now() + 365 * 24 * HOUR_MS)
  await own()
})

test('a lock that another computer released is free', async ({ own, leave }) => {
  await leave({ ...ELSEWHERE, released: true })
  expect((await own()).messages).toEqual([])
})

test('a host name cannot break the line or reach the terminal', async ({ own, leave }) => {
  await leave({ ...ELSEWHERE, host: `a\n\u001b[2J${'b'.repeat(500)}` })
  const refused = await own().catch((thrown: Error) => thrown)
  expect((refused as Error).message).toMatch(/^\P{C}{1,600}$/u)
})

test('a lock from before this computer’s last restart is free', async ({ own, leave }) => {
  test.skip(process.platform !== 'linux' || thisComputer().machine === '', 'no machine ID here')
  await leave({ boot: 'an earlier one', pid: process.pid })
  await own()
})

test('a clone of this machine with another name counts as another computer', async ({
  own,
  leave,
}) => {
  await leave({ boot: 'its own', host: 'clone-2' })
  await expect(own()).rejects.toThrow('runs on clone-2')
})

test('S39: a lock is free if its process ID belongs to another program now', async ({
  own,
  leave,
}) => {
  test.skip(!existsSync('/proc/self/stat'), 'the system does not report when a process started')
  await leave({ pid: process.pid, start: '1' })
  await own()
})

test('a lock is free if its process is a zombie', async ({ own, leave }) => {
  test.skip(!existsSync('/proc/self/stat'), 'the system does not report zombies')
  // The shell starts the process, and then becomes a program that never waits for it.
  const script = 'exec 3<&0; (read line <&3) & echo $!; exec sleep 600'
  const parent = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [pid] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
  await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8')).toBe('sleep\n')
  parent.stdin.end('end\n')
  await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0]).toBe('Z')
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  await leave({ pid: Number(pid), start: stat.split(') ')[1]!.split(' ')[19] })
  await own()
  parent.kill('SIGKILL')
})

test('S39: a holder keeps its lock if a cleanup of /tmp removes its socket', async ({
  run,
  own,
  directory,
}) => {
  const [line] = await run()
  expect(line).toBe('taken')
  const names = await readdir(directory)
  for (const name of names.filter((each) => each.startsWith('lock.s.'))) {
    await rm(join(directory, name))
  }
  await expect(own()).rejects.toThrow(DirectoryInUse)
})

test('S46: something else in the place of the lock file causes neither a hang nor an error', async ({
  own,
  directory,
}) => {
  const path = join(directory, 'lock')
  for (const make of [
    () => spawnSync('mkfifo', [path]),
    () => symlink('/dev/zero', path),
    () => symlink('lock', path),
    () => writeFile(path, '\0'.repeat(10_000)),
    () => writeFile(path, ''),
    () => writeFile(path, '{"version":1,"id":"0123456789ab","host":'),
  ]) {
    await rm(path, { force: true })
    await make()
    // For ten seconds, an empty or incomplete file might still be written.
    if ((await lstat(path)).isFile()) await utimes(path, 1, 1)
    const directoryLock = await lockDirectory(directory)
    expect(directoryLock.messages).toEqual([LOCK_MESSAGES.damaged(path)])
    expect((await lstat(path)).isFile()).toBe(true)
    await directoryLock.release()
  }
  await rm(path)
  await own()
})

test('directories that are named like old locks cause no hang, whatever their number', async ({
  own,
  directory,
}) => {
  for (const name of ['owner.9999999', 'lock.9999999', `lock.${'9'.repeat(30)}`, 'lock.x']) {
    await mkdir(join(directory, name))
  }
  await own()
})

test('S39: the search ends if locks follow each other in a circle', async ({
  leave,
  directory,
}) => {
  await leave()
  // The lock is its own successor.
  await link(join(directory, 'lock'), join(directory, 'lock.0123456789ab'))
  const { stdout } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', PROGRAM, directory],
    { encoding: 'utf8', input: '', timeout: 50_000 },
  )
  expect(stdout).toContain(LOCK_MESSAGES.severalStarting)
})

test('S47: another user’s lock does not count, and a message says so', async ({
  own,
  directory,
}) => {
  test.skip(process.getuid?.() !== 0, 'only root can make files of another user')
  const path = join(directory, 'lock')
  await writeFile(path, 'whatever', { mode: 0o600 })
  await chown(path, 1234, 1234)
  expect((await own()).messages).toEqual([LOCK_MESSAGES.ofAnotherUser(path, 1234)])
})

test('S47: a lock left behind by root does not block the directory’s owner', async ({
  directory,
  run,
}) => {
  test.skip(process.getuid?.() !== 0, 'only root can start programs as another user')
  const [byRoot, root] = await run()
  expect(byRoot).toBe('taken')
  root.kill('SIGKILL')
  await once(root, 'exit')
  await chown(directory, 1234, 1234)
  const [line] = await run(['setpriv', '--reuid=1234', '--regid=1234', '--clear-groups'])
  expect(line).toContain('taken The lock')
  expect(line).toContain('belonged to another user (uid 0)')
})

test('S47: another user’s folder in /tmp is not used for sockets', async ({ run, directory }) => {
  test.skip(process.getuid?.() !== 0, 'only root can start programs as another user')
  const uid = 2_000_000_000 + process.pid
  const squatted = `/tmp/latchkey-${uid}`
  const long = join(directory, 'a'.repeat(150))
  await mkdir(squatted, { mode: 0o700 })
  await chmod(directory, 0o755)
  await mkdir(long)
  await chown(long, uid, uid)
  // File modes stop neither this user nor root, so only the folder's owner counts.
  const capable = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override']
  const as = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', ...capable]
  expect((await run(as, long))[0]).toBe('taken')
  expect(await readdir(squatted)).toEqual([])
  // Nothing listens, and the lock still has one holder.
  expect((await run(as, long))[0]).toMatch(/^DirectoryInUse /)
  await rm(squatted, { recursive: true })
})

test.describe('on computers made with namespaces', () => {
  /** Another computer: its own host name, machine ID, boot ID and processes. */
  const otherComputer = (name: string, files: string): string[] => [
    'unshare',
    '--uts',
    '--mount',
    '--pid',
    '--fork',
    '--mount-proc',
    '--kill-child',
    'sh',
    '-c',
    `hostname ${name}; mount --bind ${files}/machine-id /etc/machine-id && ` +
      `mount --bind ${files}/boot_id /proc/sys/kernel/random/boot_id && exec "$@"`,
    'sh',
  ]
  /** Another container on this computer: the same kernel, and a host name of its own. */
  const otherContainer = (name: string): string[] => [
    'unshare',
    '--uts',
    '--pid',
    '--fork',
    '--mount-proc',
    '--kill-child',
    'sh',
    '-c',
    `hostname ${name}; exec "$@"`,
    'sh',
  ]
  const canUnshare =
    spawnSync('unshare', ['--uts', '--mount', '--pid', '--fork', '--mount-proc', 'true']).status ===
    0

  test.skip(!canUnshare, "namespaces can't be made here")

  test('S39: the second computer on one directory is told about the first', async ({
    run,
    directory,
  }) => {
    const files = await mkdtemp(join(tmpdir(), 'computer-'))
    await writeFile(join(files, 'machine-id'), 'c'.repeat(32))
    await writeFile(join(files, 'boot_id'), '11111111-2222-3333-4444-555555555555')
    const [first] = await run(otherComputer('other-laptop', files))
    expect(first).toBe('taken')
    const [second] = await run()
    expect(second).toContain('Latchkey is running on other-laptop with the data directory')
    expect(await findOwner(directory)).toBe(' (on other-laptop)')
    await rm(files, { recursive: true })
  })

  test('S39: a lock of a container with another host name counts until the container is killed', async ({
    run,
    own,
  }) => {
    const [first, container] = await run(otherContainer('run-1'))
    expect(first).toBe('taken')
    await expect(own()).rejects.toThrow(LOCK_MESSAGES.inUse('', '').split(' directory')[0])
    expect((await run(otherContainer('run-2')))[0]).toMatch(
      /^DirectoryInUse Latchkey is already running/,
    )
    container.kill('SIGKILL')
    await once(container, 'exit')
    expect((await run(otherContainer('run-3')))[0]).toBe('taken')
  })
})

test('a holder notices a takeover at the next refresh, and leaves the new lock alone', async ({
  own,
  leave,
  directory,
}) => {
  const first = await own()
  expect(first.refresh()).toBe(true)
  // Another computer would do the same: replace our lock with its own.
  await leave(ELSEWHERE)
  const lock = readFileSync(join(directory, 'lock'), 'utf8')
  expect(first.refresh()).toBe(false)
  await first.release()
  expect(readFileSync(join(directory, 'lock'), 'utf8')).toBe(lock)
})

test('a removed lock is written again, unless another lock has replaced it', async ({
  own,
  directory,
}) => {
  const first = await own()
  await rm(join(directory, 'lock'))
  expect(first.refresh()).toBe(true)
  await expect(own()).rejects.toThrow(DirectoryInUse)
  await rename(join(directory, 'lock'), join(directory, 'kept'))
})

test('the lock names this computer without revealing its machine ID', async ({
  own,
  directory,
}) => {
  await own()
  const text = readFileSync(join(directory, 'lock'), 'utf8')
  expect(JSON.parse(text)).toMatchObject({ host: hostname(), pid: process.pid, released: false })
  expect((await lstat(join(directory, 'lock'))).mode & 0o777).toBe(0o600)
  const path = '/etc/machine-id'
  const machineId = existsSync(path) ? readFileSync(path, 'utf8').trim() : ''
  // The file is empty in some containers.
  if (machineId !== '') expect(text).not.toContain(machineId)
})
