// Finding out whether a program owns a selection on an X display, with a real server and with broken ones.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { test } from '@playwright/test'
import { expect } from '../support/expect.js'
import { askForOwner, cookieFor, isSelectionOwned } from '../../main/autostart/x11-selection.js'
import { findProgram } from '../support/program-path.js'

const TRAY = '_NET_SYSTEM_TRAY_S0'
const COOKIE = Buffer.from('0123456789abcdef0123456789abcdef', 'hex')

let folder: string
test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-'))
})
test.afterEach(() => rm(folder, { recursive: true, force: true }))

test.describe('on a real X server', () => {
  test('the tray’s selection is owned from the moment a program takes it until the program ends', async () => {
    const xvfb = findProgram('Xvfb')
    test.skip(xvfb === null, 'Xvfb is not installed')
    const cookies = await writeCookies([entry('', COOKIE)])
    const server = await startServer(xvfb!, ['-auth', cookies])
    try {
      const env = { DISPLAY: `:${server.display}`, XAUTHORITY: cookies }
      expect(await isSelectionOwned(TRAY, env, folder)).toBe(false)
      const manager = await takeSelection(`/tmp/.X11-unix/X${server.display}`, TRAY)
      expect(await isSelectionOwned(TRAY, env, folder)).toBe(true)
      expect(await isSelectionOwned('_NET_SYSTEM_TRAY_S7', env, folder)).toBe(false)
      manager.destroy()
      await expect.poll(() => isSelectionOwned(TRAY, env, folder)).toBe(false)

      const wrong = await writeCookies([entry('', Buffer.alloc(16))])
      expect(await isSelectionOwned(TRAY, { ...env, XAUTHORITY: wrong }, folder)).toBeNull()
    } finally {
      await server.end()
    }
  })
})

for (const display of [undefined, '', 'elsewhere.example:0', 'localhost:10.0', ':x', ':0.0.0']) {
  test(`DISPLAY ${String(display)} can’t be asked`, async () => {
    expect(await isSelectionOwned(TRAY, { DISPLAY: display }, folder)).toBeNull()
  })
}

const SETUP = Buffer.from([1, 0, 11, 0, 0, 0, 0, 0])
const reply = (value: number): Buffer => {
  const bytes = Buffer.alloc(32)
  bytes[0] = 1
  bytes.writeUInt32LE(value, 8)
  return bytes
}
for (const [what, answers, owned] of [
  ['with an owned selection', [SETUP, reply(300), reply(7)], true],
  ['without an owner', [SETUP, reply(300), reply(0)], false],
  ['that does not know the selection’s name', [SETUP, reply(0)], false],
  ['that rejects Latchkey', [Buffer.from([0, 3, 11, 0, 0, 0, 1, 0, 110, 111, 33, 0])], null],
  ['that answers with an error', [SETUP, Buffer.alloc(32)], null],
  ['that ends in the middle', [SETUP, Buffer.alloc(3)], null],
  ['that says nothing', [], null],
] as const) {
  test(`a server ${what}`, async () => {
    const socketPath = join(folder, 'X')
    const left = [...answers]
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      socket.on('data', () => {
        const next = left.shift()
        if (next) socket.write(next)
        if (left.length === 0 && owned === null) socket.end()
      })
    })
    server.listen(socketPath)
    await once(server, 'listening')
    try {
      expect(await askForOwner(socketPath, Buffer.alloc(0), TRAY)).toBe(owned)
    } finally {
      server.close()
    }
  })
}

test('a cookie is used for its display, or for all', async () => {
  const other = Buffer.alloc(16, 1)
  const path = await writeCookies([entry('1', other), entry('0', COOKIE)])
  expect(cookieFor('0', path)).toEqual(COOKIE)
  expect(cookieFor('1', path)).toEqual(other)
  expect(cookieFor('2', path)).toEqual(Buffer.alloc(0))
  expect(cookieFor('0', await writeCookies([entry('', COOKIE)]))).toEqual(COOKIE)
  expect(cookieFor('0', join(folder, 'nowhere'))).toEqual(Buffer.alloc(0))
})

