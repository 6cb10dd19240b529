// A WebSocket client for the tests of the local service, and the bare handshake.

import { randomBytes } from 'node:crypto'
import { WebSocket } from 'ws'

export type Client = {
  /** Resolves with the next frame that has not been read yet. */
  next(): Promise<string>
  /** The frames that were not read yet. */
  waiting(): readonly string[]
  /** Resolves with the code and the reason when the WebSocket is closed. */
  closed: Promise<{ code: number; reason: string }>
  /** Stops and continues to read from the connection. */
  webSocket: WebSocket
}

/** Connects, and fails with the status and the body if the service answers by HTTP. */
export async function connectWebSocket(
  url: string,
  options: { headers?: Record<string, string>; origin?: string } = {},
): Promise<Client> {
  const webSocket = new WebSocket(url.replace(/^http/, 'ws'), options)
  const frames: string[] = []
  const readers: ((frame: string) => void)[] = []
  webSocket.on('message', (data: Buffer) => {
    const frame = data.toString('utf8')
    const reader = readers.shift()
    if (reader) reader(frame)
    else frames.push(frame)
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    webSocket.once('close', (code, reason) => resolve({ code, reason: reason.toString('utf8') })),
  )
  await new Promise<void>((resolve, reject) => {
    webSocket.once('open', resolve)
    webSocket.once('error', reject)
    webSocket.once('unexpected-response', (_request, response) => {
      void response.toArray().then((chunks) => {
        reject(new Error(`${response.statusCode} ${Buffer.concat(chunks as Buffer[]).toString()}`))
        webSocket.terminate()
      }, reject)
    })
  })
  webSocket.on('error', () => undefined)
  return {
    next: () =>
      frames.length > 0
        ? Promise.resolve(frames.shift()!)
        : new Promise((resolve) => readers.push(resolve)),
    waiting: () => frames,
    closed,
    webSocket,
  }
}

/** The headers of a handshake. */
export function handshake(): Record<string, string> {
  return {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
  }
}
