// Real programs that connect to a server of the test, for tests of who calls.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from '@playwright/test'
import type { Caller } from '../../main/net/caller.js'
import { createCallers, type Callers } from '../../main/net/callers.js'
import { createProcessScanner } from '../../main/net/process-scanner.js'
import { owners } from './owners.js'

export { expect } from './expect.js'

export type Connected = { socket: Socket; child: ChildProcess; pid: number }

export type Desk = {
  /** A folder of the test, by its real path. */
  folder: string
  port: number
  /** All connections so far. */
  sockets: readonly Socket[]
  callers: Callers
  /** Lets time pass for `callers`. */
  pass(ms: number): void
  /** The searches so far: which sockets, and which processes were looked at first. */
  searches: { inodes: readonly string[]; known: readonly number[] }[]
  /** Starts a program that connects, and waits for its connection. `{port}` in its arguments is the port. */
  connect(
    command: string,
    args: readonly string[],
    options?: { env?: Record<string, string>; cwd?: string; input?: string },
  ): Promise<Connected>
  /** Starts a program that connects, and finds the caller. */
  find(...started: Parameters<Desk['connect']>): Promise<Caller>
  /** Waits for a line that a connected program sends. */
  line(connected: Connected): Promise<string>
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What a Node script does to connect, and to stay connected. */
export const NODE_CLIENT = `
const socket = require('node:net').connect(Number(process.env.PORT), '127.0.0.1')
socket.on('close', () => process.exit())
`

/** The same in Perl, as arguments. */
export const PERL_CLIENT = [
  '-MIO::Socket::INET',
  '-e',
  'my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$ENV{PORT}"); $socket->getline',
]

export const test = base.extend<{ desk: Desk }>({
  // eslint-disable-next-line no-empty-pattern
  desk: async ({}, use) => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'latchkey-callers-')))
    const sockets: Socket[] = []
    const children: ChildProcess[] = []
    const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    // Generous, for a busy machine.
    const scanner = createProcessScanner({ timeLimitMs: 10_000 })
    const searches: Desk['searches'] = []
    let passedMs = 0
    const callers = createCallers({
      owners,
      scanner: {
        ...scanner,
        scan(inodes, known) {
          searches.push({ inodes, known })
          return scanner.scan(inodes, known)
        },
      },
      now: () => passedMs,
    })
    const { port } = server.address() as AddressInfo
    const start = createStart(server, port, children)
    await use({
      folder,
      port,
      sockets,
      callers,
      pass(ms) {
        passedMs += ms
      },
      searches,
      connect: start,
      find: async (...started) => callers.find((await start(...started)).socket),
      line: async ({ socket }) => String((await once(socket, 'data'))[0]).trim(),
    })
    callers.close()
    for (const child of children) child.kill('SIGKILL')
    for (const socket of sockets) socket.destroy()
    server.close()
    await rm(folder, { recursive: true })
  },
})

function createStart(server: Server, port: number, children: ChildProcess[]): Desk['connect'] {
  return async (command, args, { env = {}, cwd = '/', input } = {}) => {
    const connected = once(server, 'connection')
    const child = spawn(command, args, {
      cwd,
      env: { PATH, PORT: String(port), ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'inherit'],
    })
    children.push(child)
    child.stdin?.end(input)
    const ended = once(child, 'exit').then(() => {
      throw new Error(`${command} ended without a connection`)
    })
    const [socket] = (await Promise.race([connected, ended])) as [Socket]
    ended.catch(() => undefined)
    return { socket, child, pid: child.pid! }
  }
}
