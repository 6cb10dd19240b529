// Reads and parses the kernel's table of TCP sockets (Linux). No other file does.

import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { endianness } from 'node:os'
import { readErrno } from '../base/errno.js'

/** One end of a connection, from its owner's row. */
export type Row = {
  /** The user ID of the owner. */
  uid: number
  /** `0`: the owner has closed the socket. */
  inode: string
}

/** A connection as seen from this end. */
export type Connection = {
  remoteAddress: string
  remotePort: number
  localAddress: string
  localPort: number
}

export type TcpTable = {
  /**
   * Finds the rows of the other ends of some connections in one reading. Null for an end that has no
   * row. Throws if the table can't be read; nothing is known about the connections then.
   */
  findPeers(connections: readonly Connection[]): readonly (Row | null)[]
  /** The same, but other work gets its turn about every millisecond. One call at a time. */
  findPeersAsync(connections: readonly Connection[]): Promise<readonly (Row | null)[]>
  close(): void
}

type Family = 'tcp' | 'tcp6'
const FAMILIES: readonly Family[] = ['tcp', 'tcp6']

/**
 * Opens the table and keeps it open, so that it can be read even if an attacker uses up this process's
 * file descriptors. Null if the system has no such table, that is, if both families' files are missing
 * at the start. If a file exists but can't be opened, each reading tries again, and throws if that
 * fails.
 *
 * @see {@link https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html}
 */
export function openTcpTable(
  open: (family: Family) => number = (family) => openSync(`/proc/net/${family}`, 'r'),
): TcpTable | null {
  // A file keeps its place in the table, so each way of reading has files of its own.
  const blocking = createFiles(open)
  const inTurns = createFiles(open)
  const missing = FAMILIES.filter((family) => {
    try {
      return blocking.find(family) === null
    } catch {
      return false // Tried again when it is needed, and refused until then.
    }
  })
  if (missing.length === FAMILIES.length) return null
  for (const family of FAMILIES) {
    try {
      inTurns.find(family)
    } catch {
      // As above.
    }
  }
  return {
    findPeers: (connections) => readBlocking(findPeers(connections, blocking)),
    findPeersAsync: (connections) => readInTurns(findPeers(connections, inTurns)),
    close() {
      blocking.close()
      inTurns.close()
    },
  }
}

type Files = {
  /** Returns the descriptor of a family's table; null if there is no such table. Throws if it can't be opened. */
  find(family: Family): number | null
  close(): void
}

/** Opens each file once. If that fails, the next search tries again. */
function createFiles(open: (family: Family) => number): Files {
  const descriptors = new Map<Family, number | null>()
  return {
    find(family) {
      const known = descriptors.get(family)
      if (known !== undefined) return known
      const opened = openIfThere(() => open(family))
      descriptors.set(family, opened)
      return opened
    },
    close() {
      for (const descriptor of descriptors.values()) if (descriptor !== null) closeSync(descriptor)
      descriptors.clear()
    },
  }
}

/** What a search wants to read next. It is resumed with the number of bytes that were read. */
type Reading = { descriptor: number; chunk: Buffer; position: number }
type Search<Result> = Generator<Reading, Result, number>

function readBlocking<Result>(search: Search<Result>): Result {
  let step = search.next(0)
  while (step.done !== true) {
    const { descriptor, chunk, position } = step.value
    step = search.next(readSync(descriptor, chunk, 0, chunk.length, position))
  }
  return step.value
}

/**
 * How many pages of the table are read before other work gets its turn. A page takes about a tenth of a
 * millisecond. Another thread for each page would take three times as long.
 */
const PAGES_PER_TURN = 8

async function readInTurns<Result>(search: Search<Result>): Promise<Result> {
  let step = search.next(0)
  for (let pages = 1; step.done !== true; pages += 1) {
    const { descriptor, chunk, position } = step.value
    step = search.next(readSync(descriptor, chunk, 0, chunk.length, position))
    if (pages % PAGES_PER_TURN === 0) await nextTurn()
  }
  return step.value
}

/** Resolves after the events that wait now have been handled. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

function* findPeers(connections: readonly Connection[], files: Files): Search<Found> {
  const found = yield* findEach(connections, files)
  // The kernel writes its table page by page, so a row can be missed when other rows disappear.
  const missed = connections.filter((_connection, index) => found[index] === null)
  if (missed.length === 0) return found
  const again = (yield* findEach(missed, files)).values()
  return found.map((row) => row ?? again.next().value ?? null)
}

type Found = readonly (Row | null)[]

/** Finds a row for each connection. The second table is read only for what is not in the first. */
function* findEach(connections: readonly Connection[], files: Files): Search<Found> {
  let found: Found = connections.map(() => null)
  for (const family of FAMILIES) {
    const keys = connections.map((one, index) => (found[index] ? null : toKey(one, family)))
    const wanted = keys.filter((key) => key !== null)
    const descriptor = wanted.length === 0 ? null : files.find(family)
    if (descriptor === null) continue
    const rows = yield* findRows(descriptor, wanted)
    found = found.map((row, index) => row ?? rows.get(keys[index] ?? '') ?? null)
  }
  return found
}

