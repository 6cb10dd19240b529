// The HTTP servers on one port of the callback listener, with bounds on heads, time and idle sockets.

import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../base/clock.js'
import { bindLoopback } from '../net/loopback.js'
import type { CallbackDiagnostic } from './callback-diagnostics.js'
import { MESSAGES } from './oauth-messages.js'
import { DELIVERY_TIMEOUT_MS } from './page-delivery.js'
import { largeHeadPage, renderPage, type Page } from './pages.js'

/** Sockets without a complete request. If there are more, the oldest is destroyed. */
const MAX_IDLE_SOCKETS = 64
/** Programs on 127.0.0.1 leave cookies there, and the browser sends us all of them. */
const MAX_HEADER_BYTES = 128 * 1024

export type CallbackServer = {
  readonly port: number
  /** True if it listens on ::1 too. */
  readonly ipv6: boolean
  /** Closes idle sockets at once, others within two seconds. Resolves when the port is free. */
  close(): Promise<void>
}

/** A request, and whether its connection belongs to this user or root. */
export type ReceivedRequest = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly isOurs: boolean
}

export type CallbackServerDeps = {
  clock: Clock
  /** How long a request may take to arrive, in milliseconds of real time. */
  requestTimeoutMs: number
  /** True for a socket of this user or root. Called when a connection is accepted. Never rejects. */
  isOurs(socket: Socket): Promise<boolean>
  onRequest(received: ReceivedRequest): void
  onDiagnostic(diagnostic: CallbackDiagnostic): void
}

/**
 * Binds the first free one of `ports` on 127.0.0.1 and ::1 (0: any free port). Fails with `port-taken`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-7.3}
 */
export async function openCallbackServer(
  deps: CallbackServerDeps,
  ports: readonly number[],
): Promise<CallbackServer> {
  const idleSockets = new Map<Server, Set<Socket>>()
  const create = (): Server => {
    const idle = new Set<Socket>()
    const server = createBoundedServer(deps, idle)
    idleSockets.set(server, idle)
    return server
  }
  const { port, servers, ipv6 } = await bindLoopback(create, ports, MESSAGES.callbackPurpose)

  const close = async (): Promise<void> => {
    for (const server of servers) {
      for (const socket of idleSockets.get(server) ?? []) socket.destroy()
    }
    const giveUp = deps.clock.after(DELIVERY_TIMEOUT_MS, () => {
      for (const server of servers) server.closeAllConnections()
    })
    await Promise.all(
      servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve()))),
    )
    giveUp()
  }

  return { port, ipv6, close }
}

function createBoundedServer(deps: CallbackServerDeps, idle: Set<Socket>): Server {
  const { requestTimeoutMs } = deps
  const verdicts: Verdicts = new WeakMap()
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs),
    },
    (request, response) => void awaitVerdict(deps, verdicts, request, response),
  )
  server.on('request', (request: IncomingMessage) => {
    // A form counts as idle until it is complete: it may be as slow as a head.
    if (request.method !== 'POST') return void idle.delete(request.socket)
    request.once('end', () => idle.delete(request.socket))
  })
  server.on('connection', (socket: Socket) => {
    // The reading takes milliseconds. Meanwhile the request arrives.
    verdicts.set(socket, { isOurs: deps.isOurs(socket), isAwaited: false })
    watchSocket(deps, idle, socket)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'HPE_HEADER_OVERFLOW') return void rejectLargeHead(deps, verdicts, socket)
    const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
    socket.end(isLate ? REQUEST_TIMEOUT : BAD_REQUEST, () => socket.destroy())
  })
  return server
}

/** For each connection: whether it is this user's or root's, and whether a request waits to learn that. */
type Verdicts = WeakMap<Socket, { readonly isOurs: Promise<boolean>; isAwaited: boolean }>

/** Hands a request on when it is known whose connection it is. S41. */
async function awaitVerdict(
  deps: CallbackServerDeps,
  verdicts: Verdicts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const verdict = verdicts.get(request.socket)
  // No browser sends a second request before the first answer. Other programs' requests must not pile up.
  if (!verdict || verdict.isAwaited) return void request.socket.destroy()
  verdict.isAwaited = true
  const isOurs = await verdict.isOurs
  verdict.isAwaited = false
  deps.onRequest({ request, response, isOurs })
}

function watchSocket(deps: CallbackServerDeps, idle: Set<Socket>, socket: Socket): void {
  idle.add(socket)
  deps.onDiagnostic('connection')
  socket.once('data', (bytes: Buffer) => {
    if (bytes[0] === TLS_HANDSHAKE) deps.onDiagnostic('tls-hello')
  })
  socket.once('close', () => idle.delete(socket))
  const [oldest] = idle
  if (idle.size > MAX_IDLE_SOCKETS) oldest?.destroy()
}

/**
 * Answers a request whose head is too large. The socket stays open for a while: if it were closed at
 * once, it would be reset, and a browser that is still sending would not show the page.
 */
async function rejectLargeHead(
  deps: CallbackServerDeps,
  verdicts: Verdicts,
  socket: Socket,
): Promise<void> {
  const verdict = verdicts.get(socket)
  // Called again for each part of the head that arrives meanwhile.
  if (!verdict || verdict.isAwaited) return
  verdict.isAwaited = true
  // Answer after the look-up, because the browser closes the connection then.
  if (await verdict.isOurs) deps.onDiagnostic('large-head')
  const giveUp = deps.clock.after(DELIVERY_TIMEOUT_MS, () => socket.destroy())
  socket.once('close', giveUp)
  socket.resume().end(LARGE_HEAD)
}

const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'
const REQUEST_TIMEOUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n'

/** A complete response. @see {@link https://www.rfc-editor.org/rfc/rfc6585#section-5} */
const LARGE_HEAD = writeResponse(largeHeadPage())

function writeResponse(page: Page): string {
  const { html, headers } = renderPage(page)
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  return [`HTTP/1.1 ${page.status} ${STATUS_CODES[page.status]}`, ...lines, '', html].join('\r\n')
}

/** The first byte of a ClientHello. @see {@link https://www.rfc-editor.org/rfc/rfc8446#section-5.1} */
const TLS_HANDSHAKE = 0x16
