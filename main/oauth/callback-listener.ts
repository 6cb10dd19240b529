// The callback listener: open on loopback only while a flow waits, shared by all that do.

import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import { bindLoopback, type Bound } from '../net/loopback.js'
import type { Clock } from '../base/clock.js'
import { readBody } from '../net/read-body.js'
import type { SocketOwners } from '../net/socket-owner.js'
import {
  isAnswer,
  stateOf,
  validateCallback,
  type CallbackResult,
  type ExpectedCallback,
} from './callback.js'
import { AuthError } from '../base/errors.js'
import { largeHeadPage, nothingToDoPage, renderPage, type Page } from './pages.js'
import { isAt, type Pasted } from './pasted-redirect.js'
import { DEFAULT_TARGET, redirectUriAt, type RedirectHost } from './redirect-target.js'

export type CallbackListener = {
  /**
   * Waits for one flow's callback, at `port` where one is named. Opens the listener for the first
   * flow; when this resolves it accepts connections, so the browser may be opened. `sighted` is told
   * what came that is no answer: the most telling so far, or the like again. Fails with `port-taken`.
   */
  expect(
    expected: ExpectedCallback,
    port?: number | null,
    onDiagnostic?: (diagnostic: CallbackDiagnostic) => void,
  ): Promise<PendingCallback>
  /**
   * Takes an answer that the person brought by hand, after the same checks as the browser's. Whose
   * browser it was does not matter: whoever can paste here runs as this user.
   */
  paste(address: URL): Pasted
}

/**
 * What reached the listener while a flow waited and was not its answer: only the kind, never what was
 * in it. The later in this list, the more it tells of why there is no answer.
 */
const DIAGNOSTICS = [
  'nothing',
  /** One without a request that could be read. */
  'connection',
  /** An answer at another path than the redirect URI's, as where another redirect URI is registered. */
  'other-path',
  /** An answer to another sign-in, as from an old tab. */
  'other-state',
  /** An answer that names no sign-in, as some providers send when they refuse the request itself. */
  'without-state',
  /** A callback with neither code nor error. */
  'empty-callback',
  /** An answer from a program of another user, whom nobody here asked for one. */
  'other-user',
  /** A request whose head was too large, as with the cookies of many programs on 127.0.0.1. */
  'large-head',
  /** TLS on the port of plain http, as from a browser in HTTPS-only mode. */
  'tls-hello',
] as const

export type CallbackDiagnostic = (typeof DIAGNOSTICS)[number]

export type PendingCallback = {
  /** @see RFC 8252 section 7.3 */
  redirectUri: string
  /** The first answer that is this flow's own; forged ones are turned away before. Never rejects. */
  answer: Promise<CallbackAnswer>
  /**
   * Ends the wait. With the last flow the listener closes; this resolves when its ports are free and
   * every page has been delivered.
   */
  leave(): Promise<void>
}

export type CallbackAnswer = {
  result: Exclude<CallbackResult, { kind: 'ignored' }>
  /** Shows the person the end, in the tab that waits; resolves once delivered, or found gone. */
  show(page: Page): Promise<void>
  /** Sends that tab on to a link of ours in place of a page; resolves as {@link show} does. */
  redirect(link: string): Promise<void>
}

/** Sockets that have sent no whole request; the oldest goes when there are more. */
const MOST_IDLE_SOCKETS = 64
const REQUEST_TIMEOUT_MS = 20_000
/** Programs that a person runs on 127.0.0.1 leave cookies there, and the browser sends us all of them. */
const MOST_HEADER_BYTES = 128 * 1024
/** Tabs, extensions and scanners that fetch the same answer; the rest is told that there is no more. */
const MOST_REPEATED = 16
/** How long a page may take to reach a browser on this very machine. */
const DELIVERY_TIMEOUT_MS = 2_000

/**
 * Makes the listener; nothing is bound yet.
 *
 * 1. The first flow binds one port on 127.0.0.1 and ::1: the first free one of `ports.redirectPorts`,
 *    any free one where there are none.
 * 2. Only programs of this user, and root's, may answer: the link can be read by every user of the
 *    computer, from the command line of the browser's opener, so that knowing it proves nothing.
 * 3. A request that is not `GET /callback` is turned away, and nothing in its query touches a flow.
 * 4. The one `state` in the query names the flow; the rest is checked against it.
 * 5. The flow's first valid answer is taken, and its browser waits for the page that tells the end.
 * 6. The same answer again, until then or until the flow has left, waits for the same page: a scanner
 *    may have fetched it before the person's browser did.
 * 7. Of what is turned away the flows that wait are told the kind (`Sighting`).
 * 8. The last flow to leave closes the port.
 */
