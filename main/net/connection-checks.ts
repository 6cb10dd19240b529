// Has an HTTP server check its connections for timeouts only while it has any, so that it sleeps when idle.

import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** In milliseconds: the longest that a timer can have. */
const NEVER_MS = 2 ** 31 - 1

/**
 * Checks connections every `intervalMs` milliseconds while there are any. Call before the server listens.
 *
 * Node checks from when a server listens until it closes, by a timer that wakes an idle program too. It
 * sets that timer whenever `listening` is emitted, by `connectionsCheckingInterval`.
 *
 * @see {@link https://nodejs.org/api/http.html#httpcreateserveroptions-requestlistener}
 */
export function checkWhileConnected(server: Server, intervalMs: number): void {
  const connections = new Set<Socket>()
  const setInterval = (ms: number): void => {
    Object.assign(server, { connectionsCheckingInterval: ms })
    if (server.listening) server.emit('listening')
  }
  setInterval(NEVER_MS)
  server.on('connection', (socket) => {
    connections.add(socket)
    if (connections.size === 1) setInterval(intervalMs)
    socket.once('close', () => {
      connections.delete(socket)
      if (connections.size === 0) setInterval(NEVER_MS)
    })
  })
}
