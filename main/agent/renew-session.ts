// Renews the held session: when it is due, or when a caller asks. One renewal serves all callers.

import { at } from '../base/clock.js'
import { asAuthError, AuthError } from '../base/errors.js'
import type { Session } from '../oauth/session.js'
import { keepRenewed, type RenewingSession } from './keep-renewed.js'
import { clearPlan, type Keeper } from './keeper-state.js'
import {
  decideAfterFailure,
  decideRead,
  decideWake,
  NO_RENEWAL,
  notSignedIn,
  planTokens,
  toLifetime,
  type Plan,
  type RenewalState,
  type Step,
} from './renewal.js'
import { requestRenewal } from './renewal-request.js'
import { SESSION_MESSAGES } from './session-messages.js'
import { endSession } from './sign-out.js'

/** Plans the renewal of a session that is held from now on, or its end if it cannot be renewed. */
export function followSession(keeper: Keeper, session: Session): void {
  const { state, handles } = keeper
  const { running, unanswered } = state.renewal
  const { refreshToken } = session.tokens
  clearPlan(keeper)
  // Don't share a renewal of the previous session, unless this one continues its refresh token.
  const isShared = running?.refreshToken === refreshToken
  if (!isShared) handles.renewal = null
  state.renewal = {
    ...NO_RENEWAL,
    running: isShared ? running : null,
    unanswered: refreshToken === unanswered ? unanswered : null,
  }
  const nowMs = keeper.deps.clock.nowMs()
  setPlan(keeper, planTokens(session.tokens, nowMs), nowMs)
}

/**
 * Returns the held session with at least `leastMs` milliseconds of its access token's life left, and
 * renews it if there is less. Null renews it in any case. Fails with an AuthError.
 */
export async function readSession(keeper: Keeper, leastMs: number | null): Promise<Session> {
  const { deps, state } = keeper
  const decision = decideRead(state.session, state.renewal, leastMs, deps.clock.nowMs())
  switch (decision.kind) {
    case 'serve':
      return decision.session
    case 'share':
    case 'renew':
      return joinRenewal(keeper)
    case 'fail':
      throw decision.error
  }
}

/** Does now what fell due while the computer slept or had no network. */
export function wakeRenewal(keeper: Keeper): void {
  const { deps, state } = keeper
  const { plan } = state.renewal
  const nowMs = deps.clock.nowMs()
  const step = decideWake(state.session, state.renewal, nowMs)
  if (step) setPlan(keeper, step, nowMs, plan?.sessionNumber)
  // The timer stood still during sleep, so wait again by the wall clock, unless it was set back.
  else if (plan && plan.atMs - nowMs < plan.waitMs) setPlan(keeper, plan, nowMs, plan.sessionNumber)
}

/** Returns the renewal under way, or starts one. Closing waits for it: a new refresh token must be stored. */
function joinRenewal(keeper: Keeper): Promise<Session> {
  const { deps, state, handles } = keeper
  if (handles.renewal) return handles.renewal
  state.renewalsStarted += 1
  const id = state.renewalsStarted
  changeRenewal(keeper, {
    running: { id, refreshToken: state.session?.tokens.refreshToken ?? null },
  })
  const renewal = renewInTurn(keeper, id).finally(() => {
    if (state.renewal.running?.id !== id) return
    changeRenewal(keeper, { running: null })
    handles.renewal = null
  })
  handles.renewal = renewal
  const settled = renewal.then(
    () => undefined,
    () => undefined,
  )
  void deps.track(settled)
  return renewal
}

/**
 * Renews the held session when no request for a narrowed token is under way: two requests must never send
 * one refresh token at once.
 */
async function renewInTurn(keeper: Keeper, id: number): Promise<Session> {
  const { state, handles } = keeper
  if (handles.lastNarrowing) {
    const { signOuts } = state
    await handles.lastNarrowing
    if (state.signOuts !== signOuts) throw notSignedIn(SESSION_MESSAGES.endedDuringRenewal)
    // A sign-in has replaced the session meanwhile.
    if (state.renewal.running?.id !== id) return joinRenewal(keeper)
    // The request may have brought another refresh token.
    const refreshToken = state.session?.tokens.refreshToken ?? null
    changeRenewal(keeper, { running: { id, refreshToken } })
  }
  return renewSession(keeper)
}