export function createCallbackListener(deps: {
  clock: Clock
  redirectPorts: readonly number[]
  redirectHost?: RedirectHost
  redirectPath?: string
  /** Tells whose the browser is. */
  owners: Pick<SocketOwners, 'isOurs'>
  /** How long a request may take to come in, in milliseconds of real time. */
  requestTimeoutMs?: number
}): CallbackListener {
  const { requestTimeoutMs = REQUEST_TIMEOUT_MS } = deps
  const { redirectHost: host = DEFAULT_TARGET.host, redirectPath = DEFAULT_TARGET.path } = deps
  const waiting = new Map<string, Waiting>()
  /** Flows that have their answer and have not left yet. */
  const answeredSignIns = new Map<string, Taken>()
  const openPorts = new Set<OpenPort>()
  const idleSockets = new WeakMap<Server, Set<Socket>>()
  let closed: Promise<unknown> = Promise.resolve()

  /** Tells the flow that is named; where none is, all that wait at this opening. */
  const tell = (
    openPort: OpenPort,
    diagnostic: CallbackDiagnostic,
    state: string | null = null,
  ): void => {
    const named = state === null ? undefined : waiting.get(state)
    const signIns = named
      ? [named]
      : [...waiting.values()].filter((signIn) => signIn.openPort === openPort)
    for (const signIn of signIns) {
      if (DIAGNOSTICS.indexOf(diagnostic) < DIAGNOSTICS.indexOf(signIn.seen)) continue
      signIn.seen = diagnostic
      signIn.onDiagnostic(diagnostic)
    }
  }

  const handle = (openPort: OpenPort, request: IncomingMessage, response: ServerResponse): void => {
    const [path, query = ''] = splitTarget(request.url ?? '')
    // S41: before anything of it is looked at, and whatever it asks for.
    if (!deps.owners.isOurs(request.socket)) {
      const parameters = new URLSearchParams(query)
      if (isAnswer(parameters) || request.method === 'POST') {
        tell(openPort, 'other-user', stateOf(parameters))
      }
      return void send(response, nothingToDoPage(404))
    }
    if (path !== redirectPath) {
      const parameters = new URLSearchParams(query)
      if (isAnswer(parameters)) tell(openPort, 'other-path', stateOf(parameters))
      return void send(response, nothingToDoPage(404))
    }
    const takesForms = [...waiting.values()].some(({ expected }) => expected.byFormPost)
    if (request.method === 'POST' && takesForms) return void handleForm(openPort, request, response)
    if (request.method !== 'GET') {
      if (request.method === 'POST') tell(openPort, 'empty-callback')
      response.setHeader('Allow', takesForms ? 'GET, POST' : 'GET')
      return void send(response, nothingToDoPage(405))
    }
    // A browser that only looks ahead must not spend the code.
    if (/prefetch/i.test(String(request.headers['sec-purpose'] ?? request.headers['purpose']))) {
      response.writeHead(204, { Connection: 'close', 'Cache-Control': 'no-store' }).end()
      return
    }
    take(openPort, new URLSearchParams(query), response, () => true)
  }

  /** @see OAuth 2.0 Form Post Response Mode */
  const handleForm = async (
    openPort: OpenPort,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const body = await readForm(request)
    if (body === null) return send(response, nothingToDoPage(400))
    take(openPort, new URLSearchParams(body), response, ({ byFormPost }) => byFormPost === true)
  }

  const take = (
    openPort: OpenPort,
    parameters: URLSearchParams,
    response: ServerResponse,
    mayAnswer: (expected: ExpectedCallback) => boolean,
  ): void => {
    const state = stateOf(parameters)
    const before = state === null ? undefined : answeredSignIns.get(state)
    if (before) return repeat(before, parameters, response, mayAnswer)
    const signIn = state === null ? undefined : waiting.get(state)
    const result =
      signIn && mayAnswer(signIn.expected) ? validateCallback(parameters, signIn.expected) : null
    if (!signIn || result === null || result.kind === 'ignored') {
      tell(openPort, signIn ? 'empty-callback' : diagnosticOf(parameters), state)
      return void send(response, nothingToDoPage(400))
    }
    accept(signIn, result, [response])
  }

  const accept = (
    signIn: Waiting,
    result: CallbackAnswer['result'],
    responses: ServerResponse[],
  ): void => {
    waiting.delete(signIn.expected.state)
    const answered: Taken = { expected: signIn.expected, result, page: null, responses }
    answeredSignIns.set(signIn.expected.state, answered)
    const show = async (page: Page): Promise<void> => {
      answered.page = page
      await Promise.all(answered.responses.splice(0).map((one) => send(one, page)))
    }
    // Its answer is another one's from then on: who comes again with this one is turned away.
    const redirect = async (link: string): Promise<void> => {
      answeredSignIns.delete(signIn.expected.state)
      await Promise.all(answered.responses.splice(0).map((one) => sendOn(one, link)))
    }
    signIn.take({ result, show, redirect })
  }

  const paste = (address: URL): Pasted => {
    const parameters = address.searchParams
    const state = stateOf(parameters)
    if (!isAnswer(parameters)) return 'no-answer'
    if (state !== null && answeredSignIns.has(state)) return 'again'
    const signIn = state === null ? undefined : waiting.get(state)
    if (!signIn) return 'other-sign-in'
    if (!isAt(address, signIn.redirectUri)) return 'other-place'
    const result = validateCallback(parameters, signIn.expected)
    if (result.kind === 'ignored') return 'no-answer'
    accept(signIn, result, [])
    return 'taken'
  }

  /** S02: one exchange, whoever comes again; another code for the same state is refused. */
  const repeat = (
    before: Taken,
    parameters: URLSearchParams,
    response: ServerResponse,
    mayAnswer: (expected: ExpectedCallback) => boolean,
  ): void => {
    const again = mayAnswer(before.expected) ? validateCallback(parameters, before.expected) : null
    if (again === null || !isSameAnswer(before.result, again)) {
      return void send(response, nothingToDoPage(400))
    }
    if (before.page !== null) return void send(response, before.page)
    if (before.responses.length >= MOST_REPEATED) return void send(response, nothingToDoPage(400))
    before.responses.push(response)
  }

  const send = (response: ServerResponse, page: Page): Promise<void> => {
    const { html, headers } = renderPage(page)
    return deliver(response, page.status, headers, html)
  }

  const sendOn = (response: ServerResponse, link: string): Promise<void> =>
    deliver(response, 303, { Location: link, ...UNSEEN }, '')

  const deliver = (
    response: ServerResponse,
    status: number,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<void> =>
    new Promise((resolve) => {
      if (response.closed || response.headersSent) return resolve()
      const giveUp = deps.clock.after(DELIVERY_TIMEOUT_MS, () => response.destroy())
      response.once('close', () => {
        giveUp()
        resolve()
      })
      response.writeHead(status, { ...headers, Connection: 'close' }).end(body)
    })

  const refuseLargeHead = (openPort: OpenPort, socket: Socket): void => {
    if (deps.owners.isOurs(socket)) tell(openPort, 'large-head')
    // Closed at once, it would be reset, and a browser that is still sending would not see the page.
    const giveUp = deps.clock.after(DELIVERY_TIMEOUT_MS, () => socket.destroy())
    socket.once('close', giveUp)
    socket.resume().end(LARGE_HEAD)
  }

  const createListener = (openPort: () => OpenPort): Server => {
    const server = createServer(
      {
        maxHeaderSize: MOST_HEADER_BYTES,
        headersTimeout: requestTimeoutMs,
        requestTimeout: requestTimeoutMs,
        connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs),
      },
      (request, response) => handle(openPort(), request, response),
    )
    const idle = new Set<Socket>()
    // A form that is not in yet may be as slow as a head that is not.
    server.on('request', (request: IncomingMessage) => {
      if (request.method !== 'POST') return void idle.delete(request.socket)
      request.once('end', () => idle.delete(request.socket))
    })
    idleSockets.set(server, idle)
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      if (error.code === 'HPE_HEADER_OVERFLOW') return refuseLargeHead(openPort(), socket)
      const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      socket.end(isLate ? REQUEST_TIMEOUT : BAD_REQUEST, () => socket.destroy())
    })
    server.on('connection', (socket: Socket) => {
      idle.add(socket)
      tell(openPort(), 'connection')
      socket.once('data', (bytes: Buffer) => {
        if (bytes[0] === TLS_HANDSHAKE) tell(openPort(), 'tls-hello')
      })
      socket.once('close', () => idle.delete(socket))
      const [oldest] = idle
      if (idle.size > MOST_IDLE_SOCKETS) oldest?.destroy()
    })
    return server
  }

  const close = async ({ servers }: Bound): Promise<void> => {
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

  /** Where the provider is told of [::1], nothing else will do. */
  const requireIpv6 = async (bound: Bound): Promise<Bound> => {
    if (host !== '[::1]' || bound.ipv6) return bound
    await close(bound)
    throw new AuthError(
      'port-taken',
      'This computer has no IPv6, so your browser could not come back to [::1]. Choose another host ' +
        'with --redirect-host 127.0.0.1, and register that.',
    )
  }

  // An open listener serves whoever does not name another port.
  const open = (port: number | null): OpenPort => {
    const usable = [...openPorts].find((openPort) => port === null || openPort.port === port)
    if (usable) return usable
    const wanted = port === null ? redirectPorts(deps) : [port]
    const openPort: OpenPort = {
      port,
      signIns: 0,
      bound: bindLoopback(
        () => createListener(() => openPort),
        wanted,
        'the answer of your browser',
      ).then((bound) => requireIpv6(bound)),
    }
    void openPort.bound.then(
      (bound) => (openPort.port = bound.port),
      () => openPorts.delete(openPort),
    )
    openPorts.add(openPort)
    return openPort
  }

  return {
    paste,

    async expect(expected, port = null, onDiagnostic = () => undefined) {
      await closed
      // What is being bound may turn out to be the port that is wanted.
      for (;;) {
        const binding = [...openPorts].find((openPort) => openPort.port === null)
        if (port === null || !binding) break
        await binding.bound.catch(() => undefined)
      }
      const openPort = open(port)
      openPort.signIns += 1
      const bound = await openPort.bound

      const redirectUri = redirectUriAt({ host, path: redirectPath }, bound.port)
      let answered: CallbackAnswer | null = null
      const answer = new Promise<CallbackAnswer>((resolve) => {
        waiting.set(expected.state, {
          expected,
          redirectUri,
          openPort,
          seen: 'nothing',
          onDiagnostic,
          take: (taken) => {
            answered = taken
            resolve(taken)
          },
        })
      })
      let left: Promise<void> | null = null
      const leave = async (): Promise<void> => {
        waiting.delete(expected.state)
        // Shown already in every ordinary end; a browser is never left without an answer.
        await answered?.show(nothingToDoPage(400))
        answeredSignIns.delete(expected.state)
        openPort.signIns -= 1
        if (openPort.signIns > 0) return
        openPorts.delete(openPort)
        const closing = close(bound)
        closed = Promise.all([closed, closing])
        await closing
      }
      return {
        redirectUri,
        answer,
        leave: () => (left ??= leave()),
      }
    },
  }
}

