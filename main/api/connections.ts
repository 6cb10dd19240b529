// Limits the connections of the local service, so that strangers cannot use up its descriptors.

import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { shareNext } from '../base/share-next.js'
import { isOwnedBy, type Owner, type SocketOwners } from '../net/socket-owner.js'

export type Connections = {
  /** Adds a new connection. Its owner is looked up when it is needed, or if too many are unknown. */
  add(socket: Socket): void
  /** Adds a new connection that belongs to this user for certain. */
  addOurs(socket: Socket): void
  /** True if the owner of a connection is known. It cannot change as long as the connection lasts. */
  isKnown(socket: Socket): boolean
  /** Looks up all unknown owners in one reading. Callers during a reading share the next one. */
  learn(): Promise<void>
  /** Looks up all unknown owners at once, in this thread. True if the connection is ours. */
  learnNow(socket: Socket): boolean
  /** True if a connection is known to belong to this user or root. */
  isOurs(socket: Socket): boolean
  /** Marks a connection as busy until the response is sent. */
  markBusy(request: IncomingMessage, response: ServerResponse): void
  /** Marks a connection as busy until it is closed. False if it has a request that is not answered yet. */
  markStream(socket: Socket): boolean
  /**
   * Closes connections that have had their answers in full. Node's `closeIdleConnections` also closes
   * those whose last answer has ended, but is still on its way to a slow reader.
   */
  closeIdle(): void
}

export type ConnectionDeps = {
  owners: SocketOwners
  user: number | null
  /** How many connections of our own are kept; see {@link mostConnections}. */
  most: number
}

/** S40: how many connections may have an unknown owner until all their owners are looked up. */
export const MOST_UNKNOWN = 64

/** Limits the connections of both addresses together. */
export function createConnections(deps: ConnectionDeps): Connections {
  const held: Held = {
    unknown: new Set(),
    ours: new Set(),
    strangers: new Set(),
    answered: new Set(),
    requests: new Map(),
  }
  const { unknown, ours, answered } = held
  const learn = shareNext(async () => {
    const asked = [...unknown]
    sort(held, deps, asked, await deps.owners.findOwnersAsync(asked))
  })
  const learnAll = (): void => {
    const asked = [...unknown]
    sort(held, deps, asked, deps.owners.findOwners(asked))
  }
  return {
    add(socket) {
      hold(held, socket)
      if (unknown.size <= MOST_UNKNOWN) return
      // A reading without blocking, unless there may be no descriptor left when it ends.
      if (unknown.size + ours.size <= MOST_UNKNOWN + deps.most) return void learn()
      learnAll()
    },
    addOurs(socket) {
      hold(held, socket)
      unknown.delete(socket)
      ours.add(socket)
      makeRoom(held, deps.most)
    },

    isKnown: (socket) => !unknown.has(socket),
    learn,
    learnNow(socket) {
      learnAll()
      return ours.has(socket)
    },
    isOurs: (socket) => ours.has(socket),

    markBusy: (request, response) => markBusy(held, request, response),

    markStream(socket) {
      if (held.requests.has(socket)) return false
      answered.delete(socket)
      held.requests.set(socket, 1)
      return true
    },

    closeIdle() {
      for (const socket of answered) socket.destroy()
    },
  }
}

function hold(held: Held, socket: Socket): void {
  const { unknown, ours, strangers, answered, requests } = held
  unknown.add(socket)
  socket.once('close', () => {
    for (const sockets of [unknown, ours, strangers, answered, requests]) sockets.delete(socket)
  })
}

function markBusy(held: Held, request: IncomingMessage, response: ServerResponse): void {
  const { ours, answered, requests } = held
  const { socket } = request
  answered.delete(socket)
  requests.set(socket, (requests.get(socket) ?? 0) + 1)
  response.once('close', () => {
    if (!request.complete) limitRest(request)
    const left = (requests.get(socket) ?? 1) - 1
    if (left > 0) requests.set(socket, left)
    else requests.delete(socket)
    if (socket.destroyed) return
    if (left === 0) answered.add(socket)
    // Moves it to the end, as the one that was used last.
    if (ours.delete(socket)) ours.add(socket)
  })
}

/** S40: how long the rest of a body may take that was answered without it. */
const REST_TIMEOUT_MS = 500

/** Node reads and ignores the rest, so that the caller reads its answer. This limits how long. */
function limitRest(request: IncomingMessage): void {
  const giveUp = (): void => {
    if (!request.complete) request.socket.destroySoon()
  }
  setTimeout(giveUp, REST_TIMEOUT_MS).unref()
}

type Held = {
  unknown: Set<Socket>
  /** In the order of their last use. */
  ours: Set<Socket>
  /** Other users' connections with a request, which is answered before they are closed. */
  strangers: Set<Socket>
  /** Connections that have had a request, and all of its answer. */
  answered: Set<Socket>
  /** How many requests of each connection are not answered yet. */
  requests: Map<Socket, number>
}

/** Sorts connections by their owners. Drops strangers, and then what is too much. */
function sort(
  held: Held,
  { user, most }: ConnectionDeps,
  asked: readonly Socket[],
  owners: readonly Owner[],
): void {
  const { unknown, ours, strangers, requests } = held
  for (const [index, owner] of owners.entries()) {
    const socket = asked[index]!
    // An unreadable owner stays unknown, and gets nothing.
    if (owner.kind === 'unreadable') continue
    // It may have been closed in the meantime.
    if (!unknown.delete(socket)) continue
    if (isOwnedBy(user, owner)) ours.add(socket)
    // A stranger that sent a request is answered with an error first.
    else if (requests.has(socket)) strangers.add(socket)
    else socket.destroy()
  }
  const unreadable = asked.filter((socket) => unknown.has(socket))
  const excess = Math.max(0, unknown.size - MOST_UNKNOWN)
  for (const oldest of unreadable.slice(0, excess)) drop(held, oldest)
  const tooMany = Math.max(0, strangers.size - MOST_UNKNOWN)
  for (const oldest of [...strangers].slice(0, tooMany)) drop(held, oldest)
  makeRoom(held, most)
}

function drop({ unknown, ours, strangers }: Held, socket: Socket): void {
  unknown.delete(socket)
  ours.delete(socket)
  strangers.delete(socket)
  socket.destroy()
}

/** Drops idle connections first, the oldest before the newer; then busy ones, the newest first. */
function makeRoom(held: Held, most: number): void {
  const { ours, requests } = held
  if (ours.size <= most) return
  const idle = [...ours].filter((socket) => !requests.has(socket))
  const busy = [...ours].filter((socket) => requests.has(socket)).toReversed()
  for (const socket of [...idle, ...busy].slice(0, ours.size - most)) drop(held, socket)
}

const MOST_OURS = 2_000
/** Descriptors for the callback listener, requests to the provider, files and the keyring. */
const RESERVED = 96
const FEWEST_OURS = 16

/** How many connections of our own fit into this process's limit of descriptors. */
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
