// Answers requests for WebSockets: the guard checks each before it is upgraded, then its handler takes it.

import { ServerResponse, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { CheckCaller } from './check-caller.js'
import type { Connections } from './connections.js'
import type { StreamName } from './endpoints.js'
import { rejectRequest } from './problem.js'
import { findStream } from './stream-request.js'
import { acceptWebSocket } from './web-sockets.js'

/**
 * Serves a request for a WebSocket. `accept` upgrades the connection. If the handler throws before that, the
 * error is the answer to the request.
 */
export type StreamHandler = (
  request: IncomingMessage,
  accept: () => Promise<WebSocket>,
) => Promise<void>

export type StreamHandlers = Readonly<Record<StreamName, StreamHandler>>

export type UpgradeDeps = {
  connections: Connections
  checkCaller: CheckCaller
  handlers: StreamHandlers
  /** Makes the answer for an error of a handler. */
  toProblem(thrown: unknown, request: IncomingMessage): Parameters<typeof rejectRequest>[1]
}

/** `head`: the first bytes after the request. */
export type Upgrade = (request: IncomingMessage, socket: Socket, head: Buffer) => void

export function createUpgrade(deps: UpgradeDeps): Upgrade {
  return (request, socket, head) => {
    // Node listens to an upgraded connection no more.
    socket.on('error', () => socket.destroy())
    // An answer that is still due would end up inside the WebSocket.
    if (socket.destroyed || !deps.connections.markStream(socket)) return void socket.destroy()
    deps.checkCaller(request, (problem) => {
      if (problem !== null) return rejectRequest(createResponse(request), problem)
      // @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1}
      if (request.headers.expect !== undefined) {
        return void createResponse(request).writeHead(417, { Connection: 'close' }).end()
      }
      void open(deps, request, head)
    })
  }
}

async function open(
  { handlers, toProblem }: UpgradeDeps,
  request: IncomingMessage,
  head: Buffer,
): Promise<void> {
  const { socket } = request
  let isUpgraded = false
  try {
    await handlers[findStream(request)!](request, async () => {
      const webSocket = await acceptWebSocket(request, head)
      isUpgraded = true
      return webSocket
    })
  } catch (thrown) {
    const problem = toProblem(thrown, request)
    if (isUpgraded) socket.destroy()
    else rejectRequest(createResponse(request), problem)
  }
}

/** Node makes no response for an upgrade. */
function createResponse(request: IncomingMessage): ServerResponse {
  const { socket } = request
  const response = new ServerResponse(request)
  response.assignSocket(socket)
  return response.once('finish', () => socket.destroySoon())
}
