// The callback listener: open on loopback only while a sign-in waits, and shared by all that do.

import type { Clock } from '../base/clock.js'
import type { SocketOwners } from '../net/socket-owner.js'
import type { ExpectedCallback } from './callback.js'
import { takePasted } from './callback-answer.js'
import type { CallbackDiagnostic } from './callback-diagnostics.js'
import { handleRequest, type RequestDeps } from './callback-request.js'
import { openCallbackServer } from './callback-server.js'
import {
  createListenerState,
  reportDiagnostic,
  type CallbackAnswer,
  type OpenPort,
} from './listener-state.js'
import { nothingToDoPage } from './pages.js'
import type { Pasted } from './pasted-redirect.js'
import { DEFAULT_TARGET, redirectUriAt, type RedirectHost } from './redirect-target.js'

export type { CallbackAnswer } from './listener-state.js'
export type { CallbackDiagnostic } from './callback-diagnostics.js'

export type CallbackListener = {
  /**
   * Waits for one sign-in's callback, at `port` if it is given. Opens the listener for the first
   * sign-in. When this resolves, the listener accepts connections, and the browser may be opened.
   * `onDiagnostic` is called with what arrives and is no answer, if it explains at least as much as
   * what came before. Fails with `port-taken`.
   */
  expect(
    expected: ExpectedCallback,
    port?: number | null,
    onDiagnostic?: (diagnostic: CallbackDiagnostic) => void,
  ): Promise<PendingCallback>
  /** Takes an answer that the user pasted. */
  paste(address: URL): Pasted
}

export type PendingCallback = {
  /** @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-7.3} */
  redirectUri: string
  /** The sign-in's first valid answer. Never rejects. */
  answer: Promise<CallbackAnswer>
  /**
   * Ends the wait. With the last sign-in the listener closes. Resolves when its ports are free and
   * every page has been delivered.
   */
  leave(): Promise<void>
}

export type CallbackListenerDeps = {
  clock: Clock
  redirectPorts: readonly number[]
  redirectHost?: RedirectHost
  redirectPath?: string
  /** Tells whether a browser runs as this user. */
  owners: Pick<SocketOwners, 'isOurs'>
  /** How long a request may take to arrive, in milliseconds of real time. */
  requestTimeoutMs?: number
}

const REQUEST_TIMEOUT_MS = 20_000

/**
 * Makes the listener. Nothing is bound yet.
 *
 * 1. The first sign-in binds one port on 127.0.0.1 and ::1: the first free one of `redirectPorts`,
 *    or any free one if that list is empty.
 * 2. {@link handleRequest} turns away all requests except answers at the redirect URI from programs
 *    of this user. Waiting sign-ins learn why a request was turned away.
 * 3. The `state` names the sign-in. The rest is checked against it.
 * 4. The sign-in gets its first valid answer, and the browser waits for the page with the result.
 * 5. The same answer again waits for the same page: a scanner may have fetched it first.
 * 6. The last sign-in that leaves closes the port.
 */
export function createCallbackListener(given: CallbackListenerDeps): CallbackListener {
  const { redirectHost: host = DEFAULT_TARGET.host, redirectPath: path = DEFAULT_TARGET.path } =
    given
  const state = createListenerState()
  const deps = { ...given, state, redirectHost: host, redirectPath: path }
  return {
    paste: (address) => takePasted(deps, address),

    async expect(expected, port = null, onDiagnostic = () => undefined) {
      await state.closed
      const openPort = await takePort(deps, port)
      const server = await openPort.server
      const redirectUri = redirectUriAt({ host, path }, server.port)
      let answered: CallbackAnswer | null = null
      const answer = new Promise<CallbackAnswer>((resolve) => {
        state.waiting.set(expected.state, {
          expected,
          redirectUri,
          openPort,
          diagnostic: 'nothing',
          onDiagnostic,
          take: (taken) => {
            answered = taken
            resolve(taken)
          },
        })
      })
      let left: Promise<void> | null = null
      const leave = async (): Promise<void> => {
        state.waiting.delete(expected.state)
        // Usually the page has been shown. In any other case the browser still gets an answer.
        await answered?.show(nothingToDoPage(400))
        state.answered.delete(expected.state)
        await releasePort(deps, openPort)
      }
      return { redirectUri, answer, leave: () => (left ??= leave()) }
    },
  }
}

type PortDeps = CallbackListenerDeps & RequestDeps & { redirectHost: RedirectHost }

/**
 * Takes an open port for one more sign-in; any, if `port` is null. Opens one if there is none. It is
 * counted at once, so that another sign-in that leaves cannot close it.
 */
async function takePort(deps: PortDeps, port: number | null): Promise<OpenPort> {
  const { openPorts } = deps.state
  for (;;) {
    const binding = [...openPorts].find((openPort) => openPort.port === null)
    if (port === null || !binding) break
    // The port that is being bound may turn out to be the wanted one.
    await binding.server.catch(() => undefined)
  }
  const usable = [...openPorts].find((openPort) => port === null || openPort.port === port)
  const openPort = usable ?? openPortAt(deps, port)
  openPort.signIns += 1
  return openPort
}

function openPortAt(deps: PortDeps, port: number | null): OpenPort {
  const { state, clock, owners, redirectHost, requestTimeoutMs = REQUEST_TIMEOUT_MS } = deps
  const anyPorts = deps.redirectPorts.length === 0 ? [0] : deps.redirectPorts
  const server = openCallbackServer(
    {
      clock,
      redirectHost,
      requestTimeoutMs,
      isOurs: (socket) => owners.isOurs(socket),
      onRequest: (request, response) => handleRequest(deps, openPort, request, response),
      onDiagnostic: (diagnostic) => reportDiagnostic(state, openPort, diagnostic),
    },
    port === null ? anyPorts : [port],
  )
  const openPort: OpenPort = { port, signIns: 0, server }
  state.openPorts.add(openPort)
  void server.then(
    (bound) => (openPort.port = bound.port),
    () => state.openPorts.delete(openPort),
  )
  return openPort
}

/** Closes the port with the last sign-in that needs it. */
async function releasePort({ state }: Pick<PortDeps, 'state'>, openPort: OpenPort): Promise<void> {
  openPort.signIns -= 1
  if (openPort.signIns > 0) return
  state.openPorts.delete(openPort)
  const closing = openPort.server.then((server) => server.close())
  state.closed = Promise.all([state.closed, closing])
  await closing
}
