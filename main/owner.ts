// One program per data directory: two owners of one rotating refresh token would end its session.

import { createHash, randomUUID } from 'node:crypto'
import { renameSync, rmSync, statSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Ownership = {
  /** Tells later comers where this program serves. */
  announce(url: string): void
  release(): Promise<void>
}

/** The directory has an owner. The message says which and where, in one line. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse'
}

/**
 * Takes a data directory, or fails with {@link DirectoryInUse}. The mark is a socket that the owner
 * listens on, so the system itself ends the ownership with the process, however that ends.
 *
 * 1. Listen on the directory's socket: who can is the owner.
 * 2. Who cannot asks the one who does; an answer means that the directory is in use.
 * 3. Nobody there: the owner was killed and left the file behind. It is moved away by name, and only
 *    if it is still the same file, for another program may be doing this at the same moment.
 */
export async function takeOwnership(directory: string): Promise<Ownership> {
  const path = socketPath(directory)
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    let url: string | null = null
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      socket.end(JSON.stringify({ pid: process.pid, url }))
    })
    if (await listen(server, path)) {
      return {
        announce: (announced) => void (url = announced),
        release: () => new Promise((resolve) => void server.close(() => resolve())),
      }
    }
    const left = inode(path)
    const owner = await ask(path)
    if (owner !== null) {
      throw new DirectoryInUse(
        `Latchkey already runs with the data directory ${directory}${owner}. ` +
          'Use that one, or give this one another with --data-dir.',
      )
    }
    removeLeftover(path, left)
  }
  throw new Error(`${path} is left over from another run and cannot be removed: remove it by hand.`)
}

const MOST_ATTEMPTS = 8

/** The longest path that every system takes for a socket (macOS: 104 bytes with the final zero). */
const LONGEST_SOCKET_PATH = 100

function socketPath(directory: string): string {
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 24)
  if (process.platform === 'win32') return `\\\\.\\pipe\\latchkey-${name}`
  const path = join(directory, 'owner.sock')
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return path
  return join(tmpdir(), `latchkey-${process.getuid?.() ?? ''}-${name}.sock`)
}

function listen(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else reject(error)
    })
    server.listen(path, () => resolve(true))
  })
}

/** What the owner says of itself, as the end of a sentence; null where nobody listens. */
function ask(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(path)
    socket.once('connect', () => {
      socket.setEncoding('utf8').on('data', (chunk: string) => void (answer += chunk))
      socket.once('close', () => resolve(whereabouts(answer)))
    })
    socket.once('error', () => resolve(null))
    // Somebody is there, though too busy to say who.
    socket.setTimeout(2_000, () => {
      resolve('')
      socket.destroy()
    })
  })
}

function whereabouts(answer: string): string {
  const found = /^\{"pid":(\d+),"url":(?:"(http:[^"]+)"|null)\}$/.exec(answer)
  if (!found) return ''
  const [, pid, url] = found
  return url === undefined ? ` (process ${pid})` : ` (process ${pid}, at ${url})`
}

function inode(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null
}

function removeLeftover(path: string, left: number | null): void {
  const aside = `${path}.${randomUUID()}`
  try {
    renameSync(path, aside)
  } catch {
    return // Somebody else was quicker; listening again will tell.
  }
  if (inode(aside) === left) rmSync(aside, { force: true })
  else renameSync(aside, path)
}
