// The sign-ins that other apps begin: any number at once, keyed by state, from the link to the code
// and, by a second call, from the code to a session.

import { createHash } from 'node:crypto'
import type { Clock } from '../clock.js'
import type { HeldSession } from '../vault.js'
import { authorize, completeSignIn, type Authorized, type ProviderSettings } from './attempt.js'
import { stateOf, validateCallback, type ExpectedCallback } from './callback.js'
import type { Custody } from './custody.js'
import { CalledOff, endingOf, notConfigured, pageOf, timedOut } from './endings.js'
import { AuthError } from './errors.js'
import type { Http } from './http.js'
import type { CallbackAnswer, CallbackListener, PendingCallback, Sighting } from './loopback.js'
import type { Ending, Event, Model } from './model.js'
import { OPENED_TOO_OFTEN, type Openings, type Reservation } from './openings.js'
import { returnToAppPage, type Page } from './pages.js'
import { challengeOf } from './pkce.js'

export type FlowRequest = {
  state: string
  nonce: string
  challenge: string
  /** Kept here where the service made the challenge; null where the app keeps its own. */
  verifier: string | null
  scope: string
  audience: string | null
  prompt: string | null
  organization: string | null
  extra: Readonly<Record<string, string>>
  /** Where the provider sends the browser: our listener, at a port where one is named, or the API. */
  wayBack: { kind: 'listener'; port: number | null } | { kind: 'api'; redirectUri: string }
  byFormPost: boolean
}

export type Begun =
  | { kind: 'answered'; code: string; redirectUri: string }
  | { kind: 'in-use' }
  | { kind: 'too-many'; why: string }
  | { kind: 'ended'; ending: Ending }

export type Delivered =
  | { kind: 'delivered'; code: string; page: Page }
  | { kind: 'refused'; error: AuthError; page: Page }
  | { kind: 'ignored' }

export type Exchanged =
  | {
      kind: 'signed-in'
      session: HeldSession
      request: FlowRequest
      code: string
      redirectUri: string
    }
  | { kind: 'unknown' }
  | { kind: 'spent' }
  | { kind: 'mismatch'; what: string }
  | { kind: 'ended'; ending: Ending }

export type ApiFlows = {
  /**
   * Begins a flow, sends the person to the provider and waits for the answer, `hangUp` or the time
   * limit. What is refused or a duplicate opens no browser and uses no budget.
   */
  begin(request: FlowRequest, hangUp: AbortSignal): Promise<Begun>
  /** Hands an answer to the flow that waits for its state. A program may leave `iss` out. */
  deliver(parameters: URLSearchParams, from: 'page' | 'program'): Delivered
  /** Exchanges the code of an answered flow, once. */
  exchange(proof: { code: string; redirectUri: string; verifier: string }): Promise<Exchanged>
  /** Exchanges the code of the latest answered flow whose verifier is kept here. */
  exchangeLatest(): Promise<Exchanged>
  /** True while a flow waits for this state. */
  isWaiting(state: string): boolean
  /** Ends every flow that an app began. Signs nobody out. */
  clear(): void
  /** Ends every flow, begins no other, and resolves when their callers have been told. */
  close(): Promise<void>
}

export type ApiFlowPorts = {
  provider: ProviderSettings | null
  loginTimeoutMs: number
  http: Http
  clock: Clock
  listener: CallbackListener
  openings: Openings
  openBrowser(link: string): Promise<void>
  custody: Custody
  dispatch(event: Event): void
  /** Tells the person of what they may do something about. */
  tellSighting(state: string, sighting: Sighting): void
  model(): Model
}

/** S26: no storm of waiting flows. */
export const MOST_WAITING_FLOWS = 64

/** A call is answered before Node's own fetch gives up on it, at 300 s. */
const LONGEST_WAIT_MS = 290_000
/** The longest life of a code. @see RFC 6749 section 4.1.2 */
const CODE_LIFETIME_MS = 600_000
const MOST_SPENT_CODES = 1_024

type Flow = {
  request: FlowRequest
  controller: AbortController
  /** What it opens the browser with, once. */
  opening: Reservation
  /** What reached the listener meanwhile; null where there is none. */
  sighting: Sighting | null
  /** Set while the flow waits for its answer. */
  waiting: { expected: ExpectedCallback; take(answer: CallbackAnswer): void } | null
  /** Set once it is answered. */
  answered: (Authorized & { code: string; stopExpiry(): void }) | null
}