/** The listener on one port, and how many flows need it there. */
type OpenPort = { port: number | null; signIns: number; bound: Promise<Bound> }

/** An answer that was taken: what it was, and who waits for the page. */
type Taken = {
  expected: ExpectedCallback
  result: CallbackAnswer['result']
  /** Null until the end is known. */
  page: Page | null
  responses: ServerResponse[]
}

function isSameAnswer(first: CallbackResult, again: CallbackResult): boolean {
  if (first.kind === 'code') return again.kind === 'code' && again.code === first.code
  return (
    first.kind === 'refused' &&
    again.kind === 'refused' &&
    again.error.message === first.error.message
  )
}

/** What an answer is that belongs to no flow which waits. */
function diagnosticOf(parameters: URLSearchParams): CallbackDiagnostic {
  if (!isAnswer(parameters)) return 'empty-callback'
  return parameters.has('state') ? 'other-state' : 'without-state'
}

type Waiting = {
  expected: ExpectedCallback
  redirectUri: string
  openPort: OpenPort
  /** The most telling so far. */
  seen: CallbackDiagnostic
  onDiagnostic(diagnostic: CallbackDiagnostic): void
  take(answer: CallbackAnswer): void
}

const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'
const REQUEST_TIMEOUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n'

/** A whole answer, for a request that was not read to the end of its head. @see RFC 6585 section 5 */
const LARGE_HEAD = textOf(largeHeadPage())

