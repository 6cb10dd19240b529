// The local HTTP service that other apps call. It answers whether it is there; no more yet.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { bindLoopback } from '../bind.js'

/** The ports that clients of the PKCE API know, in the order they are tried in. */
export const PORT_LADDER: readonly number[] = [
  1000,
  5323,
  ...Array.from({ length: 34 }, (_, index) => 39_300 + index),
]

export type Service = {
  url: string
  port: number
  /** False where this machine has no IPv6, so that only 127.0.0.1 is served. */
  ipv6: boolean
  close(): Promise<void>
}

/**
 * Starts the service on 127.0.0.1 and ::1: on `port` (0: any free one), or on the ladder's first
 * free port where it is null. Fails with `port-taken`.
 */
export async function startService(port: number | null): Promise<Service> {
  const bound = await bindLoopback(
    () => createServer(handle),
    port === null ? PORT_LADDER : [port],
    'its local service',
  )
  return {
    url: `http://127.0.0.1:${bound.port}`,
    port: bound.port,
    ipv6: bound.ipv6,
    close: async () => {
      await Promise.all(bound.servers.map(closeServer))
    },
  }
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  const isHealth = request.method === 'GET' && request.url === '/.well-known/health'
  const body = isHealth ? 'ok' : 'Not found'
  response
    .writeHead(isHealth ? 200 : 404, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': String(body.length),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    })
    .end(body)
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
