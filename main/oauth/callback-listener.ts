// The callback listener: open on loopback only while a sign-in waits, and shared by all that do.

import type { Clock } from '../base/clock.js'
import { AuthError } from '../base/errors.js'
import type { SocketOwners } from '../net/socket-owner.js'
import type { ExpectedCallback } from './callback.js'
import { takePasted, type AnswerDeps } from './callback-answer.js'
import type { CallbackDiagnostic } from './callback-diagnostics.js'
import { handleRequest } from './callback-request.js'
import { openCallbackServer } from './callback-server.js'
import {
  createListenerState,
  reportDiagnostic,
  type CallbackAnswer,
  type OpenPort,
} from './listener-state.js'
import { MESSAGES } from './oauth-messages.js'
import { nothingToDoPage } from './pages.js'
import type { Pasted } from './pasted-redirect.js'
import { redirectUriAt, type RedirectTarget } from './redirect-target.js'

export type { CallbackAnswer } from './listener-state.js'
export type { CallbackDiagnostic } from './callback-diagnostics.js'

export type CallbackListener = {
  /**
   * Waits for one sign-in's callback at its redirect target. Opens a port unless an open one fits. When
   * this resolves, the port accepts connections, and the browser may be opened. Fails with `port-taken`.
   */
  expect(expected: ExpectedCallback, at: ExpectedAt): Promise<PendingCallback>
  /** Takes an answer that the user pasted. */
  paste(address: URL): Pasted
}

export type ExpectedAt = {
  target: RedirectTarget
  /** The port to use instead of the target's. */
  port?: number | null
  /**
   * Called with whatever arrives but is not an answer, if it explains at least as much as the last
   * call.
   */
  onDiagnostic?: (diagnostic: CallbackDiagnostic) => void
}

export type PendingCallback = {
  /** @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-7.3} */
  redirectUri: string
  /** The sign-in's first valid answer. Never rejects. */
  answer: Promise<CallbackAnswer>
  /**
   * Ends the wait. The listener closes with the last sign-in. Resolves when its ports are free and
   * every page has been delivered.
   */
  leave(): Promise<void>
}

export type CallbackListenerDeps = {
  clock: Clock
  /** Tells whether a browser runs as this user. */
  owners: Pick<SocketOwners, 'isOurs'>
  /** How long a request may take to arrive, in milliseconds of real time. */
  requestTimeoutMs?: number
}

const REQUEST_TIMEOUT_MS = 20_000

/**
 * Makes the listener. Nothing is bound yet.
 *
 * 1. A sign-in shares a port that is open and that its target allows. Otherwise it binds one on
 *    127.0.0.1 and ::1: the first free one of the target's, or any free one if the target has none.
 * 2. {@link handleRequest} turns away all requests except answers from programs of this user at the
 *    sign-in's own redirect URI. Waiting sign-ins learn why a request was turned away.
 * 3. The `state` names the sign-in. The rest is checked against it.
 * 4. The sign-in gets its first valid answer, and the browser waits for the page with the result.
 * 5. The same answer again waits for the same page: a scanner may have fetched it first.
 * 6. The last sign-in that leaves a port closes it.
 */
export function createCallbackListener(given: CallbackListenerDeps): CallbackListener {
  const state = createListenerState()
  const deps = { ...given, state }
  return {
    paste: (address) => takePasted(deps, address),

    async expect(expected, { target, port = null, onDiagnostic = () => undefined }) {
      await state.closed
      const openPort = await takePort(deps, port === null ? target.ports : [port])
      const server = await openPort.server
      // If the provider was told to use [::1], the other address does not help.
      if (target.host === '[::1]' && !server.ipv6) {
        await releasePort(deps, openPort)
        throw new AuthError('port-taken', MESSAGES.noIpv6)
      }
      const redirectUri = redirectUriAt(target, server.port)
      let answered: CallbackAnswer | null = null
      const answer = new Promise<CallbackAnswer>((resolve) => {
        state.waiting.set(expected.state, {
          expected,
          redirectUri,
          place: { openPort, path: target.path },
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
        // Usually the page has been shown. Otherwise the browser still gets an answer.
        await answered?.show(nothingToDoPage(400))
        state.answered.delete(expected.state)
        await releasePort(deps, openPort)
      }
      return { redirectUri, answer, leave: () => (left ??= leave()) }
    },
  }
}

type PortDeps = CallbackListenerDeps & AnswerDeps

/**
 * Takes an open port for one more sign-in: one of `ports`, or any if there are none. Opens one if none
 * fits. It is counted at once, so that another sign-in that leaves cannot close it.
 */
async function takePort(deps: PortDeps, ports: readonly number[]): Promise<OpenPort> {
  const openPorts = (): OpenPort[] => [...deps.state.openPorts]
  for (;;) {
    // A port that is being bound may turn out to fit.
    const binding = openPorts().find(({ port }) => port === null)
    if (!binding) break
    await binding.server.catch(() => undefined)
  }
  const fits = ({ port }: OpenPort): boolean => ports.length === 0 || ports.includes(port ?? 0)
  const openPort = openPorts().find(fits) ?? openPortAt(deps, ports)
  openPort.signIns += 1
  return openPort
}

function openPortAt(deps: PortDeps, ports: readonly number[]): OpenPort {
  const { state, clock, owners, requestTimeoutMs = REQUEST_TIMEOUT_MS } = deps
  const server = openCallbackServer(
    {
      clock,
      requestTimeoutMs,
      isOurs: (socket) => owners.isOurs(socket),
      onRequest: (received) => handleRequest(deps, openPort, received),
      onDiagnostic: (diagnostic) => reportDiagnostic(state, openPort, diagnostic),
    },
    ports.length === 0 ? [0] : ports,
  )
  const openPort: OpenPort = { port: null, signIns: 0, server }
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
