// The sign-in that a person begins in the tray, the window or the terminal.

import { unlessAborted } from '../base/abort.js'
import { within, type Clock } from '../base/clock.js'
import type { Http } from '../net/http.js'
import type { CallbackDiagnostic, CallbackListener } from '../oauth/callback-listener.js'
import { otherPersonPage, signedInPage } from '../oauth/pages.js'
import { createState } from '../oauth/pkce.js'
import type { FindProvider } from '../oauth/provider.js'
import { registrationAdvice } from '../oauth/redirect-target.js'
import { SCOPE_MESSAGES } from '../oauth/oauth-messages.js'
import type { Session } from '../oauth/session.js'
import { signInFromTray, type AttemptSteps } from '../oauth/sign-in.js'
import { createAccountId } from '../storage/account-store.js'
import { traySignIn, type Event } from './model.js'
import type { PersonBrowser } from './person-browser.js'
import {
  CalledOff,
  notConfigured,
  notDecided,
  readCallbackSeen,
  timedOut,
  toPage,
  toResult,
} from './results.js'
import { findTarget, type SignInTarget, type Target, type TargetDeps } from './sign-in-target.js'
import type { SessionKeeper } from './session-keeper.js'

export type TraySignInDeps = TargetDeps & {
  signInTimeoutMs: number
  http: Http
  findProvider: FindProvider
  clock: Clock
  listener: CallbackListener
  browser: PersonBrowser
  sessionKeeper: SessionKeeper
  dispatch(event: Event): void
  reportDiagnostic(state: string, diagnostic: CallbackDiagnostic): void
  /** Makes closing wait for a sign-in. */
  track(task: Promise<void>): Promise<void>
}

export type TraySignIn = {
  /** Begins a sign-in in place of one that is under way. False: there is no such account or provider. */
  begin(target: SignInTarget): boolean
  /** Decides whether the session of another person is kept. False: no sign-in asks that question. */
  decide(questionId: string, keeps: boolean): boolean
  /** Cancels the sign-in that is under way. */
  cancel(): void
  /** Cancels the sign-in that is under way, and begins no more. */
  close(): void
}

/** How long another person's session waits for the person's decision, in milliseconds. */
const LONGEST_QUESTION_MS = 60_000

/** The parts of a sign-in that are not data, so the model can't hold them. */
type Handle = {
  controller: AbortController
  /** Takes the person's decision; null unless the sign-in asks. */
  decide: ((keeps: boolean) => void) | null
}

export function createTraySignIn(deps: TraySignInDeps): TraySignIn {
  const { model, dispatch } = deps
  const state = { closed: false }
  const handles = new Map<string, Handle>()
  const cancel = (started: string | undefined): void =>
    handles.get(started ?? '')?.controller.abort(new CalledOff({ kind: 'cancelled' }))

  return {
    begin(wanted) {
      if (state.closed) return true
      const target = findTarget(deps, wanted)
      if (target === null) {
        if (deps.providers.length > 0) return false
        dispatch({ type: 'sign-in-rejected', result: notConfigured() })
        return true
      }
      const before = traySignIn(model())?.state
      void deps.track(runTraySignIn(deps, target, createState(), handles))
      cancel(before)
      return true
    },
    decide(questionId, keeps) {
      const asking = model().signIns.find(({ question }) => question?.id === questionId)
      const decide = asking && handles.get(asking.state)?.decide
      decide?.(keeps)
      return Boolean(decide)
    },
    cancel: () => cancel(traySignIn(model())?.state),
    close() {
      state.closed = true
      for (const started of handles.keys()) cancel(started)
    },
  }
}

/**
 * Signs the person in. Never rejects: the model gets the session, or the result.
 *
 * 1. Put the sign-in into the model, and start the time limit.
 * 2. Send the person to the provider, and wait for the answer. Then the time limit is over.
 * 3. Exchange the code, check who signed in, keep the session, and show the last page.
 * 4. If the sign-in was for someone else, ask the person whether to keep the session.
 * 5. Put the session into the model, and read the claims that are missing. If there is no session, put the
 *    result of the sign-in into the model.
 */
