// The sign-ins that other apps begin: any number at once, keyed by state, from the link to the code
// and, by a second call, from the code to a session.

import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../base/clock.js'
import type { HeldSession } from '../oauth/session.js'
import {
  authorize,
  completeSignIn,
  type Authorized,
  type ProviderSettings,
} from '../oauth/sign-in.js'
import { stateOf, validateCallback, type ExpectedCallback } from '../oauth/callback.js'
import { isSameProgram, type Caller } from '../net/caller.js'
import type { Custody } from './session-keeper.js'
import {
  abandoned,
  CalledOff,
  endingOf,
  notConfigured,
  pageOf,
  timedOut,
  type WayBackSeen,
} from './results.js'
import { AuthError } from '../base/errors.js'
import type { Http } from '../net/http.js'
import type {
  CallbackAnswer,
  CallbackListener,
  PendingCallback,
  Sighting,
} from '../oauth/callback-listener.js'
import type { Ending, Event, Flow as ModelFlow, Model } from './model.js'
import { OPENED_TOO_OFTEN, type Openings, type Reservation } from './browser-budget.js'
import { abandonedPage, returnToAppPage, type Page } from '../oauth/pages.js'
import { isAt } from '../oauth/pasted-redirect.js'
import { challengeOf } from '../oauth/pkce.js'
import {
  asksOffline,
  OFFLINE_ACCESS,
  withoutOfflineAccess,
  type ProviderMemory,
} from '../oauth/scopes.js'

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
  /** The app that waited for it has hung up: nobody is given the code. */
  | { kind: 'abandoned'; page: Page }
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
   * limit. Rejected and duplicate requests open no browser and use no budget.
   *
   * A flow whose caller hangs up goes on waiting for its browser, to tell the person that nobody is
   * signed in by it. The same request, made again by the program that made it first, takes it up.
   */
  begin(
    request: FlowRequest,
    hangUp: AbortSignal,
    askCaller?: () => Promise<Caller>,
  ): Promise<Begun>
  /**
   * Hands an answer to the flow that waits for its state, and was begun with the API as its redirect
   * target. A program may leave `iss` out.
   */
  deliver(parameters: URLSearchParams, from: 'page' | 'program'): Delivered
  /** The same for an address that the person pasted; false if it belongs to none of these flows. */
  paste(address: URL): boolean
  /** Exchanges the code of an answered flow, once. */
  exchange(proof: { code: string; redirectUri: string; verifier: string }): Promise<Exchanged>
  /** Exchanges the code of the latest answered flow whose verifier is kept here. */
  exchangeLatest(): Promise<Exchanged>
  /** The scopes that the provider allows, as far as is known. */
  allowedScopes(scopes: readonly string[]): readonly string[]
  /** True while a flow waits for an answer with this state at the API itself. */
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
  memory: ProviderMemory
  /** What to register with the provider. */
  registration: string
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
  /** Who made the request first. */
  caller: Promise<Caller>
  /** Its name, once it is known; null where the system does not tell. */
  program: string | null
  controller: AbortController
  /** What it opens the browser with, once. */
  opening: Reservation
  /** What reached the listener meanwhile; null where there is none. */
  seen: WayBackSeen | null
  /** Set while the flow waits for its answer. */
  waiting: { expected: ExpectedCallback; take(answer: CallbackAnswer): void } | null
  /** Set once it is answered. */
  answered: (Authorized & { code: string; stopExpiry(): void }) | null
  /** How its wait ends. */
  begun: Promise<Begun>
}