function openIfThere<Opened>(open: () => Opened): Opened | null {
  try {
    return open()
  } catch (thrown) {
    if (readErrno(thrown) === 'ENOENT') return null
    throw thrown
  }
}

/**
 * Finds the inodes of all users' sockets that listen on a port. A family's table may be missing: the
 * kernel may run without IPv6.
 */
export function listeningInodes(
  port: number,
  read: (family: Family) => string = (family) => readFileSync(`/proc/net/${family}`, 'latin1'),
): readonly string[] {
  const suffix = `:${hexPort(port)}`
  return FAMILIES.flatMap((family) => openIfThere(() => read(family))?.split('\n') ?? [])
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => state === LISTENING && local.endsWith(suffix))
    .map((columns) => columns[9] ?? '')
}

const LISTENING = '0A'

/** Longer than a row, which has about 150 characters. */
const CHUNK_BYTES = 64 * 1024

/** Reads from the start of the table up to the last of the wanted rows. */
function* findRows(
  descriptor: number,
  wanted: readonly string[],
): Search<ReadonlyMap<string, Row>> {
  const rows = new Map<string, Row>()
  const missing = new Set(wanted)
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  let rest = ''
  let position = 0
  while (missing.size > 0) {
    const length = yield { descriptor, chunk, position }
    if (length === 0) break
    position += length
    const text = rest + chunk.toString('latin1', 0, length)
    const end = text.lastIndexOf('\n') + 1
    rest = text.slice(end)
    for (const [key, at] of missing.size < MANY ? searchEach(text, missing) : walk(text, missing)) {
      const row = at < end && missing.has(key) ? parseRest(text, at + key.length) : null
      if (row === null) continue
      missing.delete(key)
      rows.set(key, row)
    }
  }
  return rows
}

/** `ST QUEUES TIMER RETRANSMITS UID TIMEOUT INODE`, after a row's two addresses. */
const REST_OF_ROW = / ([\dA-F]{2}) \S+ \S+ \S+ +(\d+) +\d+ (\d+)/y

/**
 * The states of an end that is connected, or was connected until its owner closed it. A socket that is
 * still connecting from the port of an old connection does not own that connection.
 */
const CONNECTED: ReadonlySet<string> = new Set(['01', '04', '05', '08', '09', '0B'])

function parseRest(text: string, at: number): Row | null {
  REST_OF_ROW.lastIndex = at
  const [, state, uid, inode] = REST_OF_ROW.exec(text) ?? []
  if (inode !== undefined && CONNECTED.has(state!)) return { uid: Number(uid), inode }
  return null
}

/** With this many wanted rows, it is faster to look at each row once than to search for each key. */
const MANY = 16

type Places = Generator<readonly [key: string, at: number]>

function* searchEach(text: string, keys: ReadonlySet<string>): Places {
  for (const key of keys) {
    for (let at = text.indexOf(key); at !== -1; at = text.indexOf(key, at + 1)) yield [key, at]
  }
}

/** All keys of one table have the same length. */
function* walk(text: string, keys: ReadonlySet<string>): Places {
  const [{ length } = ''] = keys
  for (let at = text.indexOf(': '); at !== -1; at = text.indexOf(': ', at + 1)) {
    const key = text.slice(at, at + length)
    if (keys.has(key)) yield [key, at]
  }
}

/**
 * How a table writes the other end, whose local address is our remote address. Null if the other end
 * can't be in that table.
 */
function toKey(connection: Connection, family: Family): string | null {
  const { remoteAddress, remotePort, localAddress, localPort } = connection
  const isV6 = isIPv6(remoteAddress)
  if (isV6 && family === 'tcp') return null
  // An IPv6 socket that is connected to an IPv4 address (Java's are) is in the table of IPv6.
  const prefix = !isV6 && family === 'tcp6' ? '::ffff:' : ''
  return `: ${entry(prefix + remoteAddress, remotePort)} ${entry(prefix + localAddress, localPort)}`
}

/** Writes an address as the table does: 32-bit words in the computer's byte order, then the port. */
function entry(address: string, port: number): string {
  const bytes = isIPv6(address) ? ipv6Bytes(address) : ipv4Bytes(address)
  const words: string[] = []
  for (let index = 0; index < bytes.length; index += 4) {
    const word = bytes.slice(index, index + 4)
    words.push(Buffer.from(endianness() === 'LE' ? word.toReversed() : word).toString('hex'))
  }
  return `${words.join('').toUpperCase()}:${hexPort(port)}`
}

function hexPort(port: number): string {
  return port.toString(16).padStart(4, '0').toUpperCase()
}

function ipv4Bytes(address: string): number[] {
  return address.split('.').map(Number)
}

function ipv6Bytes(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const groups = (part: string): number[] =>
    part.split(':').flatMap((group) => {
      if (group === '') return []
      if (group.includes('.')) return ipv4Bytes(group)
      const value = Number.parseInt(group, 16)
      return [value >> 8, value & 0xff]
    })
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const zeros = Array.from({ length: 16 - before.length - after.length }, () => 0)
  return [...before, ...zeros, ...after]
}
