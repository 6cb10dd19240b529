// Finds the user at the other end of a loopback connection, and whether it is this user.

import type { Socket } from 'node:net'
import type { Connection, TcpTable } from './proc-net-tcp.js'

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
  /** True if this program's user, or root, owns the other end. S25, S41. */
  isOurs(socket: Socket): boolean
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

  const look = (sockets: readonly Socket[]): void => {
    const asked = sockets.map((socket) => ({ socket, connection: toConnection(socket) }))
    const alive = asked.filter((entry): entry is Asked => entry.connection !== null)
    for (const { socket, connection } of asked) {
      if (connection === null) known.set(socket, { kind: 'gone' })
    }
    if (table === null || alive.length === 0) return
    const rows = table.findPeers(alive.map(({ connection }) => connection))
    for (const [index, { socket }] of alive.entries()) {
      const row = rows[index] ?? null
      // A socket that its owner has closed has no inode, and older kernels show it as root's.
      const isGone = row === null || row.inode === '0'
      known.set(socket, isGone ? { kind: 'gone' } : { kind: 'user', ...row })
    }
  }

  const owners: SocketOwners = {
    areTold: table !== null,

    findOwners(sockets) {
      let missing: Owner = { kind: 'untold' }
      try {
        look(sockets.filter((socket) => !known.has(socket)))
      } catch {
        missing = { kind: 'unreadable' }
      }
      return sockets.map((socket) => known.get(socket) ?? missing)
    },

    isOurs: (socket) => isOwnedBy(user, owners.findOwners([socket])[0]!),
  }
  return owners
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