export function createApiFlows(ports: ApiFlowPorts): ApiFlows {
  const { clock, custody, dispatch, provider } = ports
  const flows = new Map<string, Flow>()
  const spent = new Set<string>()
  const waiters = new Set<Promise<Begun>>()
  let closed = false

  const end = (flow: Flow, ending: Ending): void => {
    flows.delete(flow.request.state)
    dispatch({ type: 'flow-ended', state: flow.request.state, ending })
  }

  const openWayBack = async (flow: Flow, expected: ExpectedCallback): Promise<PendingCallback> => {
    const { wayBack, byFormPost } = flow.request
    if (wayBack.kind === 'listener') {
      const pending = await ports.listener.expect(
        { ...expected, byFormPost },
        wayBack.port,
        (sighting) => {
          flow.sighting = sighting
          ports.tellSighting(expected.state, sighting)
        },
      )
      flow.sighting ??= 'nothing'
      return pending
    }
    return {
      redirectUri: wayBack.redirectUri,
      answer: new Promise(() => undefined), // Comes by `deliver` only.
      leave: () => Promise.resolve(),
    }
  }

  /** Either way back: the listener, or a call of the API. */
  const awaitAnswer = async (flow: Flow, expected: ExpectedCallback): Promise<PendingCallback> => {
    const pending = await openWayBack(flow, expected)
    const delivered = new Promise<CallbackAnswer>((take) => (flow.waiting = { expected, take }))
    return { ...pending, answer: Promise.race([pending.answer, delivered]) }
  }

  const send = (flow: Flow, link: string): void => {
    const { state } = flow.request
    flow.opening.use()
    dispatch({ type: 'link-ready', state, link })
    void ports.openBrowser(link).catch(() => {
      const reason = 'No browser could be opened on this computer, so nobody could sign in.'
      flow.controller.abort(new CalledOff({ kind: 'failed', code: 'no-browser', reason }))
    })
  }

  const authorizeFlow = async (flow: Flow, settings: ProviderSettings): Promise<Authorized> => {
    const { request, controller } = flow
    const authorized = await authorize(
      ports,
      settings,
      { ...request, loginHint: null, maxAgeS: settings.maxAgeS },
      (expected) => awaitAnswer(flow, expected),
      (link) => send(flow, link),
      controller.signal,
    )
    flow.waiting = null
    const { result, show } = authorized.answer
    await show(result.kind === 'refused' ? pageOf(endingOf(result.error)) : returnToAppPage())
    await authorized.leave()
    if (result.kind === 'refused') throw result.error
    controller.signal.throwIfAborted()
    return authorized
  }

  const complete = async (
    flow: Flow,
    answered: NonNullable<Flow['answered']>,
    verifier: string,
  ): Promise<Exchanged> => {
    const { request, controller } = flow
    const { state, nonce, scope, organization } = request
    const { code, redirectUri } = answered
    const settings = provider!
    answered.stopExpiry()
    flow.answered = null
    remember(spent, code)
    dispatch({ type: 'exchange-started', state })
    try {
      let replaced: HeldSession | null = null
      const session = await completeSignIn(
        ports,
        settings,
        answered,
        { code, verifier, nonce, scope, maxAgeS: settings.maxAgeS, organization },
        {
          keep: async (kept) => void (replaced = await custody.keep(kept, controller.signal)),
          discard: (tokens) => custody.discard(tokens, settings),
        },
        controller.signal,
      )
      flows.delete(state)
      custody.tell(session, state, replaced)
      return { kind: 'signed-in', session, request, code, redirectUri }
    } catch (thrown) {
      const ending = endingOf(thrown)
      end(flow, ending)
      return { kind: 'ended', ending }
    }
  }

  const begin = async (request: FlowRequest, hangUp: AbortSignal): Promise<Begun> => {
    // 1. Whether it may begin at all.
    if (provider === null) return { kind: 'ended', ending: notConfigured() }
    const { state } = request
    if (ports.model().flows.some((flow) => flow.state === state)) return { kind: 'in-use' }
    if (flows.size >= MOST_WAITING_FLOWS) {
      return { kind: 'too-many', why: `${MOST_WAITING_FLOWS} sign-ins are waiting already.` }
    }
    const opening = ports.openings.reserve()
    if (opening === null) return { kind: 'too-many', why: `${OPENED_TOO_OFTEN} Wait a minute.` }

    // 2. It waits, at most so long, and no longer than its caller.
    const flow: Flow = {
      request,
      controller: new AbortController(),
      opening,
      sighting: null,
      waiting: null,
      answered: null,
    }
    flows.set(state, flow)
    const timeoutMs = Math.min(ports.loginTimeoutMs, LONGEST_WAIT_MS)
    const stopWaiting = clock.after(timeoutMs, () =>
      flow.controller.abort(timedOut(timeoutMs, flow.sighting)),
    )
    const hungUp = (): void => flow.controller.abort(new CalledOff({ kind: 'cancelled' }))
    hangUp.addEventListener('abort', hungUp, { once: true })
    dispatch({
      type: 'flow-started',
      state,
      origin: 'api',
      deadlineMs: clock.nowMs() + timeoutMs,
    })
    if (hangUp.aborted) hungUp()
    try {
      const authorized = await authorizeFlow(flow, provider)
      const { result } = authorized.answer
      if (result.kind !== 'code') throw result.error
      const { code } = result
      flow.answered = { ...authorized, code, stopExpiry: expireAnswered(flow) }
      dispatch({ type: 'callback-answered', state })
      return { kind: 'answered', code, redirectUri: authorized.redirectUri }
    } catch (thrown) {
      const ending = endingOf(thrown)
      end(flow, ending)
      return { kind: 'ended', ending }
    } finally {
      flow.waiting = null
      opening.release()
      stopWaiting()
      hangUp.removeEventListener('abort', hungUp)
    }
  }

  // 3. An answer that no app comes for is forgotten.
  const expireAnswered = (flow: Flow): (() => void) => {
    const { signal } = flow.controller
    const stop = clock.after(CODE_LIFETIME_MS, () => {
      const reason = 'The app that began the sign-in did not finish it.'
      flow.controller.abort(new CalledOff({ kind: 'expired', reason }))
    })
    const calledOff = (): void => {
      stop()
      flow.answered = null
      end(flow, endingOf(signal.reason))
    }
    signal.addEventListener('abort', calledOff, { once: true })
    return () => {
      stop()
      signal.removeEventListener('abort', calledOff)
    }
  }

  const callOffAll = (): void => {
    for (const { controller } of flows.values()) {
      controller.abort(new CalledOff({ kind: 'cancelled' }))
    }
  }

  return {
    begin(request, hangUp) {
      if (closed) return Promise.resolve({ kind: 'ended', ending: { kind: 'cancelled' } })
      const begun = begin(request, hangUp).finally(() => waiters.delete(begun))
      waiters.add(begun)
      return begun
    },

    deliver(parameters, from) {
      const state = stateOf(parameters)
      const flow = state === null ? undefined : flows.get(state)
      if (!flow?.waiting) return { kind: 'ignored' }
      const { expected, take } = flow.waiting
      const promisesIss = expected.promisesIss && from === 'page'
      const result = validateCallback(parameters, { ...expected, promisesIss })
      if (result.kind === 'ignored') return { kind: 'ignored' }
      flow.waiting = null
      // The one who delivered is answered by the API itself.
      take({ result, show: () => Promise.resolve() })
      return result.kind === 'code'
        ? { kind: 'delivered', code: result.code, page: returnToAppPage() }
        : { kind: 'refused', error: result.error, page: pageOf(endingOf(result.error)) }
    },

    async exchange({ code, redirectUri, verifier }) {
      if (spent.has(digest(code))) return { kind: 'spent' }
      const flow = [...flows.values()].find((candidate) => candidate.answered?.code === code)
      if (!flow?.answered) return { kind: 'unknown' }
      // Asked of the provider, a wrong proof would spend the code.
      if (redirectUri !== flow.answered.redirectUri)
        return { kind: 'mismatch', what: 'redirect_uri' }
      if (challengeOf(verifier) !== flow.request.challenge) {
        return { kind: 'mismatch', what: 'code_verifier' }
      }
      return complete(flow, flow.answered, verifier)
    },

    async exchangeLatest() {
      const flow = [...flows.values()].findLast(
        (candidate) => candidate.answered !== null && candidate.request.verifier !== null,
      )
      if (!flow?.answered || flow.request.verifier === null) return { kind: 'unknown' }
      return complete(flow, flow.answered, flow.request.verifier)
    },

    isWaiting: (state) => Boolean(flows.get(state)?.waiting),
    clear: callOffAll,
    async close() {
      closed = true
      callOffAll()
      await Promise.all(waiters)
    },
  }
}

// Codes are kept as digests: what is spent is still a secret.
function remember(spent: Set<string>, code: string): void {
  spent.add(digest(code))
  const [oldest] = spent
  if (spent.size > MOST_SPENT_CODES && oldest !== undefined) spent.delete(oldest)
}

function digest(code: string): string {
  return createHash('sha256').update(code).digest('base64url')
}