/**
 * Renews the held session.
 *
 * 1. Request new tokens. A rotated refresh token is kept at once, whatever else the answer says.
 * 2. If that fails, end the session or plan a retry.
 * 3. Keep the new tokens before any caller gets them: the old refresh token is spent.
 * 4. Tell the model, and plan the next renewal.
 */
async function renewSession(keeper: Keeper): Promise<Session> {
  const { deps, state } = keeper
  if (state.session === null) throw notSignedIn()
  const renewing: RenewingSession = { number: state.sessionNumber, session: state.session }
  let renewed: Session
  try {
    renewed = await requestRenewal(keeper, renewing.session, (rotated) =>
      keepRenewed(keeper, renewing, rotated),
    )
  } catch (thrown) {
    const error = asAuthError(thrown)
    await handleFailure(keeper, renewing, error)
    throw error
  }
  await keepRenewed(keeper, renewing, renewed)
  changeRenewal(keeper, { failure: null, renewedAtMs: deps.clock.nowMs() })
  deps.dispatch({ type: 'renewed', id: state.id, ...toLifetime(renewed) })
  const nowMs = deps.clock.nowMs()
  setPlan(keeper, planTokens(renewed.tokens, nowMs), nowMs)
  return renewed
}

async function handleFailure(
  keeper: Keeper,
  { number, session }: RenewingSession,
  error: AuthError,
): Promise<void> {
  const { deps, state } = keeper
  if (state.sessionNumber !== number) return
  const nowMs = deps.clock.nowMs()
  const decision = decideAfterFailure(session.tokens, state.renewal.failure, error, {
    nowMs,
    random: deps.random(),
  })
  switch (decision.kind) {
    case 'ignore':
      return
    case 'end':
      return endSession(keeper, number, error.message)
    case 'stall':
      return stall(keeper, error)
    case 'retry': {
      const { count, retryAtMs: renewsAtMs, step } = decision
      const { code, message: reason } = error
      changeRenewal(keeper, { failure: { error, atMs: nowMs, count } })
      const isOffline = code === 'provider-unreachable' || code === 'provider-timeout'
      const renewal = isOffline ? 'offline' : 'failing'
      deps.dispatch({
        type: 'renewal-failed',
        id: state.id,
        renewal,
        code,
        reason,
        renewsAtMs,
        failures: count,
      })
      return setPlan(keeper, step, nowMs)
    }
  }
}

/** Gives up on renewals until a sign-in. The session is kept: its refresh token may still be good. */
function stall(keeper: Keeper, error: AuthError): void {
  const stalled = new AuthError('not-signed-in', error.message, { cause: error })
  clearPlan(keeper)
  changeRenewal(keeper, { stalled, failure: null })
  const { id } = keeper.state
  keeper.deps.dispatch({ type: 'session-ended', id, reason: error.message })
}

/** `nowMs`: the look at the clock that the step was planned by. */
function setPlan(
  keeper: Keeper,
  step: Step | null,
  nowMs: number,
  sessionNumber = keeper.state.sessionNumber,
): void {
  clearPlan(keeper)
  if (step === null || keeper.shared.isClosed) return
  const { atMs, action } = step
  const waitMs = atMs - nowMs
  const plan: Plan = { atMs, action, sessionNumber, waitMs }
  changeRenewal(keeper, { plan })
  keeper.handles.cancelPlan = at(keeper.deps.clock, atMs, () => carryOut(keeper, plan), nowMs)
}

function carryOut(keeper: Keeper, { action, sessionNumber }: Plan): void {
  const { state } = keeper
  switch (action) {
    case 'renew':
      // The model has the reason of a failure.
      joinRenewal(keeper).catch(() => undefined)
      return
    case 'end':
      return void endSession(keeper, sessionNumber, SESSION_MESSAGES.expired)
    case 'stall': {
      const { failure } = state.renewal
      if (state.sessionNumber === sessionNumber && failure) stall(keeper, failure.error)
    }
  }
}

function changeRenewal({ state }: Keeper, changes: Partial<RenewalState>): void {
  state.renewal = { ...state.renewal, ...changes }
}
