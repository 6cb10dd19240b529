// The local HTTP service that other apps call.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { bindLoopback } from '../net/loopback.js'
import { asAuthError } from '../base/errors.js'
import type { SocketOwners } from '../net/socket-owner.js'
import { callerOf } from '../net/caller-process.js'
import { createConnections, mostConnections, type Connections } from './connections.js'
import { guard, FORM_POST_PATH } from './guard.js'
import { describeApi } from './openapi.js'
import { createPkceRoutes, type PkceDeps } from './pkce-routes.js'
import { Problem, PROBLEM_TYPE, problemOutput, problemResponse } from './problem.js'

/** The ports that clients of the PKCE API know, in the order they are tried in. */
export const PORT_LADDER: readonly number[] = [
  1000,
  5323,
  ...Array.from({ length: 34 }, (_, index) => 39_300 + index),
]

export type ServiceDeps = Omit<PkceDeps, 'port' | 'callerOf'> & {
  /** 0: any free port; null: the ladder's first free one. */
  wantedPort: number | null
  version: string
  owners: SocketOwners
  /** This program's user; null if the system has no user IDs. */
  user: number | null
  /** Hears of errors of our own. */
  report(error: unknown): void
}

export type Service = {
  url: string
  port: number
  /** False where this machine has no IPv6, so that only 127.0.0.1 is served. */
  ipv6: boolean
  /** What a person should know of its port, or of who may call; null if all is as it should be. */
  note: string | null
  close(): Promise<void>
}

const ALLOWED: Readonly<Record<string, string>> = {
  '/pkce/challenge': 'GET, HEAD',
  '/pkce/code': 'POST',
  '/pkce/token': 'POST',
  [FORM_POST_PATH]: 'POST',
  '/pkce/clear': 'POST',
  '/.well-known/health': 'GET, HEAD',
  '/.well-known/version': 'GET, HEAD',
  '/openapi.json': 'GET, HEAD',
}

/** A head that is not in by then ends its connection, so that silence holds nothing open. S40. */
const HEADERS_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 30_000

/** Starts the service on 127.0.0.1 and ::1. Fails with `port-taken`. */
export async function startService(deps: ServiceDeps): Promise<Service> {
  let handle: Handle = (_request, response) =>
    void response.writeHead(503, { Connection: 'close' }).end()
  const { owners, user } = deps
  const connections = createConnections({ owners, user, most: mostConnections() })
  const bound = await bindLoopback(
    () =>
      createServer(
        {
          headersTimeout: HEADERS_TIMEOUT_MS,
          requestTimeout: REQUEST_TIMEOUT_MS,
          connectionsCheckingInterval: HEADERS_TIMEOUT_MS,
        },
        (request, response) => handle(request, response, 'as-it-is'),
      )
        .on('connection', connections.accepted)
        // Both are for requests with `Expect`, which is answered only after the guard.
        .on('checkContinue', (...asked: Asked) => handle(...asked, 'continue'))
        .on('checkExpectation', (...asked: Asked) => handle(...asked, 'unmet')),
    deps.wantedPort === null ? PORT_LADDER : [deps.wantedPort],
    'its local service',
  )
  const { port } = bound
  const url = `http://127.0.0.1:${port}`
  handle = createHandler(
    { ...deps, port, callerOf: ({ socket }) => callerOf(owners.ownersOf([socket])[0]!) },
    url,
    connections,
  )
  return {
    url,
    port,
    ipv6: bound.ipv6,
    note: noteOf(bound.passedOver, port, owners),
    close: async () => {
      // Those who wait are told so, before their connections end.
      await deps.agent.api.close()
      await Promise.all(bound.servers.map(closeServer))
    },
  }
}

function noteOf(passedOver: readonly string[], port: number, owners: SocketOwners): string | null {
  const notes = [portNote(passedOver, port), ownersNote(owners)].filter((note) => note !== null)
  return notes.length === 0 ? null : notes.join(' ')
}

/** Elsewhere than on Linux no system tells; the threat model says so, and no start has to. */
function ownersNote({ areTold }: SocketOwners): string | null {
  if (areTold || process.platform !== 'linux') return null
  return (
    'This system does not show who owns a connection (/proc/net/tcp is missing), so this service ' +
    'answers programs of other users of this computer too.'
  )
}

/** What a person should know of the ports that could not be had; null where the first one could. */
export function portNote(passedOver: readonly string[], port: number): string | null {
  const [first, ...rest] = passedOver
  if (first === undefined) return null
  const others = rest.length === 0 ? '' : ` (and ${rest.length} more are taken)`
  return `Port ${first}${others}, so this service is on ${port}: apps that look on the usual port only will not find it.`
}

type Asked = [request: IncomingMessage, response: ServerResponse]
/** `continue`: the caller waits for leave to send its body; `unmet`: it expects what nobody knows. */
type Expectation = 'as-it-is' | 'continue' | 'unmet'
type Handle = (...args: [...Asked, expectation: Expectation]) => void

/** The guard first, on the request as it came; then the routes. */
function createHandler(
  deps: ServiceDeps & PkceDeps,
  url: string,
  connections: Connections,
): Handle {
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
    const allow = ALLOWED[c.req.path]
    return problemResponse(
      allow === undefined
        ? new Problem(
            'not-found',
            'There is nothing at this path. /openapi.json tells what there is.',
          )
        : new Problem('method-not-allowed', `This path takes ${allow}.`, { Allow: allow }),
    )
  })
  app.onError((thrown, c) => {
    if (thrown instanceof Problem) return problemResponse(thrown)
    // A caller that hung up in the middle of its request is no error of ours.
    if (!c.env.incoming.destroyed) deps.report(thrown)
    return problemResponse(new Problem('unexpected', asAuthError(thrown).message))
  })

  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  const isOurs = ({ socket }: IncomingMessage): boolean => connections.isOurs(socket)
  return (request, response, expectation) => {
    connections.busy(request, response)
    const refusal = guard(request, { port: deps.port, isOurs })
    if (refusal !== null) return refuse(response, refusal)
    // @see RFC 9110 section 10.1.1
    if (expectation === 'unmet') return void response.writeHead(417, { Connection: 'close' }).end()
    if (expectation === 'continue') response.writeContinue()
    void listener(request, response)
  }
}

function refuse(response: ServerResponse, refusal: Problem): void {
  const { status, body } = problemOutput(refusal)
  response
    .writeHead(status, {
      ...refusal.headers,
      'Content-Type': PROBLEM_TYPE,
      'Content-Length': String(Buffer.byteLength(body)),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      // What was refused is not read to its end.
      Connection: 'close',
    })
    .end(body)
}

/** How long the last answers may take to reach programs on this very machine. */
const DELIVERY_TIMEOUT_MS = 1_000

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => server.closeAllConnections(), DELIVERY_TIMEOUT_MS)
    // A connection that is kept alive is idle once its last answer is out.
    const sweep = setInterval(() => server.closeIdleConnections(), 20)
    server.close(() => {
      clearTimeout(giveUp)
      clearInterval(sweep)
      resolve()
    })
  })
}
