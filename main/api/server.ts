// The local HTTP service that other apps call.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { checkWhileConnected } from '../net/connection-checks.js'
import type { Socket } from 'node:net'
import { asAuthError } from '../base/errors.js'
import type { SocketOwners } from '../net/socket-owner.js'
import { createCallers } from '../net/callers.js'
import { createServiceIdentity, type ServiceIdentity } from '../net/service-proof.js'
import { createAgentHandlers } from './agent-routes.js'
import { answerJson, answerText, sendAnswer } from './answer.js'
import { PROBLEM_DETAILS, SERVICE_MESSAGES } from './api-messages.js'
import { createCallerCheck } from './check-caller.js'
import { createConnections, mostConnections, type Connections } from './connections.js'
import { findPath, readPath } from './endpoints.js'
import { createIdentityAccess, type IdentityAccess } from './identity-access.js'
import { loadSchemas } from './load-schemas.js'
import { createPkceHandlers, type Handler, type Handlers, type PkceDeps } from './pkce-routes.js'
import { Problem, rejectRequest, toAnswer } from './problem.js'
import { answerProof } from './proof.js'
import { createProgramSignIns } from './program-sign-in.js'
import { checkKey } from './require-consent.js'
import { createSessionHandlers } from './session-routes.js'
import { bindService } from './service-ports.js'
import { openServiceSocket, type ServiceSocket } from './service-socket.js'
import { createUserHandlers } from './user-routes.js'
import { createSignedInCallers, type SignedInCallers } from './signed-in-callers.js'
import { ServiceRequest } from './stream-request.js'
import { createStreamHandlers } from './streams.js'
import { createSubscribers, mostSubscribers, type Subscribers } from './subscribers.js'
import { createUpgrade, type Upgrade } from './upgrade.js'

export type ServiceDeps = Omit<PkceDeps, 'ports' | 'findCaller' | 'callers'> & {
  /** 0: any free port; null: the ports that clients know. */
  wantedPort: number | null
  version: string
  /** The version that clients are told; `version` if null or absent. */
  clientVersion?: string | null
  /** What the service file tells; a new one unless given. */
  identity?: ServiceIdentity
  /** The data directory, for the Unix socket. There is no socket without it. */
  directory?: string
  owners: SocketOwners
  /** This program's user; null if the system has no user IDs. */
  user: number | null
  /** How long a caller may take to send its headers; 5 s unless given. */
  headersTimeoutMs?: number
  /** Called when a program that follows a stream is dropped because it reads too slowly. */
  onSubscriberDropped?: () => void
  /** Called with errors of our own. */
  report(error: unknown): void
}

export type Service = {
  /** The URL at the first port. */
  url: string
  /** The first port: the documented one, if it is free. */
  port: number
  /** The URLs at all ports, the first one too. */
  urls: readonly string[]
  /** False if this computer has no IPv6, so the service listens on 127.0.0.1 only. */
  ipv6: boolean
  /** The path of the Unix socket; null if there is none. */
  socket: string | null
  /** A message for people about the port or about who may call; null if there is nothing to say. */
  message: string | null
  close(): Promise<void>
}

/** S40: a connection that sends no headers for this long is closed. */
const HEADERS_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 30_000

