// Finds the user at the other end of a loopback connection, and whether it is this user.

import type { Socket } from 'node:net'
import { shareNext } from '../base/share-next.js'
import type { Connection, Row, TcpTable } from './proc-net-tcp.js'

export type Owner =
  /** `inode` names the socket. It leads to the process that holds the socket. */
  | { kind: 'user'; uid: number; inode: string }
  /** The other end is gone, so its owner can't be found. */
  | { kind: 'gone' }
  /** This system has no table of owners. */
  | { kind: 'untold' }
  /** The table exists but could not be read. */
  | { kind: 'unreadable' }

export type SocketOwners = {
  /** False if this system doesn't show the owners of connections. Then all users are let in. */
  areTold: boolean
  /** Finds the owners of the other ends. One reading of the table serves all that aren't known yet. */
  findOwners(sockets: readonly Socket[]): readonly Owner[]
  /** The same, without keeping other work waiting. Calls during a reading share the next one. */
  findOwnersAsync(sockets: readonly Socket[]): Promise<readonly Owner[]>
  /** True if this program's user, or root, owns the other end. S25, S41. */
  isOurs(socket: Socket): Promise<boolean>
}

export type SocketOwnerDeps = {
  /** Null if the system has no such table. */
  table: TcpTable | null
  /** This program's user; null if the system has no user IDs. */
  user: number | null
}

/** Root can read this user's files anyway, and forwarders of containers and WSL run as root. */
const ROOT = 0

/** Finds owners. A connection keeps the owner that was found, because its row lasts until it ends. */
export function createSocketOwners({ table, user }: SocketOwnerDeps): SocketOwners {
  const known = new WeakMap<Socket, Owner>()
  const missing: Owner = { kind: table === null ? 'untold' : 'gone' }

  /** The connections whose owners must be looked up. One that has lost its address is gone. */
  const listUnknown = (sockets: readonly Socket[]): readonly Asked[] => {
    const asked = sockets
      .filter((socket) => !known.has(socket))
      .map((socket) => ({ socket, connection: toConnection(socket) }))
    for (const { socket, connection } of asked) {
      if (connection === null) known.set(socket, { kind: 'gone' })
    }
    return asked.filter((entry): entry is Asked => entry.connection !== null)
  }

  const keep = (asked: readonly Asked[], rows: readonly (Row | null)[]): void => {
    for (const [index, { socket }] of asked.entries()) known.set(socket, toOwner(rows[index]))
  }

  const listOwners = (sockets: readonly Socket[], others: Owner): readonly Owner[] =>
    sockets.map((socket) => known.get(socket) ?? others)

  const waiting = new Set<Socket>()
  const readNext = shareNext(async () => {
    const asked = listUnknown([...waiting])
    waiting.clear()
    if (table && asked.length > 0) keep(asked, await table.findPeersAsync(asked.map(toPeer)))
  })

  const owners: SocketOwners = {
    areTold: table !== null,

    findOwners(sockets) {
      const asked = listUnknown(sockets)
      try {
        if (table && asked.length > 0) keep(asked, table.findPeers(asked.map(toPeer)))
      } catch {
        return listOwners(sockets, { kind: 'unreadable' })
      }
      return listOwners(sockets, missing)
    },

    async findOwnersAsync(sockets) {
      const asked = listUnknown(sockets)
      for (const { socket } of asked) waiting.add(socket)
      try {
        if (asked.length > 0) await readNext()
      } catch {
        return listOwners(sockets, { kind: 'unreadable' })
      }
      return listOwners(sockets, missing)
    },

    isOurs: async (socket) => isOwnedBy(user, (await owners.findOwnersAsync([socket]))[0]!),
  }
  return owners
}

function toOwner(row: Row | null | undefined): Owner {
  // A socket that its owner has closed has no inode, and older kernels show it as root's.
  const isGone = !row || row.inode === '0'
  return isGone ? { kind: 'gone' } : { kind: 'user', ...row }
}

function toPeer({ connection }: Asked): Connection {
  return connection
}

/** True if the owner is this user or root, or if this system never shows owners. */
export function isOwnedBy(user: number | null, owner: Owner): boolean {
  switch (owner.kind) {
    case 'user':
      return user === null || owner.uid === user || owner.uid === ROOT
    case 'untold':
      return true
    case 'gone':
    case 'unreadable':
      return false
  }
}

type Asked = { socket: Socket; connection: Connection }

function toConnection(socket: Socket): Connection | null {
  const { remoteAddress, remotePort, localAddress, localPort } = socket
  // A peer that has reset its connection no longer has an address.
  if (!remoteAddress || !remotePort || !localAddress || !localPort) return null
  return { remoteAddress, remotePort, localAddress, localPort }
}
