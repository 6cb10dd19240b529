// The sign-ins that other apps begin: any number at once, keyed by state, from the link to the code
// and, by a second call, from the code to a session.

import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../base/clock.js'
import type { Session } from '../oauth/session.js'
import {
  authorize,
  completeSignIn,
  type Authorized,
  type ProviderSettings,
} from '../oauth/sign-in.js'
import { stateOf, validateCallback, type ExpectedCallback } from '../oauth/callback.js'
import { isSameProgram, type Caller } from '../net/caller.js'
import type { SessionKeeper } from './session-keeper.js'
import {
  abandoned,
  CalledOff,
  resultOf,
  notConfigured,
  pageOf,
  timedOut,
  type CallbackSeen,
} from './results.js'
import { AuthError } from '../base/errors.js'
import type { Http } from '../net/http.js'
import type {
  CallbackAnswer,
  CallbackListener,
  PendingCallback,
  CallbackDiagnostic,
} from '../oauth/callback-listener.js'
import type { SignInResult, Event, SignIn as ModelSignIn, Model } from './model.js'
import { OPENED_TOO_OFTEN, type BrowserBudget, type Reservation } from './browser-budget.js'
import { abandonedPage, returnToAppPage, type Page } from '../oauth/pages.js'
import { isAt } from '../oauth/pasted-redirect.js'
import { codeChallenge } from '../oauth/pkce.js'
import type { FindProvider } from '../oauth/provider.js'
import {
  asksOffline,
  OFFLINE_ACCESS,
  withoutOfflineAccess,
  type ProviderMemory,
} from '../oauth/scopes.js'

export type ApiSignInRequest = {
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
  redirectTarget: { kind: 'listener'; port: number | null } | { kind: 'api'; redirectUri: string }
  byFormPost: boolean
}

export type Begun =
  | { kind: 'answered'; code: string; redirectUri: string }
  | { kind: 'in-use' }
  | { kind: 'too-many'; why: string }
  | { kind: 'ended'; result: SignInResult }

export type Delivered =
  | { kind: 'delivered'; code: string; page: Page }
  | { kind: 'refused'; error: AuthError; page: Page }
  /** The app that waited for it has hung up: nobody is given the code. */
  | { kind: 'abandoned'; page: Page }
  | { kind: 'ignored' }

export type Exchanged =
  | {
      kind: 'signed-in'
      session: Session
      request: ApiSignInRequest
      code: string
      redirectUri: string
    }
  | { kind: 'unknown' }
  | { kind: 'spent' }
  | { kind: 'mismatch'; what: string }
  | { kind: 'ended'; result: SignInResult }

