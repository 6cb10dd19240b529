// The socket of a directory lock: it exists as long as its process, even a busy or suspended one.

import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { readErrno } from '../base/errno.js'

export type LockSocket = {
  /** Sets the answer for programs that connect. */
  tell(answer: LockAnswer): void
  close(): Promise<void>
}

export type LockAnswer = { id: string; pid: number; url: string | null; isOwner: boolean }

/** The result of asking a socket: no process listens, or one does. `answer`: null if unreadable. */
export type Asked = { kind: 'gone' | 'missing' } | { kind: 'there'; answer: LockAnswer | null }

export const ID_LENGTH = 12
const LOCK_SOCKETS: SocketNames = { beside: 'lock.s.', length: ID_LENGTH }

/** The longest socket path that every system accepts (macOS: 104 bytes with the final zero). */
const LONGEST_PATH = 100

/** A place for the sockets of a directory. A socket's name is the prefix, and the lock's ID or a name. */
export type SocketPlace = { folder: string; prefix: string }

/** How sockets are called: `beside` begins their names in the directory, and `length` is that of the rest. */
type SocketNames = { beside: string; length: number }

/**
 * Lists the places for a directory's sockets: beside the lock, and this user's own folder in /tmp if the
 * path is too long or the file system has no sockets. They depend on the directory alone, because the
 * environment differs under cron and sudo.
 */
export function socketPlaces(
  directory: string,
  { beside: besidePrefix, length }: SocketNames = LOCK_SOCKETS,
): readonly SocketPlace[] {
  const digest = createHash('sha256').update(directory).digest('hex').slice(0, 16)
  if (process.platform === 'win32') {
    return [{ folder: '\\\\.\\pipe', prefix: `latchkey-${digest}-` }]
  }
  const shared = { folder: `/tmp/latchkey-${process.geteuid?.()}`, prefix: `${digest}.` }
  const beside = { folder: directory, prefix: besidePrefix }
  const longest = join(directory, besidePrefix + 'x'.repeat(length))
  const isTooLong = Buffer.byteLength(longest) > LONGEST_PATH
  return isTooLong ? [shared] : [beside, shared]
}

/** Listens in the first place that works. Listens nowhere if none does. */
export async function openLockSocket(directory: string, id: string): Promise<LockSocket> {
  let answer: LockAnswer = { id, pid: process.pid, url: null, isOwner: false }
  let server: Server | null = null
  for (const place of socketPlaces(directory)) {
    if (place.folder !== directory && !isPrivateFolder(place.folder, true)) continue
    server = await listen(toSocketPath(place, id), () => JSON.stringify(answer))
    if (server !== null) break
  }
  return {
    tell: (told) => void (answer = told),
    close: () => new Promise((resolve) => (server ? server.close(() => resolve()) : resolve())),
  }
}

/** Asks the owner of the lock with this ID. */
export async function askLockOwner(directory: string, id: string): Promise<Asked> {
  for (const place of socketPlaces(directory)) {
    if (place.folder !== directory && !isPrivateFolder(place.folder, false)) continue
    const asked = await askLockSocket(toSocketPath(place, id))
    if (asked.kind !== 'missing') return asked
  }
  return { kind: 'missing' }
}

/** Lists the existing sockets, of whatever lock. */
export function listLockSockets(directory: string): readonly string[] {
  if (process.platform === 'win32') return []
  return socketPlaces(directory).flatMap(({ folder, prefix }) => {
    if (folder !== directory && !isPrivateFolder(folder, false)) return []
    return readdirSync(folder)
      .filter((name) => name.startsWith(prefix) && name.length === prefix.length + ID_LENGTH)
      .map((name) => join(folder, name))
  })
}

function toSocketPath({ folder, prefix }: SocketPlace, id: string): string {
  return join(folder, `${prefix}${id}`)
}

/**
 * True if only this user can enter a folder. `make`: creates the folder if it is missing. A folder that
 * another user has put there is not used, because that user could answer in the owner's place.
 */
export function isPrivateFolder(folder: string, make: boolean): boolean {
  if (process.platform === 'win32') return true
  try {
    if (make) mkdirSync(folder, { mode: 0o700 })
  } catch (thrown) {
    if (readErrno(thrown) !== 'EEXIST') return false
  }
  const found = lstatSync(folder, { throwIfNoEntry: false })
  if (found?.isDirectory() !== true) return false
  return found.uid === process.geteuid?.() && (found.mode & 0o077) === 0
}

/** Asks the process that listens on a lock's socket. Resolves within two seconds. */
export function askLockSocket(path: string): Promise<Asked> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(path)
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (text.length > LONGEST_ANSWER) socket.destroy()
    })
    socket.once('close', () => resolve({ kind: 'there', answer: parseAnswer(text) }))
    // Any other error means that a process listens. EAGAIN: too many programs ask at once.
    socket.once('error', (error) => {
      const errno = readErrno(error)
      if (errno === 'ECONNREFUSED') resolve({ kind: 'gone' })
      if (['ENOENT', 'ENOTSOCK', 'EACCES', 'ENOTDIR'].includes(errno)) resolve({ kind: 'missing' })
    })
    // A process listens but is too busy to answer.
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy())
  })
}

const ANSWER_TIMEOUT_MS = 2_000
const LONGEST_ANSWER = 1_000

function parseAnswer(text: string): LockAnswer | null {
  const found =
    /^\{"id":"([0-9a-f]+)","pid":(\d+),"url":(?:"(http:[!#-~]+)"|null),"isOwner":(true|false)\}$/.exec(
      text,
    )
  if (!found) return null
  const [, id, pid, url, isOwner] = found
  return { id: id!, pid: Number(pid), url: url ?? null, isOwner: isOwner === 'true' }
}

/** Null if the file system has no sockets, or the folder can't be written to. */
function listen(path: string, answer: () => string): Promise<Server | null> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.write(answer())
    socket.destroySoon()
  })
  return new Promise((resolve) => {
    server.once('error', () => resolve(null))
    server.listen(path, () => resolve(server))
  })
}