export function createApiFlows(ports: ApiFlowPorts): ApiFlows {
  const { clock, custody, dispatch, provider } = ports
  const flows = new Map<string, Flow>()
  const spent = new Set<string>()
  const waiters = new Set<Promise<Begun>>()
  let closed = false

  const shown = ({ request }: Flow): ModelFlow | undefined =>
    ports.model().flows.find(({ state }) => state === request.state)
  const isAbandoned = (flow: Flow): boolean => shown(flow)?.abandoned === true

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
          if (flow.seen !== null) flow.seen = { ...flow.seen, sighting }
          ports.tellSighting(expected.state, sighting)
        },
      )
      const { redirectUri } = pending
      flow.seen = { sighting: 'nothing', redirectUri, registration: ports.registration }
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
    // Who asked is known before a browser is opened: a caller that has hung up cannot be seen.
    const [pending, caller] = await Promise.all([openWayBack(flow, expected), flow.caller])
    flow.program = caller.kind === 'seen' ? caller.name : null
    const delivered = new Promise<CallbackAnswer>((take) => (flow.waiting = { expected, take }))
    return { ...pending, answer: Promise.race([pending.answer, delivered]) }
  }

  const send = (flow: Flow, link: string): void => {
    const { state } = flow.request
    flow.opening.use()
    dispatch({ type: 'link-ready', state, link, program: flow.program })
    void ports.openBrowser(link).catch(() => {
      const reason = 'No browser could be opened on this computer, so nobody could sign in.'
      flow.controller.abort(new CalledOff({ kind: 'failed', code: 'no-browser', reason }))
    })
  }

  /**
   * An app's own state and challenge can be used once, so the app has to ask again; from then on it is
   * asked for what the provider allows.
   */
  const rejected = (
    { error, aboutScope }: Extract<CallbackAnswer['result'], { kind: 'refused' }>,
    { scope }: FlowRequest,
  ): AuthError => {
    const usual = `openid profile email ${provider?.scope ?? ''}`.split(' ')
    const others = withoutOfflineAccess(scope).split(' ')
    // Else it may be another scope that is not allowed.
    const isCulprit = aboutScope && asksOffline(scope) && others.every((one) => usual.includes(one))
    if (!isCulprit) return error
    ports.memory.noteRejection()
    const words = 'Latchkey leaves out offline_access from now on: try again.'
    return new AuthError(error.code, `${error.message} ${words}`)
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
    const refusal = result.kind === 'refused' ? rejected(result, request) : null
    await show(refusal === null ? pageFor(flow, result) : pageOf(endingOf(refusal)))
    await authorized.leave()
    if (refusal !== null) throw refusal
    controller.signal.throwIfAborted()
    // Whether it was before the browser came or since: the code has nobody to go to.
    if (isAbandoned(flow)) throw abandoned()
    return authorized
  }

  const pageFor = (flow: Flow, result: CallbackAnswer['result']): Page => {
    if (result.kind === 'refused') return pageOf(endingOf(result.error))
    return isAbandoned(flow) ? abandonedPage() : returnToAppPage()
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

  const begin = async (
    request: FlowRequest,
    hangUp: AbortSignal,
    askCaller: () => Promise<Caller>,
  ): Promise<Begun> => {
    // 1. Whether it may begin at all.
    if (provider === null) return { kind: 'ended', ending: notConfigured() }
    const { state } = request
    if (ports.model().flows.some((flow) => flow.state === state)) {
      return takeUp(request, hangUp, askCaller)
    }
    if (!makeRoom()) {
      return { kind: 'too-many', why: `${MOST_WAITING_FLOWS} sign-ins are waiting already.` }
    }
    const opening = ports.openings.reserve()
    if (opening === null) return { kind: 'too-many', why: `${OPENED_TOO_OFTEN} Wait a minute.` }

    // 2. It waits, at most so long, whether or not its caller does.
    const flow: Flow = {
      request,
      caller: askCaller(),
      program: null,
      controller: new AbortController(),
      opening,
      seen: null,
      waiting: null,
      answered: null,
      begun: new Promise(() => undefined),
    }
    flows.set(state, flow)
    flow.begun = keepWaiter(run(flow, provider))
    return attend(flow, hangUp)
  }

  /** Abandoned flows make way for others, the oldest first. */
  const makeRoom = (): boolean => {
    if (flows.size < MOST_WAITING_FLOWS) return true
    const oldest = [...flows.values()].find(isAbandoned)
    if (!oldest) return false
    flows.delete(oldest.request.state)
    oldest.controller.abort(new CalledOff({ kind: 'cancelled' }))
    return true
  }

  const run = async (flow: Flow, settings: ProviderSettings): Promise<Begun> => {
    const { state } = flow.request
    const timeoutMs = Math.min(ports.loginTimeoutMs, LONGEST_WAIT_MS)
    const stopWaiting = clock.after(timeoutMs, () => {
      // That an app gave up and its person did too is no news to either.
      const gaveUp = isAbandoned(flow)
      flow.controller.abort(
        gaveUp ? new CalledOff({ kind: 'cancelled' }) : timedOut(timeoutMs, flow.seen),
      )
    })
    const deadlineMs = clock.nowMs() + timeoutMs
    dispatch({ type: 'flow-started', state, origin: 'api', deadlineMs })
    try {
      const authorized = await authorizeFlow(flow, settings)
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
      flow.opening.release()
      stopWaiting()
    }
  }

  /** Waits with a caller for the end of a flow, for as long as the caller does. */
  const attend = (flow: Flow, hangUp: AbortSignal): Promise<Begun> =>
    new Promise((resolve) => {
      const hungUp = (): void => {
        abandon(flow)
        resolve({ kind: 'ended', ending: { kind: 'cancelled' } })
      }
      if (hangUp.aborted) return hungUp()
      hangUp.addEventListener('abort', hungUp, { once: true })
      void flow.begun.then((begun) => {
        hangUp.removeEventListener('abort', hungUp)
        resolve(begun)
      })
    })

  const abandon = (flow: Flow): void => {
    const { state } = flow.request
    // Nobody has been sent anywhere yet, so that there is nobody to be told.
    if (shown(flow)?.link === null) flow.controller.abort(new CalledOff({ kind: 'cancelled' }))
    else dispatch({ type: 'flow-abandoned', state })
  }

  /**
   * Has a caller wait for a flow that its first caller has left. State and challenge prove nothing:
   * they are in the link, which other programs can read.
   */
  const takeUp = async (
    request: FlowRequest,
    hangUp: AbortSignal,
    askCaller: () => Promise<Caller>,
  ): Promise<Begun> => {
    const flow = flows.get(request.state)
    const isFree = (): boolean =>
      flow !== undefined &&
      flows.get(request.state) === flow &&
      flow.waiting !== null &&
      isAbandoned(flow)
    // Also unlike: a flow that the service seeded, whose verifier no other request has.
    if (!flow || !isFree() || !isDeepStrictEqual(request, flow.request)) return { kind: 'in-use' }
    const [first, again] = await Promise.all([flow.caller, askCaller()])
    // Check again: meanwhile the browser may have come, or another call.
    if (!isSameProgram(first, again) || !isFree()) return { kind: 'in-use' }
    dispatch({ type: 'flow-resumed', state: request.state })
    return attend(flow, hangUp)
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

  /** Has closing wait for what was begun. */
  const keepWaiter = (begun: Promise<Begun>): Promise<Begun> => {
    const kept = begun.finally(() => waiters.delete(kept))
    waiters.add(kept)
    return kept
  }

  const deliver: ApiFlows['deliver'] = (parameters, from) => {
    const state = stateOf(parameters)
    const flow = state === null ? undefined : flows.get(state)
    // The rest is the callback listener's alone: who knows a state could hand the app any code here.
    if (!flow?.waiting || flow.request.wayBack.kind !== 'api') return { kind: 'ignored' }
    const { expected, take } = flow.waiting
    const promisesIss = expected.promisesIss && from === 'page'
    const result = validateCallback(parameters, { ...expected, promisesIss })
    if (result.kind === 'ignored') return { kind: 'ignored' }
    flow.waiting = null
    const page = pageFor(flow, result)
    // The one who delivered is answered by the API itself.
    take({ result, show: () => Promise.resolve(), redirect: () => Promise.resolve() })
    if (result.kind === 'refused') return { kind: 'refused', error: result.error, page }
    return isAbandoned(flow)
      ? { kind: 'abandoned', page }
      : { kind: 'delivered', code: result.code, page }
  }

  const callOffAll = (): void => {
    for (const { controller } of flows.values()) {
      controller.abort(new CalledOff({ kind: 'cancelled' }))
    }
  }

  return {
    begin(request, hangUp, askCaller = () => Promise.resolve({ kind: 'unseen' })) {
      if (closed || hangUp.aborted) {
        return Promise.resolve({ kind: 'ended', ending: { kind: 'cancelled' } })
      }
      return keepWaiter(begin(request, hangUp, askCaller))
    },

    deliver,

    paste(address) {
      const flow = flows.get(stateOf(address.searchParams) ?? '')
      if (flow?.request.wayBack.kind !== 'api') return false
      if (!isAt(address, flow.request.wayBack.redirectUri)) return false
      return deliver(address.searchParams, 'page').kind !== 'ignored'
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

    allowedScopes(scopes) {
      const allowed = scopes.filter((scope) => scope !== OFFLINE_ACCESS)
      return ports.memory.rejectsOfflineAccess() && allowed.length > 0 ? allowed : scopes
    },
    isWaiting(state) {
      const flow = flows.get(state)
      return flow?.request.wayBack.kind === 'api' && flow.waiting !== null
    },
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
