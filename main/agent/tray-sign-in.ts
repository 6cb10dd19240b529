// The sign-in that a person begins in the tray, the window or the terminal.

import type { Clock } from '../base/clock.js'
import type { Http } from '../net/http.js'
import type { CallbackDiagnostic, CallbackListener } from '../oauth/callback-listener.js'
import { createState } from '../oauth/pkce.js'
import type { FindProvider } from '../oauth/provider.js'
import { SCOPE_MESSAGES } from '../oauth/oauth-messages.js'
import { withoutOfflineAccess, type ProviderMemory } from '../oauth/scopes.js'
import type { Session } from '../oauth/session.js'
import { signInFromTray, type ProviderSettings, type SignInRequest } from '../oauth/sign-in.js'
import { traySignIn, type Event, type Model } from './model.js'
import type { PersonBrowser } from './person-browser.js'
import {
  CalledOff,
  notConfigured,
  readCallbackSeen,
  timedOut,
  toPage,
  toResult,
} from './results.js'
import type { LastSession } from './keeper-state.js'
import type { SessionKeeper } from './session-keeper.js'

export type TraySignInDeps = {
  provider: ProviderSettings | null
  signInTimeoutMs: number
  http: Http
  findProvider: FindProvider
  clock: Clock
  listener: CallbackListener
  browser: PersonBrowser
  sessionKeeper: SessionKeeper
  memory: ProviderMemory
  registration: string
  model(): Model
  dispatch(event: Event): void
  reportDiagnostic(state: string, diagnostic: CallbackDiagnostic): void
  /** Has closing wait for a sign-in. */
  track(task: Promise<void>): Promise<void>
}

export type TraySignIn = {
  /** Begins a sign-in in place of one that is under way: for the last account, or for any. */
  begin(account: 'last' | 'any'): void
  /** Cancels the sign-in that is under way. */
  cancel(): void
  /** Cancels it, and begins no other. */
  close(): void
}

export function createTraySignIn(deps: TraySignInDeps): TraySignIn {
  const { model, dispatch, provider, memory, sessionKeeper } = deps
  const state = { closed: false }
  const controllers = new Map<string, AbortController>()
  const cancel = (started: string | undefined): void =>
    controllers.get(started ?? '')?.abort(new CalledOff({ kind: 'cancelled' }))

  return {
    begin(account) {
      if (state.closed) return
      if (provider === null) return dispatch({ type: 'sign-in-rejected', result: notConfigured() })
      const before = traySignIn(model())?.state
      const { scope, ...request } =
        account === 'last' ? askAsBefore(provider, sessionKeeper.last()) : askForAny(provider)
      const allowed = memory.rejectsOfflineAccess() ? withoutOfflineAccess(scope) : scope
      const asked = { ...request, scope: allowed, state: createState() }
      void deps.track(runTraySignIn(deps, provider, asked, controllers))
      cancel(before)
    },
    cancel: () => cancel(traySignIn(model())?.state),
    close() {
      state.closed = true
      for (const started of controllers.keys()) cancel(started)
    },
  }
}

/**
 * Signs the person in. Never rejects: the model gets the session, or the result.
 *
 * 1. Put the sign-in into the model, and start the time limit.
 * 2. Send the person to the provider, and wait for the answer; the time limit ends with it.
 * 3. Exchange the code, check who signed in, keep the session, and show the last page.
 * 4. Put the session into the model, and read the claims that are missing; or put the reason why there is
 *    none.
 */
async function runTraySignIn(
  deps: TraySignInDeps,
  provider: ProviderSettings,
  request: SignInRequest,
  controllers: Map<string, AbortController>,
): Promise<void> {
  // 1.
  const { clock, dispatch, sessionKeeper, signInTimeoutMs } = deps
  const { state } = request
  const controller = new AbortController()
  const { signal } = controller
  controllers.set(state, controller)
  const stopTimeout = clock.after(signInTimeoutMs, () => {
    const signIn = deps.model().signIns.find((started) => started.state === state)
    const seen = signIn ? readCallbackSeen(signIn, deps.registration) : null
    controller.abort(timedOut(signInTimeoutMs, seen))
  })
  const end = (): void => {
    stopTimeout()
    controllers.delete(state)
  }
  const deadlineMs = clock.nowMs() + signInTimeoutMs
  dispatch({ type: 'sign-in-started', state, origin: 'tray', deadlineMs })
  let replaced: Session | null = null
  try {
    // 2. and 3.
    const session = await signInFromTray(deps, provider, request, {
      linkReady: (link) => deps.browser.openNew(state, link),
      linkChanged: (link) =>
        dispatch({
          type: 'sign-in-message-changed',
          state,
          link,
          message: SCOPE_MESSAGES.askedAgain,
        }),
      offlineAccessRejected: () => deps.memory.recordRejection(),
      onDiagnostic: (diagnostic) => deps.reportDiagnostic(state, diagnostic),
      exchangeStarted() {
        stopTimeout()
        // The token request is sent first: the log and the terminal are written while the provider works.
        // If the sign-in has ended by then, the model ignores the event.
        setImmediate(() => dispatch({ type: 'exchange-started', state }))
      },
      async keep(kept) {
        replaced = await sessionKeeper.keep(kept, signal)
      },
      discard: (tokens) => sessionKeeper.discard(tokens, provider),
      pageFor: (thrown) => toPage(toResult(thrown)),
      signal,
    })
    // 4.
    sessionKeeper.tell(session, state, replaced)
    sessionKeeper.complete(session)
    end()
  } catch (thrown) {
    end()
    dispatch({ type: 'sign-in-ended', state, result: toResult(thrown) })
  }
}

/**
 * Asks for the person who has, or had, the session, and for everything they granted before.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest}
 */
function askAsBefore(
  { scope, prompt }: ProviderSettings,
  last: LastSession | null,
): Omit<SignInRequest, 'state'> {
  if (last === null) return { scope, prompt, loginHint: null }
  return { scope: union(scope, last.scope), prompt, loginHint: last.account.email || null }
}

/** Asks for any person: the provider has to ask who it is. */
function askForAny({ scope, prompt }: ProviderSettings): Omit<SignInRequest, 'state'> {
  // `none` must stand alone.
  const asked = (prompt ?? '').split(' ').filter((value) => value !== 'none')
  return { scope, prompt: union(asked.join(' '), 'login'), loginHint: null }
}

/** Joins the values of two lists that are separated by spaces, each value once. */
function union(one: string, other: string): string {
  return [...new Set(`${one} ${other}`.split(/\s+/).filter(Boolean))].join(' ')
}
