// Where the Unix socket of the service is opened, and what it may replace.

import { once } from 'node:events'
import { existsSync, lstatSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { SERVICE_MESSAGES, SOCKET_PROBLEMS } from '../../main/api/api-messages.js'
import {
  openServiceSocket,
  removeServiceSockets,
  type ServiceSocket,
} from '../../main/api/service-socket.js'
import { isPrivateFolder, socketPlaces } from '../../main/storage/lock-socket.js'

const test = base.extend<{
  directory: string
  /** The path in this user's own folder in /tmp. */
  shared: string
  open: () => Promise<ServiceSocket>
}>({
  // eslint-disable-next-line no-empty-pattern
  directory: async ({}, use) => {
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'socket-')))
    await use(directory)
    await rm(directory, { recursive: true })
  },
  shared: async ({ directory }, use) => {
    const place = socketPlaces(directory).at(-1)!
    isPrivateFolder(place.folder, true)
    const path = join(place.folder, `${place.prefix}api.sock`)
    await use(path)
    await rm(path, { recursive: true, force: true })
  },
  open: async ({ directory }, use) => {
    const servers: Server[] = []
    await use(async () => {
      const opened = await openServiceSocket(directory, createServer)
      if (opened.server) servers.push(opened.server)
      return opened
    })
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  },
})
test.skip(process.platform === 'win32', 'Windows has no Unix sockets')

test('a socket that another run listens on is not replaced', async ({
  directory,
  shared,
  open,
}) => {
  const path = join(directory, 'api.sock')
  // It hangs up, because one that says nothing is waited for.
  const other = createServer().on('connection', (socket) => socket.destroy())
  await once(other.listen(path), 'listening')
  const { ino } = lstatSync(path)
  expect((await open()).path).toBe(shared)
  expect(lstatSync(path).ino).toBe(ino)
  // Nor is the one in the other folder, so there is none.
  expect(await open()).toEqual({
    server: null,
    path: null,
    message: SERVICE_MESSAGES.noSocket(SOCKET_PROBLEMS.taken(shared)),
  })
  other.close()
})

test('a file or a link in the place of the socket stays', async ({ directory, shared, open }) => {
  const path = join(directory, 'api.sock')
  await writeFile(path, 'mine')
  expect((await open()).path).toBe(shared)
  expect(await readFile(path, 'utf8')).toBe('mine')
  removeServiceSockets(directory)
  expect(existsSync(path)).toBe(true)
  expect(existsSync(shared)).toBe(false)

  await rm(path)
  await symlink('/nowhere', path)
  expect((await open()).path).toBe(shared)
  expect(lstatSync(path).isSymbolicLink()).toBe(true)
})

test('a data directory that others can enter gets no socket', async ({
  directory,
  shared,
  open,
}) => {
  await chmod(directory, 0o711)
  const { path, message } = await open()
  expect([path, message]).toEqual([shared, null])
  expect(lstatSync(shared).mode & 0o777).toBe(0o600)
})

test('S47: a socket in a folder that others can enter is left alone', async ({ directory }) => {
  const folder = join(directory, 'theirs')
  await mkdir(folder)
  const other = createServer()
  await once(other.listen(join(folder, 'x.api.sock')), 'listening')
  for (const [mode, isLeft] of [
    [0o755, true],
    [0o700, false],
  ] as const) {
    await chmod(folder, mode)
    removeServiceSockets(directory, [{ folder, prefix: 'x.' }])
    expect(existsSync(join(folder, 'x.api.sock'))).toBe(isLeft)
  }
  other.close()
})

test('if no socket can be opened, a message says why', async ({ directory, shared, open }) => {
  await chmod(directory, 0o711)
  await writeFile(shared, '')
  expect(await open()).toEqual({
    server: null,
    path: null,
    message: SERVICE_MESSAGES.noSocket(SOCKET_PROBLEMS.taken(shared)),
  })
})
