// How many connections the local service holds, and whose: strangers cannot use up its descriptors.

import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { isOwnedBy, type SocketOwners } from '../net/socket-owner.js'

export type Connections = {
  /** Takes a new connection in; it is of nobody known until somebody asks, or there are too many. */
  accepted(socket: Socket): void
  /** True if a connection is this user's or root's. Asks about all that are not known yet, at once. */
  isOurs(socket: Socket): boolean
  /** Notes that a connection has a request under way until its answer is out. */
  busy(request: IncomingMessage, response: ServerResponse): void
}

export type ConnectionDeps = {
  owners: SocketOwners
  user: number | null
  /** How many of our own are held; see {@link mostConnections}. */
  most: number
}

/** S40: connections that nobody has asked about yet. The next one makes a reading for all of them. */
export const MOST_UNKNOWN = 64

/** Keeps connections within bounds, those of both addresses together. */
export function createConnections({ owners, user, most }: ConnectionDeps): Connections {
  const unknown = new Set<Socket>()
  /** In the order in which they were last used. */
  const ours = new Set<Socket>()
  const underWay = new Map<Socket, number>()

  const decide = (): void => {
    const asked = [...unknown]
    for (const [index, owner] of owners.ownersOf(asked).entries()) {
      const socket = asked[index]!
      // Unreadable: nothing is known, so nothing is given, and it stays among the unknown.
      if (owner.kind === 'unreadable') continue
      unknown.delete(socket)
      if (isOwnedBy(user, owner)) ours.add(socket)
      // One that has asked is told that it is refused.
      else if (!underWay.has(socket)) socket.destroy()
    }
  }

  const drop = (socket: Socket): void => {
    unknown.delete(socket)
    ours.delete(socket)
    socket.destroy()
  }

  /** The oldest that sends nothing goes first; if all are at work, the newest. */
  const makeRoom = (): void => {
    if (ours.size <= most) return
    const idle = [...ours].filter((socket) => !underWay.has(socket))
    const inOrder = [...idle, ...[...ours].filter((socket) => underWay.has(socket)).toReversed()]
    for (const socket of inOrder.slice(0, ours.size - most)) drop(socket)
  }

  return {
    accepted(socket) {
      unknown.add(socket)
      socket.once('close', () => {
        unknown.delete(socket)
        ours.delete(socket)
        underWay.delete(socket)
      })
      if (unknown.size <= MOST_UNKNOWN) return
      decide()
      for (const oldest of [...unknown].slice(0, unknown.size - MOST_UNKNOWN)) drop(oldest)
      makeRoom()
    },

    isOurs(socket) {
      if (unknown.has(socket)) decide()
      if (ours.has(socket)) makeRoom()
      return ours.has(socket)
    },

    busy({ socket }, response) {
      underWay.set(socket, (underWay.get(socket) ?? 0) + 1)
      response.once('close', () => {
        const left = (underWay.get(socket) ?? 1) - 1
        if (left > 0) underWay.set(socket, left)
        else underWay.delete(socket)
        if (ours.delete(socket) && !socket.destroyed) ours.add(socket)
      })
    },
  }
}

const MOST_OURS = 2_000
/** For the callback listener's sockets, requests to the provider, files and the keyring. */
const RESERVED = 96
const FEWEST_OURS = 16

/** How many connections of our own fit below the limit of descriptors that this process has. */
export function mostConnections(
  read: () => { limit: number; used: number } = readDescriptors,
): number {
  try {
    const { limit, used } = read()
    return Math.max(FEWEST_OURS, Math.min(MOST_OURS, limit - used - MOST_UNKNOWN - RESERVED))
  } catch {
    return MOST_OURS // No such files: not Linux.
  }
}

/** @see {@link https://man7.org/linux/man-pages/man5/proc_pid_limits.5.html} */
function readDescriptors(): { limit: number; used: number } {
  const limits = readFileSync('/proc/self/limits', 'utf8')
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1] ?? 'unlimited'
  const limit = soft === 'unlimited' ? Infinity : Number(soft)
  return { limit, used: readdirSync('/proc/self/fd').length }
}
