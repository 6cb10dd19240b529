// The sockets of directory locks: which folders are used, and what a listening process can answer.

import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import {
  askLockOwner,
  askLockSocket,
  isPrivateFolder,
  socketPlaces,
} from '../../main/storage/lock-socket.js'

const test = base.extend<{
  folder: string
  /** Listens on a socket until the test ends. */
  listen: (path: string, answer: (socket: Socket) => void) => Promise<void>
}>({
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'socket-'))
    await use(folder)
    rmSync(folder, { recursive: true })
  },
  // eslint-disable-next-line no-empty-pattern
  listen: async ({}, use) => {
    const closes: (() => void)[] = []
    await use(async (path, answer) => {
      const sockets = new Set<Socket>()
      const server = createServer((socket) => {
        sockets.add(socket.on('error', () => undefined))
        answer(socket)
      })
      closes.push(() => {
        server.close()
        for (const socket of sockets) socket.destroy()
      })
      await once(server.listen(path), 'listening')
    })
    for (const close of closes) close()
  },
})

test.skip(process.platform === 'win32', 'named pipes are in no folder')

const ANSWER = { id: '0123456789ab', pid: 42, url: 'http://127.0.0.1:5323', isOwner: true }

test('a folder that is created is closed to other users, whatever the umask', ({ folder }) => {
  const path = join(folder, 'private')
  expect(isPrivateFolder(path, false)).toBe(false)
  const before = process.umask(0)
  expect(isPrivateFolder(path, true)).toBe(true)
  process.umask(before)
  expect(statSync(path).mode & 0o777).toBe(0o700)
  expect(isPrivateFolder(path, false)).toBe(true)
})

for (const mode of [0o701, 0o710, 0o740, 0o755]) {
  test(`S47: a folder with mode ${mode.toString(8)} is not used`, ({ folder }) => {
    chmodSync(folder, mode)
    expect(isPrivateFolder(folder, true)).toBe(false)
  })
}

test('S47: a link or a file in the place of the folder is not used', ({ folder }) => {
  const [target, link, file] = ['target', 'link', 'file'].map((name) => join(folder, name))
  mkdirSync(target!, { mode: 0o700 })
  symlinkSync(target!, link!)
  writeFileSync(file!, '', { mode: 0o600 })
  expect(isPrivateFolder(link!, true)).toBe(false)
  expect(isPrivateFolder(file!, true)).toBe(false)
})

test("S47: a socket in another user's folder is not asked", async ({ folder, listen }) => {
  const real = process.geteuid!
  process.geteuid = () => 2_000_000_000 + process.pid
  const directory = join(folder, 'a'.repeat(150))
  const [place] = socketPlaces(directory)
  mkdirSync(place!.folder, { mode: 0o700 })
  try {
    await listen(join(place!.folder, place!.prefix + ANSWER.id), (socket) =>
      socket.end(JSON.stringify(ANSWER)),
    )
    expect(await askLockOwner(directory, ANSWER.id)).toEqual({ kind: 'missing' })
    process.geteuid = real
    // Only the folder's owner keeps the socket from being asked.
    expect(await askLockSocket(join(place!.folder, place!.prefix + ANSWER.id))).toEqual({
      kind: 'there',
      answer: ANSWER,
    })
  } finally {
    process.geteuid = real
    rmSync(place!.folder, { recursive: true })
  }
})

test('a missing socket is told apart from one whose process has ended', async ({ folder }) => {
  expect(await askLockSocket(join(folder, 'missing'))).toEqual({ kind: 'missing' })
})

for (const [what, answer] of [
  ['an escape sequence', { ...ANSWER, url: 'http://127.0.0.1/\u001b[2J' }],
  ['a space', { ...ANSWER, url: 'http://127.0.0.1/ and more' }],
  ['another scheme', { ...ANSWER, url: 'file:///etc/passwd' }],
] as const) {
  test(`S48: an answer whose address has ${what} is ignored`, async ({ folder, listen }) => {
    const path = join(folder, 'socket')
    const raw = JSON.stringify(answer).replaceAll('\\u001b', '\u001b')
    await listen(path, (socket) => socket.end(raw))
    expect(await askLockSocket(path)).toEqual({ kind: 'there', answer: null })
  })
}

test('an answer without end is cut off', async ({ folder, listen }) => {
  const path = join(folder, 'socket')
  await listen(path, (socket) => {
    const talking = setInterval(() => socket.write('-'.repeat(200)), 20)
    socket.once('close', () => clearInterval(talking))
  })
  expect(await askLockSocket(path)).toEqual({ kind: 'there', answer: null })
})

test('a process that says nothing is waited for two seconds', async ({ folder, listen }) => {
  const path = join(folder, 'socket')
  await listen(path, () => undefined)
  expect(await askLockSocket(path)).toEqual({ kind: 'there', answer: null })
})
