// Tells a request for a WebSocket of the API from all other requests.

import { IncomingMessage } from 'node:http'
import { findPath, readPath, type StreamName } from './endpoints.js'

/** The requests that Node's parser takes for an upgrade. */
const upgrading = new WeakSet<IncomingMessage>()

/**
 * A request to the service. It is upgraded only if it asks for a WebSocket at the path of one. Otherwise Node
 * answers it as if it asked for no upgrade, as for programs that offer HTTP/2.
 *
 * Node sets `upgrade` when it has read the headers, and reads it to choose between its events `request` and
 * `upgrade`. Its option `shouldUpgradeCallback` does the same, but Node 20 has none.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-7.8}
 */
export class ServiceRequest extends IncomingMessage {
  get upgrade(): boolean {
    // Node closes the connection for CONNECT.
    return upgrading.has(this) && (this.method === 'CONNECT' || findNamedStream(this) !== null)
  }

  set upgrade(isUpgrade: boolean | null) {
    if (isUpgrade === true) upgrading.add(this)
  }
}

/** Finds the WebSocket that a request asks for; null if it asks for none. */
export function findStream(request: IncomingMessage): StreamName | null {
  return upgrading.has(request) ? findNamedStream(request) : null
}

function findNamedStream({ method, url = '', headers }: IncomingMessage): StreamName | null {
  const isWebSocket = method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
  return isWebSocket ? (findPath(readPath(url))?.stream ?? null) : null
}