export type ApiSignIns = {
  /**
   * Begins a flow, sends the person to the provider and waits for the answer, `hangUp` or the time
   * limit. Rejected and duplicate requests open no browser and use no budget.
   *
   * A flow whose caller hangs up goes on waiting for its browser, to tell the person that nobody is
   * signed in by it. The same request, made again by the program that made it first, takes it up.
   */
  begin(
    request: ApiSignInRequest,
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

export type ApiSignInDeps = {
  provider: ProviderSettings | null
  signInTimeoutMs: number
  http: Http
  findProvider: FindProvider
  clock: Clock
  listener: CallbackListener
  browserBudget: BrowserBudget
  openBrowser(link: string): Promise<void>
  sessionKeeper: SessionKeeper
  memory: ProviderMemory
  /** What to register with the provider. */
  registration: string
  dispatch(event: Event): void
  /** Tells the person of what they may do something about. */
  reportDiagnostic(state: string, diagnostic: CallbackDiagnostic): void
  model(): Model
}

/** S26: no storm of waiting flows. */
export const MOST_WAITING_SIGN_INS = 64

/** A call is answered before Node's own fetch gives up on it, at 300 s. */
const LONGEST_WAIT_MS = 290_000
/** The longest life of a code. @see RFC 6749 section 4.1.2 */
const CODE_LIFETIME_MS = 600_000
const MOST_SPENT_CODES = 1_024

type SignIn = {
  request: ApiSignInRequest
  /** Who made the request first. */
  caller: Promise<Caller>
  /** Its name, once it is known; null where the system does not tell. */
  program: string | null
  controller: AbortController
  /** What it opens the browser with, once. */
  launch: Reservation
  /** What reached the listener meanwhile; null where there is none. */
  seen: CallbackSeen | null
  /** Set while the flow waits for its answer. */
  waiting: { expected: ExpectedCallback; take(answer: CallbackAnswer): void } | null
  /** Set once it is answered. */
  answered: (Authorized & { code: string; stopExpiry(): void }) | null
  /** How its wait ends. */
  begun: Promise<Begun>
}

export function createApiSignIns(deps: ApiSignInDeps): ApiSignIns {
  const { clock, sessionKeeper, dispatch, provider } = deps
  const signIns = new Map<string, SignIn>()
  const spent = new Set<string>()
  const waiters = new Set<Promise<Begun>>()
  let closed = false

  const shown = ({ request }: SignIn): ModelSignIn | undefined =>
    deps.model().signIns.find(({ state }) => state === request.state)
  const isAbandoned = (signIn: SignIn): boolean => shown(signIn)?.abandoned === true

  const end = (signIn: SignIn, result: SignInResult): void => {
    signIns.delete(signIn.request.state)
    dispatch({ type: 'sign-in-ended', state: signIn.request.state, result })
  }

  const openRedirectTarget = async (
    signIn: SignIn,
    expected: ExpectedCallback,
  ): Promise<PendingCallback> => {
    const { redirectTarget, byFormPost } = signIn.request
    if (redirectTarget.kind === 'listener') {
      const pending = await deps.listener.expect(
        { ...expected, byFormPost },
        redirectTarget.port,
        (diagnostic) => {
          if (signIn.seen !== null) signIn.seen = { ...signIn.seen, diagnostic }
          deps.reportDiagnostic(expected.state, diagnostic)
        },
      )
      const { redirectUri } = pending
      signIn.seen = { diagnostic: 'nothing', redirectUri, registration: deps.registration }
      return pending
    }
    return {
      redirectUri: redirectTarget.redirectUri,
      answer: new Promise(() => undefined), // Comes by `deliver` only.
      leave: () => Promise.resolve(),
    }
  }

  /** Either way back: the listener, or a call of the API. */
  const awaitAnswer = async (
    signIn: SignIn,
    expected: ExpectedCallback,
  ): Promise<PendingCallback> => {
    // Who asked is known before a browser is opened: a caller that has hung up cannot be seen.
    const [pending, caller] = await Promise.all([
      openRedirectTarget(signIn, expected),
      signIn.caller,
    ])
    signIn.program = caller.kind === 'seen' ? caller.name : null
    const delivered = new Promise<CallbackAnswer>((take) => (signIn.waiting = { expected, take }))
    return { ...pending, answer: Promise.race([pending.answer, delivered]) }
  }

  const send = (signIn: SignIn, link: string): void => {
    const { state } = signIn.request
    signIn.launch.use()
    dispatch({ type: 'link-ready', state, link, program: signIn.program })
    void deps.openBrowser(link).catch(() => {
      const reason = 'No browser could be opened on this computer, so nobody could sign in.'
      signIn.controller.abort(new CalledOff({ kind: 'failed', code: 'no-browser', reason }))
    })
  }

  /**
   * An app's own state and challenge can be used once, so the app has to ask again; from then on it is
   * asked for what the provider allows.
   */
  const rejected = (
    { error, aboutScope }: Extract<CallbackAnswer['result'], { kind: 'refused' }>,
    { scope }: ApiSignInRequest,
  ): AuthError => {
    const usual = `openid profile email ${provider?.scope ?? ''}`.split(' ')
    const others = withoutOfflineAccess(scope).split(' ')
    // Else it may be another scope that is not allowed.
    const isCulprit = aboutScope && asksOffline(scope) && others.every((one) => usual.includes(one))
    if (!isCulprit) return error
    deps.memory.noteRejection()
    const words = 'Latchkey leaves out offline_access from now on: try again.'
    return new AuthError(error.code, `${error.message} ${words}`)
  }

  const authorizeSignIn = async (
    signIn: SignIn,
    settings: ProviderSettings,
  ): Promise<Authorized> => {
    const { request, controller } = signIn
    const authorized = await authorize(
      deps,
      settings,
      { ...request, loginHint: null, maxAgeS: settings.maxAgeS },
      (expected) => awaitAnswer(signIn, expected),
      (link) => send(signIn, link),
      controller.signal,
    )
    signIn.waiting = null
    const { result, show } = authorized.answer
    const refusal = result.kind === 'refused' ? rejected(result, request) : null
    await show(refusal === null ? pageFor(signIn, result) : pageOf(resultOf(refusal)))
    await authorized.leave()
    if (refusal !== null) throw refusal
    controller.signal.throwIfAborted()
    // Whether it was before the browser came or since: the code has nobody to go to.
    if (isAbandoned(signIn)) throw abandoned()
    return authorized
  }

  const pageFor = (signIn: SignIn, result: CallbackAnswer['result']): Page => {
    if (result.kind === 'refused') return pageOf(resultOf(result.error))
    return isAbandoned(signIn) ? abandonedPage() : returnToAppPage()
  }

  const complete = async (
    signIn: SignIn,
    answered: NonNullable<SignIn['answered']>,
    verifier: string,
  ): Promise<Exchanged> => {
    const { request, controller } = signIn
    const { state, nonce, scope, organization } = request
    const { code, redirectUri } = answered
    const settings = provider!
    answered.stopExpiry()
    signIn.answered = null
    remember(spent, code)
    dispatch({ type: 'exchange-started', state })
    try {
      let replaced: Session | null = null
      const session = await completeSignIn(
        deps,
        settings,
        answered,
        { code, verifier, nonce, scope, maxAgeS: settings.maxAgeS, organization },
        {
          keep: async (kept) => void (replaced = await sessionKeeper.keep(kept, controller.signal)),
          discard: (tokens) => sessionKeeper.discard(tokens, settings),
        },
        controller.signal,
      )
      signIns.delete(state)
      sessionKeeper.tell(session, state, replaced)
      return { kind: 'signed-in', session, request, code, redirectUri }
    } catch (thrown) {
      const result = resultOf(thrown)
      end(signIn, result)
      return { kind: 'ended', result }
    }
  }

  const begin = async (
    request: ApiSignInRequest,
    hangUp: AbortSignal,
    askCaller: () => Promise<Caller>,
  ): Promise<Begun> => {
    // 1. Whether it may begin at all.
    if (provider === null) return { kind: 'ended', result: notConfigured() }
    const { state } = request
    if (deps.model().signIns.some((signIn) => signIn.state === state)) {
      return takeUp(request, hangUp, askCaller)
    }
    if (!makeRoom()) {
      return { kind: 'too-many', why: `${MOST_WAITING_SIGN_INS} sign-ins are waiting already.` }
    }
    const launch = deps.browserBudget.reserve()
    if (launch === null) return { kind: 'too-many', why: `${OPENED_TOO_OFTEN} Wait a minute.` }

    // 2. It waits, at most so long, whether or not its caller does.
    const signIn: SignIn = {
      request,
      caller: askCaller(),
      program: null,
      controller: new AbortController(),
      launch,
      seen: null,
      waiting: null,
      answered: null,
      begun: new Promise(() => undefined),
    }
    signIns.set(state, signIn)
    signIn.begun = keepWaiter(run(signIn, provider))
    return attend(signIn, hangUp)
  }

  /** Abandoned flows make way for others, the oldest first. */
  const makeRoom = (): boolean => {
    if (signIns.size < MOST_WAITING_SIGN_INS) return true
    const oldest = [...signIns.values()].find(isAbandoned)
    if (!oldest) return false
    signIns.delete(oldest.request.state)
    oldest.controller.abort(new CalledOff({ kind: 'cancelled' }))
    return true
  }

  const run = async (signIn: SignIn, settings: ProviderSettings): Promise<Begun> => {
    const { state } = signIn.request
    const timeoutMs = Math.min(deps.signInTimeoutMs, LONGEST_WAIT_MS)
    const stopWaiting = clock.after(timeoutMs, () => {
      // That an app gave up and its person did too is no news to either.
      const gaveUp = isAbandoned(signIn)
      signIn.controller.abort(
        gaveUp ? new CalledOff({ kind: 'cancelled' }) : timedOut(timeoutMs, signIn.seen),
      )
    })
    const deadlineMs = clock.nowMs() + timeoutMs
    dispatch({ type: 'sign-in-started', state, origin: 'api', deadlineMs })
    try {
      const authorized = await authorizeSignIn(signIn, settings)
      const { result } = authorized.answer
      if (result.kind !== 'code') throw result.error
      const { code } = result
      signIn.answered = { ...authorized, code, stopExpiry: expireAnswered(signIn) }
      dispatch({ type: 'callback-answered', state })
      return { kind: 'answered', code, redirectUri: authorized.redirectUri }
    } catch (thrown) {
      const result = resultOf(thrown)
      end(signIn, result)
      return { kind: 'ended', result }
    } finally {
      signIn.waiting = null
      signIn.launch.release()
      stopWaiting()
    }
  }

  /** Waits with a caller for the end of a flow, for as long as the caller does. */
  const attend = (signIn: SignIn, hangUp: AbortSignal): Promise<Begun> =>
    new Promise((resolve) => {
      const hungUp = (): void => {
        abandon(signIn)
        resolve({ kind: 'ended', result: { kind: 'cancelled' } })
      }
      if (hangUp.aborted) return hungUp()
      hangUp.addEventListener('abort', hungUp, { once: true })
      void signIn.begun.then((begun) => {
        hangUp.removeEventListener('abort', hungUp)
        resolve(begun)
      })
    })

  const abandon = (signIn: SignIn): void => {
    const { state } = signIn.request
    // Nobody has been sent anywhere yet, so that there is nobody to be told.
    if (shown(signIn)?.link === null) signIn.controller.abort(new CalledOff({ kind: 'cancelled' }))
    else dispatch({ type: 'sign-in-abandoned', state })
  }

  /**
   * Has a caller wait for a flow that its first caller has left. State and challenge prove nothing:
   * they are in the link, which other programs can read.
   */
  const takeUp = async (
    request: ApiSignInRequest,
    hangUp: AbortSignal,
    askCaller: () => Promise<Caller>,
  ): Promise<Begun> => {
    const signIn = signIns.get(request.state)
    const isFree = (): boolean =>
      signIn !== undefined &&
      signIns.get(request.state) === signIn &&
      signIn.waiting !== null &&
      isAbandoned(signIn)
    // Also unlike: a flow that the service seeded, whose verifier no other request has.
    if (!signIn || !isFree() || !isDeepStrictEqual(request, signIn.request))
      return { kind: 'in-use' }
    const [first, again] = await Promise.all([signIn.caller, askCaller()])
    // Check again: meanwhile the browser may have come, or another call.
    if (!isSameProgram(first, again) || !isFree()) return { kind: 'in-use' }
    dispatch({ type: 'sign-in-resumed', state: request.state })
    return attend(signIn, hangUp)
  }

  // 3. An answer that no app comes for is forgotten.
  const expireAnswered = (signIn: SignIn): (() => void) => {
    const { signal } = signIn.controller
    const stop = clock.after(CODE_LIFETIME_MS, () => {
      const reason = 'The app that began the sign-in did not finish it.'
      signIn.controller.abort(new CalledOff({ kind: 'expired', reason }))
    })
    const calledOff = (): void => {
      stop()
      signIn.answered = null
      end(signIn, resultOf(signal.reason))
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

  const deliver: ApiSignIns['deliver'] = (parameters, from) => {
    const state = stateOf(parameters)
    const signIn = state === null ? undefined : signIns.get(state)
    // The rest is the callback listener's alone: who knows a state could hand the app any code here.
    if (!signIn?.waiting || signIn.request.redirectTarget.kind !== 'api') return { kind: 'ignored' }
    const { expected, take } = signIn.waiting
    const issParameterSupported = expected.issParameterSupported && from === 'page'
    const result = validateCallback(parameters, { ...expected, issParameterSupported })
    if (result.kind === 'ignored') return { kind: 'ignored' }
    signIn.waiting = null
    const page = pageFor(signIn, result)
    // The one who delivered is answered by the API itself.
    take({ result, show: () => Promise.resolve(), redirect: () => Promise.resolve() })
    if (result.kind === 'refused') return { kind: 'refused', error: result.error, page }
    return isAbandoned(signIn)
      ? { kind: 'abandoned', page }
      : { kind: 'delivered', code: result.code, page }
  }

  const callOffAll = (): void => {
    for (const { controller } of signIns.values()) {
      controller.abort(new CalledOff({ kind: 'cancelled' }))
    }
  }

  return {
    begin(request, hangUp, askCaller = () => Promise.resolve({ kind: 'unseen' })) {
      if (closed || hangUp.aborted) {
        return Promise.resolve({ kind: 'ended', result: { kind: 'cancelled' } })
      }
      return keepWaiter(begin(request, hangUp, askCaller))
    },

    deliver,

    paste(address) {
      const signIn = signIns.get(stateOf(address.searchParams) ?? '')
      if (signIn?.request.redirectTarget.kind !== 'api') return false
      if (!isAt(address, signIn.request.redirectTarget.redirectUri)) return false
      return deliver(address.searchParams, 'page').kind !== 'ignored'
    },

    async exchange({ code, redirectUri, verifier }) {
      if (spent.has(digest(code))) return { kind: 'spent' }
      const signIn = [...signIns.values()].find((candidate) => candidate.answered?.code === code)
      if (!signIn?.answered) return { kind: 'unknown' }
      // Asked of the provider, a wrong proof would spend the code.
      if (redirectUri !== signIn.answered.redirectUri)
        return { kind: 'mismatch', what: 'redirect_uri' }
      if (codeChallenge(verifier) !== signIn.request.challenge) {
        return { kind: 'mismatch', what: 'code_verifier' }
      }
      return complete(signIn, signIn.answered, verifier)
    },

    async exchangeLatest() {
      const signIn = [...signIns.values()].findLast(
        (candidate) => candidate.answered !== null && candidate.request.verifier !== null,
      )
      if (!signIn?.answered || signIn.request.verifier === null) return { kind: 'unknown' }
      return complete(signIn, signIn.answered, signIn.request.verifier)
    },

    allowedScopes(scopes) {
      const allowed = scopes.filter((scope) => scope !== OFFLINE_ACCESS)
      return deps.memory.rejectsOfflineAccess() && allowed.length > 0 ? allowed : scopes
    },
    isWaiting(state) {
      const signIn = signIns.get(state)
      return signIn?.request.redirectTarget.kind === 'api' && signIn.waiting !== null
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