function textOf(page: Page): string {
  const { html, headers } = renderPage(page)
  const length = String(Buffer.byteLength(html))
  const lines = Object.entries({ ...headers, 'Content-Length': length, Connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  return [`HTTP/1.1 ${page.status} ${STATUS_CODES[page.status]}`, ...lines, '', html].join('\r\n')
}

/** What a redirect needs so that nobody keeps or hears of the address that it came from. */
const UNSEEN = {
  'Content-Length': '0',
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
}

/** The first byte of a ClientHello: a record of the handshake. @see RFC 8446 section 5.1 */
const TLS_HANDSHAKE = 0x16

function redirectPorts(deps: { redirectPorts: readonly number[] }): readonly number[] {
  return deps.redirectPorts.length === 0 ? [0] : deps.redirectPorts
}

// Not `new URL`: a target such as `//host/callback` would lose its first part to the host.
function splitTarget(target: string): [path: string, query?: string] {
  const mark = target.indexOf('?')
  return mark === -1 ? [target] : [target.slice(0, mark), target.slice(mark + 1)]
}

const MOST_FORM_BYTES = 64 * 1024

/** A posted form; null where it is none, or too large. */
async function readForm(request: IncomingMessage): Promise<string | null> {
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) return null
  // A browser that hangs up in the middle has no form either.
  return readBody(request, MOST_FORM_BYTES).catch(() => null)
}
