// Only one program holds the lock of a data directory. Real programs compete, and some are killed.

import { expect, test as base } from '@playwright/test'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { lstatSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { askLockSocket, listLockSockets } from '../../main/storage/lock-socket.js'
import { LOCK_MESSAGES } from '../../main/storage/storage-messages.js'
import { DirectoryInUse } from '../../main/storage/directory-in-use.js'
import { lockDirectory, type DirectoryLock } from '../../main/storage/directory-lock.js'

// Reads directories, one per line, tries to lock each, and prints the result.
const BUILT = new URL('../../dist/modules/main/storage/directory-lock.js', import.meta.url).href
const PROGRAM = `
  import { createInterface } from 'node:readline'
  import { lockDirectory } from ${JSON.stringify(BUILT)}
  process.umask(0)
  console.log('ready')
  createInterface({ input: process.stdin }).on('line', async (directory) => {
    try {
      const ownership = await lockDirectory(directory)
      ownership.announce('http://127.0.0.1:5323')
      console.log('taken')
    } catch (thrown) {
      console.log(thrown.name)
    }
  })
`

// One of these makes the path too long for a socket.
const longNames = ['a'.repeat(150), 'b'.repeat(150)]

type Program = { child: ChildProcess; take: (directory: string) => Promise<string> }

const test = base.extend<{
  directory: string
  /** Starts a program with additional environment variables. */
  start: (env?: Record<string, string>) => Promise<Program>
  /** Locks a directory in this process until the test ends. */
  own: (directory: string) => Promise<DirectoryLock>
}>({
  // eslint-disable-next-line no-empty-pattern
  directory: async ({}, use) => {
    const directory = await mkdtemp(join(tmpdir(), 'own-')) // Its mode is 0700.
    await use(directory)
    await rm(directory, { recursive: true })
  },
  // eslint-disable-next-line no-empty-pattern
  start: async ({}, use) => {
    const children: ChildProcess[] = []
    await use(async (env) => {
      const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
        stdio: ['pipe', 'pipe', 'inherit'],
        env: { ...process.env, ...env },
      })
      children.push(child)
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
      const read = async (): Promise<string> => String((await lines.next()).value)
      expect(await read()).toBe('ready')
      return {
        child,
        take(directory) {
          child.stdin.write(`${directory}\n`)
          return read()
        },
      }
    })
    await Promise.all(children.map(kill))
  },
  // eslint-disable-next-line no-empty-pattern
  own: async ({}, use) => {
    const owned: DirectoryLock[] = []
    await use(async (directory) => {
      const directoryLock = await lockDirectory(directory)
      owned.push(directoryLock)
      return directoryLock
    })
    await Promise.all(owned.map((directoryLock) => directoryLock.release()))
  },
})

test('S39: locking a locked directory fails, and the error names the holder’s process and address', async ({
  directory,
  start,
}) => {
  const { child, take } = await start()
  expect(await take(directory)).toBe('taken')
  const refusal = await catchError(directory)
  expect(refusal).toBeInstanceOf(DirectoryInUse)
  expect(refusal.message).toBe(
    LOCK_MESSAGES.inUse(directory, LOCK_MESSAGES.ownerAt(child.pid!, 'http://127.0.0.1:5323')),
  )
})

test('a holder that has no address yet is named by its process only', async ({
  directory,
  own,
}) => {
  await own(directory)
  expect((await catchError(directory)).message).toContain(`${directory} (PID ${process.pid}).`)
})

test('a directory can be locked again after its release', async ({ directory, own }) => {
  const first = await lockDirectory(directory)
  await first.release()
  await own(directory)
  await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUse)
})

test('each directory has its own lock', async ({ directory, own }) => {
  for (const name of ['one', 'other', ...longNames]) {
    await mkdir(join(directory, name))
    await own(join(directory, name))
  }
})

test('S39: a directory whose holder was killed can be locked at once, and is then locked', async ({
  directory,
  start,
  own,
}) => {
  const { child, take } = await start()
  expect(await take(directory)).toBe('taken')
  await kill(child)
  await own(directory)
  await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUse)
})

test('S39: if several programs take over at the same moment, exactly one gets the lock', async ({
  directory,
  start,
}) => {
  const rounds = Array.from({ length: 50 }, (_, round) => join(directory, String(round)))
  const { child, take } = await start()
  for (const round of rounds) {
    await mkdir(round)
    expect(await take(round)).toBe('taken')
  }
  await kill(child)

  const programs = await Promise.all(Array.from({ length: 6 }, () => start()))
  const winners: number[] = []
  for (const round of rounds) {
    const results = await Promise.all(programs.map((program) => program.take(round)))
    expect(results.filter((result) => !['taken', 'DirectoryInUse'].includes(result))).toEqual([])
    winners.push(results.filter((result) => result === 'taken').length)
  }
  expect(winners).toEqual(rounds.map(() => 1))
})