/** Starts the service on 127.0.0.1 and ::1. Fails with `port-taken`. The caller closes it. */
export async function startService(deps: ServiceDeps): Promise<Service> {
  let answering: Answering = {
    handle: (_request, response) => void response.writeHead(503, { Connection: 'close' }).end(),
    upgrade: (_request, socket) => void socket.destroy(),
  }
  const { owners, user, headersTimeoutMs = HEADERS_TIMEOUT_MS } = deps
  const callers = createCallers({ owners })
  const most = mostConnections()
  const connections = createConnections({ owners, user, most })
  const subscribers = createSubscribers({
    most: mostSubscribers(most),
    onDropped: () => deps.onSubscriberDropped?.(),
  })
  const create = (add: (socket: Socket) => void): Server =>
    createHttpServer(() => answering, headersTimeoutMs).on('connection', add)
  const fromSocket = new WeakSet<Socket>()
  const bound = await bindService(() => create(connections.add), deps.wantedPort)
  const { ports } = bound
  const port = ports[0]!
  const urls = ports.map((one) => `http://127.0.0.1:${one}`)
  const url = urls[0]!
  answering = createAnswering({
    ...deps,
    ports,
    findCaller: ({ socket }, options) => callers.find(socket, options),
    url,
    connections,
    subscribers,
    fromSocket,
  })
  const socket = await openSocket(deps, () =>
    create((accepted) => {
      fromSocket.add(accepted)
      connections.addOurs(accepted)
    }),
  )
  const servers = socket.server ? [...bound.servers, socket.server] : bound.servers
  return {
    url,
    port,
    urls,
    ipv6: bound.ipv6,
    socket: socket.path,
    message: describeService(bound.passedOver, { port, owners, socket }),
    close: async () => {
      // Waiting callers get an answer before their connections are closed.
      await Promise.all([
        deps.agent.api.close(),
        deps.agent.consents.close(),
        subscribers.closeAll(),
      ])
      await Promise.all(servers.map((server) => closeServer(server, connections)))
      callers.close()
    },
  }
}

/** `answering`: asked for each request. */
function createHttpServer(answering: () => Answering, headersTimeoutMs: number): Server {
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: REQUEST_TIMEOUT_MS,
      IncomingMessage: ServiceRequest,
    },
    (request, response) => answering().handle(request, response, 'none'),
  )
  checkWhileConnected(server, headersTimeoutMs)
  return (
    server
      // Requests with `Expect`: the guard answers before the expectation is.
      .on('checkContinue', (...asked: Asked) => answering().handle(...asked, 'continue'))
      .on('checkExpectation', (...asked: Asked) => answering().handle(...asked, 'unmet'))
      .on('upgrade', (request, socket, head) =>
        answering().upgrade(request, socket as Socket, head),
      )
  )
}

async function openSocket(
  { directory }: ServiceDeps,
  create: () => Server,
): Promise<ServiceSocket> {
  if (directory === undefined) return { server: null, path: null, message: null }
  return openServiceSocket(directory, create)
}

function describeService(
  passedOver: readonly string[],
  { port, owners, socket }: { port: number; owners: SocketOwners; socket: ServiceSocket },
): string | null {
  const messages: string[] = []
  if (passedOver.length > 0) messages.push(SERVICE_MESSAGES.otherPort(passedOver, port))
  // Only Linux shows the owners. For other systems the threat model says so, and the user need not be told.
  if (!owners.areTold && process.platform === 'linux') messages.push(SERVICE_MESSAGES.ownersUnknown)
  if (socket.message !== null) messages.push(socket.message)
  return messages.length === 0 ? null : messages.join(' ')
}

type Asked = [request: IncomingMessage, response: ServerResponse]
/** `continue`: the caller asks before it sends its body; `unmet`: it expects something unknown. */
type Expectation = 'none' | 'continue' | 'unmet'
type Handle = (...args: [...Asked, expectation: Expectation]) => void

/** How a server answers: plain requests, and those for WebSockets. */
type Answering = { handle: Handle; upgrade: Upgrade }

type AnsweringDeps = ServiceDeps &
  Omit<PkceDeps, 'callers'> & {
    url: string
    connections: Connections
    subscribers: Subscribers
    /** The connections to the Unix socket. */
    fromSocket: WeakSet<Socket>
  }

