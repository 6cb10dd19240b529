// The local HTTP service that other apps call.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { bindLoopback } from '../net/loopback.js'
import { asAuthError } from '../base/errors.js'
import type { SocketOwners } from '../net/socket-owner.js'
import { findCaller } from '../net/caller-process.js'
import { PROBLEM_DETAILS, SERVICE_MESSAGES } from './api-messages.js'
import { createConnections, mostConnections, type Connections } from './connections.js'
import { guard, FORM_POST_PATH } from './guard.js'
import { describeApi } from './openapi.js'
import { createPkceRoutes, type PkceDeps } from './pkce-routes.js'
import { Problem, PROBLEM_TYPE, formatProblem, toResponse } from './problem.js'

/** The ports that clients of the PKCE API know, in the order they are tried in. */
export const PORT_LADDER: readonly number[] = [
  1000,
  5323,
  ...Array.from({ length: 34 }, (_, index) => 39_300 + index),
]

export type ServiceDeps = Omit<PkceDeps, 'port' | 'findCaller'> & {
  /** 0: any free port; null: the ladder's first free one. */
  wantedPort: number | null
  version: string
  owners: SocketOwners
  /** This program's user; null if the system has no user IDs. */
  user: number | null
  /** How long a caller may take to send its headers; 5 s unless given. */
  headersTimeoutMs?: number
  /** Called with errors of our own. */
  report(error: unknown): void
}

export type Service = {
  url: string
  port: number
  /** False if this computer has no IPv6, so the service listens on 127.0.0.1 only. */
  ipv6: boolean
  /** A message for people about the port or about who may call; null if there is nothing to say. */
  message: string | null
  close(): Promise<void>
}

/** The methods of each path. */
const METHODS: Readonly<Record<string, string>> = {
  '/pkce/challenge': 'GET, HEAD',
  '/pkce/code': 'POST',
  '/pkce/token': 'POST',
  [FORM_POST_PATH]: 'POST',
  '/pkce/clear': 'POST',
  '/.well-known/health': 'GET, HEAD',
  '/.well-known/version': 'GET, HEAD',
  '/openapi.json': 'GET, HEAD',
}

/** S40: a connection that sends no headers for this long is closed. */
const HEADERS_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 30_000

/** Starts the service on 127.0.0.1 and ::1. Fails with `port-taken`. The caller closes it. */
export async function startService(deps: ServiceDeps): Promise<Service> {
  let handle: Handle = (_request, response) =>
    void response.writeHead(503, { Connection: 'close' }).end()
  const { owners, user, headersTimeoutMs = HEADERS_TIMEOUT_MS } = deps
  const connections = createConnections({ owners, user, most: mostConnections() })
  const bound = await bindLoopback(
    () =>
      createServer(
        {
          headersTimeout: headersTimeoutMs,
          requestTimeout: REQUEST_TIMEOUT_MS,
          connectionsCheckingInterval: headersTimeoutMs,
        },
        (request, response) => handle(request, response, 'none'),
      )
        .on('connection', connections.add)
        // Requests with `Expect`: the guard answers before the expectation is.
        .on('checkContinue', (...asked: Asked) => handle(...asked, 'continue'))
        .on('checkExpectation', (...asked: Asked) => handle(...asked, 'unmet')),
    deps.wantedPort === null ? PORT_LADDER : [deps.wantedPort],
    'its local service',
  )
  const { port } = bound
  const url = `http://127.0.0.1:${port}`
  handle = createHandler(
    { ...deps, port, findCaller: ({ socket }) => findCaller(owners.findOwners([socket])[0]!) },
    url,
    connections,
  )
  return {
    url,
    port,
    ipv6: bound.ipv6,
    message: describeService(bound.passedOver, port, owners),
    close: async () => {
      // Waiting callers get an answer before their connections are closed.
      await deps.agent.api.close()
      await Promise.all(bound.servers.map((server) => closeServer(server, connections)))
    },
  }
}

function describeService(
  passedOver: readonly string[],
  port: number,
  { areTold }: SocketOwners,
): string | null {
  const messages: string[] = []
  if (passedOver.length > 0) messages.push(SERVICE_MESSAGES.otherPort(passedOver, port))
  // Only Linux shows the owners. For other systems the threat model says so, and the user need not be told.
  if (!areTold && process.platform === 'linux') messages.push(SERVICE_MESSAGES.ownersUnknown)
  return messages.length === 0 ? null : messages.join(' ')
}

type Asked = [request: IncomingMessage, response: ServerResponse]
/** `continue`: the caller asks before it sends its body; `unmet`: it expects something unknown. */
type Expectation = 'none' | 'continue' | 'unmet'
type Handle = (...args: [...Asked, expectation: Expectation]) => void

/** Handles a request: the guard checks it as it came in, then a route answers it. */
function createHandler(
  deps: ServiceDeps & PkceDeps,
  url: string,
  connections: Connections,
): Handle {
  const app = createRoutes(deps, url)
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  const isOurs = ({ socket }: IncomingMessage): boolean => connections.isOurs(socket)
  return (request, response, expectation) => {
    connections.markBusy(request, response)
    const problem = guard(request, { port: deps.port, isOurs })
    if (problem !== null) return sendProblem(response, problem)
    // @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1}
    if (expectation === 'unmet') return void response.writeHead(417, { Connection: 'close' }).end()
    if (expectation === 'continue') response.writeContinue()
    void listener(request, response)
  }
}

function createRoutes(deps: ServiceDeps & PkceDeps, url: string): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.use(async (c, next) => {
    await next()
    c.header('Cache-Control', 'no-store')
    c.header('X-Content-Type-Options', 'nosniff')
  })
  app.get('/.well-known/health', (c) => c.text('ok'))
  app.get('/.well-known/version', (c) => c.text(deps.version))
  app.get('/openapi.json', (c) => c.json(describeApi(deps.version, url)))
  app.route('/', createPkceRoutes(deps))
  app.notFound((c) => {
    const allow = METHODS[c.req.path]
    if (allow === undefined) return toResponse(new Problem('not-found', PROBLEM_DETAILS.notFound))
    const detail = PROBLEM_DETAILS.wrongMethod(allow)
    return toResponse(new Problem('method-not-allowed', detail, { Allow: allow }))
  })
  app.onError((thrown, c) => {
    if (thrown instanceof Problem) return toResponse(thrown)
    // A caller that hung up during its request is not an error of ours.
    if (!c.env.incoming.destroyed) deps.report(thrown)
    return toResponse(new Problem('unexpected', asAuthError(thrown).message))
  })
  return app
}

function sendProblem(response: ServerResponse, problem: Problem): void {
  const { status, body } = formatProblem(problem)
  response
    .writeHead(status, {
      ...problem.headers,
      'Content-Type': PROBLEM_TYPE,
      'Content-Length': String(Buffer.byteLength(body)),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      // The rest of a rejected request is not read.
      Connection: 'close',
    })
    .end(body)
}

/** How long the last answers may take to reach programs on this computer. */
const DELIVERY_TIMEOUT_MS = 1_000

function closeServer(server: Server, connections: Connections): Promise<void> {
  // Called by `close` too.
  server.closeIdleConnections = () => connections.closeIdle()
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => server.closeAllConnections(), DELIVERY_TIMEOUT_MS)
    // A keep-alive connection is idle once its last answer is sent.
    const sweep = setInterval(() => server.closeIdleConnections(), 20)
    server.close(() => {
      clearTimeout(giveUp)
      clearInterval(sweep)
      resolve()
    })
  })
}
