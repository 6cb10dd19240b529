// Which user of this machine is at the other end of a loopback connection.

import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { isIPv6, type Socket } from 'node:net'
import { endianness } from 'node:os'

/** No user: the kernel has a table, and the connection is not in it, or not any more. */
export const NOBODY = -1

export type SocketOwners = {
  /** Hears of a connection, before its first request. */
  accepted(socket: Socket): void
  /**
   * Gives the user ID that owns the caller's socket, from the kernel's TCP table (Linux); null where
   * the system has no such table.
   *
   * @see https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
   */
  ownerOf(request: Pick<IncomingMessage, 'socket'>): number | null
}

type Family = 'tcp' | 'tcp6'
type Table = { owners: ReadonlyMap<string, number> | null; count: number }

/**
 * Looks up the owners of connections. The kernel writes its whole table for each reading, so a
 * thousand that come at once share one: a table tells of every connection that was there before it
 * was read. What it says of a later one is of somebody who had the same port before.
 */
export function createSocketOwners(read: (family: Family) => string = readTable): SocketOwners {
  let count = 0
  const order = new WeakMap<Socket, number>()
  const tables: Partial<Record<Family, Table>> = {}

  const tableFor = (family: Family, socket: Socket): Table => {
    const known = tables[family]
    if (known && known.count >= (order.get(socket) ?? Infinity)) return known
    let text: string | null
    try {
      text = read(family)
    } catch {
      text = null
    }
    const table = { owners: text === null ? null : parse(text), count }
    tables[family] = table
    return table
  }

  return {
    accepted: (socket) => void order.set(socket, ++count),

    ownerOf({ socket }) {
      const { remoteAddress, remotePort, localAddress, localPort } = socket
      // A caller that has gone already, of whom nothing can be known any more.
      if (!remoteAddress || !remotePort || !localAddress || !localPort) return NOBODY
      const { owners } = tableFor(isIPv6(remoteAddress) ? 'tcp6' : 'tcp', socket)
      if (owners === null) return null
      // The caller's own end: its local address is our remote one.
      const connection = `${entry(remoteAddress, remotePort)} ${entry(localAddress, localPort)}`
      return owners.get(connection) ?? NOBODY
    },
  }
}

function readTable(family: Family): string {
  return readFileSync(`/proc/net/${family}`, 'latin1')
}

/** Who owns each connection, by its local and its remote address. */
function parse(table: string): ReadonlyMap<string, number> {
  const owners = new Map<string, number>()
  for (const line of table.split('\n').slice(1)) {
    const [, local, remote, , , , , user, , inode] = line.trim().split(/\s+/)
    // A socket that its owner has closed has no inode, and on older kernels it is shown as root's.
    if (user !== undefined) owners.set(`${local} ${remote}`, inode === '0' ? NOBODY : Number(user))
  }
  return owners
}

/** An address as the table writes it: 32-bit words in the machine's byte order, then the port. */
function entry(address: string, port: number): string {
  const bytes = isIPv6(address) ? ipv6Bytes(address) : address.split('.').map(Number)
  const words: string[] = []
  for (let index = 0; index < bytes.length; index += 4) {
    const word = bytes.slice(index, index + 4)
    words.push(Buffer.from(endianness() === 'LE' ? word.toReversed() : word).toString('hex'))
  }
  return `${words.join('')}:${port.toString(16).padStart(4, '0')}`.toUpperCase()
}

function ipv6Bytes(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after].flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}