async function runTraySignIn(
  deps: TraySignInDeps,
  target: Target,
  state: string,
  handles: Map<string, Handle>,
): Promise<void> {
  // 1.
  const { clock, dispatch, sessionKeeper, signInTimeoutMs } = deps
  const { provider, request } = target
  const handle: Handle = { controller: new AbortController(), decide: null }
  const { signal } = handle.controller
  handles.set(state, handle)
  const stopTimeout = clock.after(signInTimeoutMs, () => expire(deps, target, state, handle))
  const end = (): void => {
    stopTimeout()
    handles.delete(state)
  }
  const deadlineMs = clock.nowMs() + signInTimeoutMs
  const { name } = provider
  const { expected } = target
  const ref = { provider: name, expected }
  dispatch({ type: 'sign-in-started', state, origin: 'tray', deadlineMs, ...ref })
  const isExpected = ({ account }: Session): boolean =>
    expected === null || expected.sub === account.sub
  try {
    // 2. and 3.
    const session = await signInFromTray(
      deps,
      provider,
      { ...request, state },
      {
        ...createSteps(deps, target, state, signal),
        exchangeStarted() {
          stopTimeout()
          // The token request is sent first: the log and the terminal are written while the provider works.
          // If the sign-in has ended by then, the model ignores the event.
          setImmediate(() => dispatch({ type: 'exchange-started', state }))
        },
        async keep(kept) {
          if (isExpected(kept)) await sessionKeeper.keep(kept, signal)
        },
        lastPage: (kept) =>
          isExpected(kept) ? signedInPage(kept.account) : otherPersonPage(kept.account),
      },
    )
    // 4.
    if (!isExpected(session)) await keepIfAgreed(deps, target, state, { handle, session })
    // 5.
    sessionKeeper.announce(session, state)
    sessionKeeper.complete(session)
    end()
  } catch (thrown) {
    end()
    dispatch({ type: 'sign-in-ended', state, result: toResult(thrown) })
  }
}

function createSteps(
  deps: TraySignInDeps,
  { provider }: Target,
  state: string,
  signal: AbortSignal,
): Omit<AttemptSteps, 'exchangeStarted' | 'keep' | 'lastPage'> {
  return {
    linkReady: (link) => deps.browser.openNew(state, link),
    linkChanged: (link) =>
      deps.dispatch({
        type: 'sign-in-message-changed',
        state,
        link,
        message: SCOPE_MESSAGES.askedAgain,
      }),
    offlineAccessRejected: () => deps.memoryOf(provider).recordRejection(),
    onDiagnostic: (diagnostic) => deps.reportDiagnostic(state, diagnostic),
    discard: (tokens) => deps.sessionKeeper.discard(tokens, provider),
    pageFor: (thrown) => toPage(toResult(thrown)),
    signal,
  }
}

function expire(deps: TraySignInDeps, { provider }: Target, state: string, handle: Handle): void {
  const signIn = deps.model().signIns.find((started) => started.state === state)
  const seen = signIn ? readCallbackSeen(signIn, registrationAdvice(provider.redirect)) : null
  handle.controller.abort(timedOut(deps.signInTimeoutMs, seen))
}

/**
 * Asks the person whether to keep a session that the sign-in was not for. Keeps it if they agree.
 * Otherwise, or if they do not answer in time, revokes it and throws the result of the sign-in.
 */
async function keepIfAgreed(
  deps: TraySignInDeps,
  { expected }: Target,
  state: string,
  { handle, session }: { handle: Handle; session: Session },
): Promise<void> {
  if (expected === null) return
  const { clock, dispatch, sessionKeeper } = deps
  const { signal } = handle.controller
  const decision = new Promise<boolean>((resolve) => (handle.decide = resolve))
  const got = session.account
  const deadlineMs = clock.nowMs() + LONGEST_QUESTION_MS
  const question = { id: createAccountId(), expected, got, deadlineMs }
  dispatch({ type: 'other-person-asked', state, question })
  try {
    const keeps = await unlessAborted(within(clock, LONGEST_QUESTION_MS, decision), signal)
    if (keeps === null) throw notDecided(got)
    if (!keeps) throw new CalledOff({ kind: 'cancelled' })
    await sessionKeeper.keep(session, signal)
  } catch (thrown) {
    sessionKeeper.discardSession(session)
    throw thrown
  } finally {
    handle.decide = null
  }
}
