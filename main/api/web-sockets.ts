// Upgrades connections to WebSockets: small frames, no compression, and no answers that pile up.

import type { IncomingMessage } from 'node:http'
import type { WebSocket, WebSocketServer } from 'ws'
import { PROBLEM_DETAILS } from './api-messages.js'
import { Problem } from './problem.js'
import type { CloseReason, Outlet } from './subscribers.js'

/** Clients send nothing that counts. */
const MOST_PAYLOAD_BYTES = 4 * 1024

/** S40: how much may wait for a program that reads too slowly. */
const MOST_BUFFERED_BYTES = 64 * 1024

/** The versions of the protocol that the library speaks. */
const VERSIONS = '13, 8'

type Accepting = { server: WebSocketServer; rejections: WeakMap<IncomingMessage, () => void> }
let accepting: Promise<Accepting> | null = null

/**
 * Upgrades the connection of a request. `head`: the first bytes after the request. Fails with `malformed` if
 * the request is no valid handshake. Loads the library at the first call.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6455#section-4.2}
 */
export async function acceptWebSocket(request: IncomingMessage, head: Buffer): Promise<WebSocket> {
  const { server, rejections } = await (accepting ??= load())
  return new Promise((resolve, reject) => {
    rejections.set(request, () =>
      reject(
        new Problem('malformed', PROBLEM_DETAILS.badHandshake, {
          'Sec-WebSocket-Version': VERSIONS,
        }),
      ),
    )
    server.handleUpgrade(request, request.socket, head, (webSocket) => {
      limit(webSocket)
      resolve(webSocket)
    })
  })
}

async function load(): Promise<Accepting> {
  const { WebSocketServer: Server } = await import('ws')
  const server = new Server({
    noServer: true,
    clientTracking: false,
    maxPayload: MOST_PAYLOAD_BYTES,
    perMessageDeflate: false,
    autoPong: false,
    handleProtocols: () => false,
  })
  const rejections: Accepting['rejections'] = new WeakMap()
  server.on('wsClientError', (_error, _socket, request) => rejections.get(request)?.())
  return { server, rejections }
}

/** Pings are answered unless the answers pile up. An error closes the WebSocket, so it needs no other care. */
function limit(webSocket: WebSocket): void {
  webSocket.on('error', () => undefined)
  webSocket.on('ping', (data) => {
    if (webSocket.bufferedAmount > MOST_BUFFERED_BYTES) webSocket.terminate()
    else webSocket.pong(data)
  })
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc6455#section-7.4} */
const CLOSE_CODES: Readonly<Record<CloseReason, readonly [code: number, reason: string]>> = {
  'not-allowed': [4403, 'not allowed'],
  ending: [1001, 'Latchkey ends'],
  'too-slow': [1013, 'too slow'],
}

/** Makes the outlet of a WebSocket. */
export function createWebSocketOutlet(webSocket: WebSocket): Outlet {
  return {
    write: (text, written) => webSocket.send(text, written),
    beat: (written) => webSocket.ping('', false, written),
    close: (reason) => webSocket.close(...CLOSE_CODES[reason]),
    destroy: () => webSocket.terminate(),
    onClosed: (listener) => webSocket.once('close', listener),
  }
}