test('S39: a suspended holder keeps its lock', async ({ directory, start }) => {
  const { child, take } = await start()
  expect(await take(directory)).toBe('taken')
  child.kill('SIGSTOP')
  expect((await catchError(directory)).message).toContain(`${directory}. Use that one`)
})

test('S39: a holder with more callers than it can answer keeps its lock', async ({
  directory,
  start,
}) => {
  const { child, take } = await start()
  expect(await take(directory)).toBe('taken')
  child.kill('SIGSTOP')
  const path = onlySocketIn(directory)
  const asking = Array.from({ length: 600 }, () => connect(path))
  await Promise.all(asking.map(settled))
  expect(await askLockSocket(path)).toEqual({ kind: 'there', answer: null })

  await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUse)
  for (const socket of asking) socket.destroy()
})

test('a directory whose path is too long for a socket is locked too, until its holder is killed', async ({
  directory,
  start,
  own,
}) => {
  const long = join(directory, longNames[0]!)
  await mkdir(long)
  const { child, take } = await start()
  expect(await take(long)).toBe('taken')
  expect(await catchError(long)).toBeInstanceOf(DirectoryInUse)
  await kill(child)
  await own(long)
})

for (const [length, name] of [
  ['short', 'real'],
  ['long', longNames[0]!],
] as const) {
  test(`S39: a directory with a ${length} path and a link to it share one lock`, async ({
    directory,
    own,
  }) => {
    const real = join(directory, name)
    const link = join(directory, 'link')
    await mkdir(real)
    await symlink(real, link)
    await own(real)
    await expect(lockDirectory(link)).rejects.toThrow(DirectoryInUse)
  })

  test(`other users can’t reach the socket of a directory with a ${length} path`, async ({
    directory,
    start,
  }) => {
    test.skip(process.platform === 'win32', 'named pipes have no mode')
    const taken = join(directory, name)
    await mkdir(taken, { mode: 0o700 })
    const { take } = await start({ TMPDIR: directory }) // It sets no umask.
    expect(await take(taken)).toBe('taken')

    const [path, ...others] = listLockSockets(await realpath(taken))
    expect(others).toEqual([])
    const [socket, folder] = [await stat(path!), await stat(dirname(path!))]
    // Connecting requires write access to the socket and search access to its folder.
    expect((folder.mode & 0o011) !== 0 && (socket.mode & 0o022) !== 0).toBe(false)
  })
}

test('S39: taking over a directory removes all files of earlier locks', async ({
  directory,
  start,
  own,
}) => {
  const { child, take } = await start()
  expect(await take(directory)).toBe('taken')
  await kill(child)
  await writeFile(join(directory, 'lock.0123456789ab.tmp'), '')
  await writeFile(join(directory, 'settings.json'), '{}')
  const left = onlySocketIn(directory)
  await own(directory)
  const socket = onlySocketIn(directory)
  expect(socket).not.toBe(left)
  expect(readdirSync(directory).toSorted()).toEqual(['lock', basename(socket), 'settings.json'])
})

test('a failed attempt to lock a directory leaves it unchanged', async ({ directory, own }) => {
  await own(directory)
  const before = readdirSync(directory)
  await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUse)
  expect(readdirSync(directory)).toEqual(before)
})

test('a program that stays connected does not delay the release', async ({ directory }) => {
  const directoryLock = await lockDirectory(directory)
  const staying = connect({ path: onlySocketIn(directory), allowHalfOpen: true })
  await once(staying.resume(), 'end')
  await directoryLock.release()
  staying.destroy()
})

test('a holder’s answer can’t break the line or control the terminal', async ({
  directory,
  start,
}) => {
  const { child, take } = await start()
  expect(await take(directory)).toBe('taken')
  const path = onlySocketIn(directory)
  await kill(child)
  await rm(path)
  const impostor = createServer((socket) => {
    socket.end('{"pid":1,"url":"http://127.0.0.1\n\u001b[2J"}')
  })
  await once(impostor.listen(path), 'listening')

  const refusal = await catchError(directory)
  impostor.close()
  expect(refusal.message).toMatch(/^\P{C}+$/u)
})

async function catchError(directory: string): Promise<Error> {
  return lockDirectory(directory).then(
    () => Promise.reject(new Error('the directory was taken')),
    (thrown: Error) => thrown,
  )
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

/** Resolves once the system has reported whether the socket is connected. */
function settled(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('connect', resolve)
    socket.once('error', () => resolve())
  })
}

function socketsIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isSocket())
}

function onlySocketIn(directory: string): string {
  const sockets = socketsIn(directory)
  expect(sockets).toHaveLength(1)
  return sockets[0]!
}