/** Handles requests: the guard checks each as it came in, then its endpoint's handler answers it. */
function createAnswering(answeringDeps: AnsweringDeps): Answering {
  const known = { ...answeringDeps, callers: rememberSignedIn(answeringDeps) }
  const deps = { ...known, access: createIdentityAccess(known) }
  const { connections, fromSocket, report } = deps
  const handlers = createHandlers(deps)
  const checkCaller = createCallerCheck({
    guard: {
      ports: deps.ports,
      isOurs: ({ socket }) => connections.isOurs(socket),
      isSocketCall: ({ socket }) => fromSocket.has(socket),
      checkKey: (request) => checkKey(deps, request),
    },
    connections,
    report,
  })
  return {
    handle(request, response, expectation) {
      // The rest of what was received before the connection was closed.
      if (request.socket.destroyed) return
      connections.markBusy(request, response)
      checkCaller(request, (problem) => {
        if (problem !== null) return rejectRequest(response, problem)
        // @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1}
        if (expectation === 'unmet') {
          return void response.writeHead(417, { Connection: 'close' }).end()
        }
        if (expectation === 'continue') response.writeContinue()
        void answer(deps, handlers, request, response)
      })
    },
    upgrade: createUpgrade({
      connections,
      checkCaller,
      handlers: createStreamHandlers({ ...deps, identity: deps.access }),
      toProblem: (thrown, request) => toProblem(thrown, request, report),
    }),
  }
}

/** Remembers which account each program signed in, until the account is signed out. */
function rememberSignedIn({ agent }: ServiceDeps): SignedInCallers {
  const callers = createSignedInCallers()
  agent.subscribe((_model, event) => {
    if (event.type === 'signed-out') callers.forget(event.id)
  })
  return callers
}

/** Every endpoint of the table has its handler here. */
function createHandlers(deps: AnsweringDeps & PkceDeps & { access: IdentityAccess }): Handlers {
  let description: string | null = null
  const { identity: known = createServiceIdentity() } = deps
  const signIns = createProgramSignIns(deps)
  return {
    ...createPkceHandlers(deps),
    ...createAgentHandlers(deps),
    ...createSessionHandlers({ ...deps, identity: deps.access, signIns }),
    ...createUserHandlers({ ...deps, identity: deps.access, signIns }),
    'POST /allocations/connect': rejectCloudCall,
    'GET /applications': rejectCloudCall,
    'GET /models': rejectCloudCall,
    'GET /.well-known/health': () => answerText('ok'),
    'GET /.well-known/version': () => answerText(deps.clientVersion ?? deps.version),
    'GET /.well-known/proof': (request) => answerProof(known, request),
    'GET /openapi.json': async () => {
      const { describeApi } = await loadSchemas()
      return answerJson((description ??= JSON.stringify(describeApi(deps.version, deps.url))))
    },
  }
}

function rejectCloudCall(): never {
  throw new Problem('not-implemented', PROBLEM_DETAILS.noCloud)
}

async function answer(
  { report }: ServiceDeps,
  handlers: Handlers,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const handler = findHandler(handlers, request)
    const answered = handler(request, response)
    // An answer that is there is sent at once.
    const sent = answered instanceof Promise ? await answered : answered
    if (sent !== null) sendAnswer(response, sent)
  } catch (thrown) {
    sendAnswer(response, toAnswer(toProblem(thrown, request, report)))
  }
}

function findHandler(handlers: Handlers, { method = '', url = '' }: IncomingMessage): Handler {
  const path = findPath(readPath(url))
  if (path === undefined) throw new Problem('not-found', PROBLEM_DETAILS.notFound)
  const name = path.methods.get(method)
  if (name !== undefined) return handlers[name]
  if (path.stream !== null && method === 'GET') throw new Problem(...UPGRADE_REQUIRED)
  const { allow } = path
  throw new Problem('method-not-allowed', PROBLEM_DETAILS.wrongMethod(allow), { Allow: allow })
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-15.5.22} */
const UPGRADE_REQUIRED = [
  'upgrade-required',
  PROBLEM_DETAILS.webSocketOnly,
  { Upgrade: 'websocket', Connection: 'Upgrade' },
] as const

function toProblem(
  thrown: unknown,
  request: IncomingMessage,
  report: ServiceDeps['report'],
): Problem {
  if (thrown instanceof Problem) return thrown
  // A caller that hung up during its request is not an error of ours.
  if (!request.readableAborted) report(thrown)
  return new Problem('unexpected', asAuthError(thrown).message)
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