test('an incomplete cookie file gives no cookie', async () => {
  const whole = entry('0', COOKIE)
  for (let length = 0; length < 20; length += 1) {
    expect(cookieFor('0', await writeCookies([whole.subarray(0, length)]))).toHaveLength(0)
  }
})

/** Makes an entry of an Xauthority file for this computer. */
function entry(display: string, cookie: Buffer): Buffer {
  const fields = [
    Buffer.from('here'),
    Buffer.from(display),
    Buffer.from('MIT-MAGIC-COOKIE-1'),
    cookie,
  ]
  const counted = fields.flatMap((field) => [Buffer.from([0, field.length]), field])
  return Buffer.concat([Buffer.from([1, 0]), ...counted])
}

let files = 0
async function writeCookies(entries: readonly Buffer[]): Promise<string> {
  files += 1
  const path = join(folder, `cookies-${files}`)
  await writeFile(path, Buffer.concat(entries))
  return path
}

async function startServer(
  program: string,
  args: readonly string[],
): Promise<{ display: string; end(): Promise<void> }> {
  const server: ChildProcess = spawn(
    program,
    // Without -noreset, the server resets when its last client leaves, and rejects clients meanwhile.
    ['-displayfd', '3', '-screen', '0', '64x64x24', '-nolisten', 'tcp', '-noreset', ...args],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  )
  const ended = once(server, 'exit')
  const lines = createInterface(server.stdio[3] as Readable)
  const [display] = (await once(lines, 'line')) as [string]
  return {
    display,
    async end() {
      server.kill()
      await ended
    },
  }
}

/** Reads the server's whole answer to the connection setup, which may come in several pieces. */
async function readSetup(socket: Socket): Promise<Buffer> {
  let bytes = Buffer.alloc(0)
  while (bytes.length < 8 || bytes.length < 8 + bytes.readUInt16LE(6) * 4) {
    const [piece] = (await once(socket, 'data')) as [Buffer]
    bytes = Buffer.concat([bytes, piece])
  }
  return bytes
}

/** Takes a selection like the desktop's tray, until the connection ends. */
async function takeSelection(socketPath: string, name: string): Promise<Socket> {
  const socket = connect(socketPath)
  const setup = Buffer.alloc(12 + 20 + 16)
  setup.write('l')
  setup.writeUInt16LE(11, 2)
  setup.writeUInt16LE(18, 6)
  setup.writeUInt16LE(16, 8)
  setup.write('MIT-MAGIC-COOKIE-1', 12)
  COOKIE.copy(setup, 32)
  socket.write(setup)
  const hello = await readSetup(socket)
  const window = hello.readUInt32LE(12) + 1
  const vendor = Math.ceil(hello.readUInt16LE(24) / 4) * 4
  const root = hello.readUInt32LE(40 + vendor + hello[29]! * 8)

  const intern = Buffer.alloc(8 + Math.ceil(name.length / 4) * 4)
  intern[0] = 16
  intern.writeUInt16LE(intern.length / 4, 2)
  intern.writeUInt16LE(name.length, 4)
  intern.write(name, 8)
  const create = Buffer.alloc(32)
  create[0] = 1
  create.writeUInt16LE(8, 2)
  create.writeUInt32LE(window, 4)
  create.writeUInt32LE(root, 8)
  create.writeUInt16LE(1, 16)
  create.writeUInt16LE(1, 18)
  socket.write(Buffer.concat([create, intern]))
  const [named] = (await once(socket, 'data')) as [Buffer]

  const take = Buffer.alloc(16)
  take[0] = 22
  take.writeUInt16LE(4, 2)
  take.writeUInt32LE(window, 4)
  take.writeUInt32LE(named.readUInt32LE(8), 8)
  const ask = Buffer.alloc(8)
  ask[0] = 23
  ask.writeUInt16LE(2, 2)
  ask.writeUInt32LE(named.readUInt32LE(8), 4)
  socket.write(Buffer.concat([take, ask]))
  await once(socket, 'data')
  return socket
}
