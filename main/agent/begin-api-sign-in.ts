// Begins a sign-in for an app, or lets the app wait again for one that it left.

import { isDeepStrictEqual } from 'node:util'
import { isSameProgram, type Caller } from '../net/caller.js'
import {
  CANCELLED,
  findSignIn,
  isAbandoned,
  trackWait,
  type ApiSignInContext,
  type ApiSignInDeps,
  type ApiSignInHandle,
  type ApiSignInRequest,
  type BeginResult,
} from './api-sign-in.js'
import type { ProviderSettings } from '../oauth/sign-in.js'
import { SIGN_IN_MESSAGES } from './agent-messages.js'
import { awaitApiAnswer } from './await-api-answer.js'
import { CalledOff, notConfigured } from './results.js'

/** S26: limits how many sign-ins can wait at once. */
export const MOST_WAITING_SIGN_INS = 64

/** The connection of the app that calls. */
export type ApiCall = {
  /** Aborts when the app hangs up. */
  hangUp: AbortSignal
  /** Finds out which program calls. */
  askCaller(): Promise<Caller>
}

/**
 * Begins a sign-in and waits for its answer.
 *
 * 1. Check that the sign-in may begin: there is a provider, the state is new, there is room, and the
 *    browser budget has a launch left.
 * 2. Start the wait for the answer. It goes on if the app hangs up, to tell the person about it.
 * 3. Wait for the result until the app hangs up.
 */
export async function beginApiSignIn(
  context: ApiSignInContext,
  request: ApiSignInRequest,
  call: ApiCall,
): Promise<BeginResult> {
  // 1.
  const { deps, handles } = context
  const provider = findProviderOf(deps, request)
  if (provider === undefined) return { kind: 'ended', result: notConfigured() }
  if (findSignIn(context, request.state)) return resumeApiSignIn(context, request, call)
  if (!makeRoom(context)) {
    return { kind: 'too-many', message: SIGN_IN_MESSAGES.tooManyWaiting(MOST_WAITING_SIGN_INS) }
  }
  const launch = deps.browserBudget.reserve()
  if (launch === null) return { kind: 'too-many', message: SIGN_IN_MESSAGES.tooManyAppLaunches }

  // 2.
  const handle: ApiSignInHandle = {
    request,
    provider,
    caller: call.askCaller(),
    begunAtMs: deps.clock.nowMs(),
    controller: new AbortController(),
    launch,
    pending: null,
    answered: null,
    result: Promise.resolve(CANCELLED),
  }
  handles.set(request.state, handle)
  handle.result = trackWait(context, awaitApiAnswer(context, handle))

  // 3.
  return waitForResult(context, handle, call.hangUp)
}

/**
 * Lets a program wait again for the sign-in that it began and left, if the request is the same. The
 * state and the challenge prove nothing: they are in the link, which other programs can read. So the
 * whole request is compared. It includes the verifier of a request that the service seeded.
 */
async function resumeApiSignIn(
  context: ApiSignInContext,
  request: ApiSignInRequest,
  { hangUp, askCaller }: ApiCall,
): Promise<BeginResult> {
  const { deps, handles } = context
  const handle = handles.get(request.state)
  const isFree = (): boolean =>
    handle !== undefined &&
    handles.get(request.state) === handle &&
    handle.pending !== null &&
    isAbandoned(context, handle)
  if (!handle || !isFree() || !isDeepStrictEqual(request, handle.request)) return { kind: 'in-use' }
  const [first, again] = await Promise.all([handle.caller, askCaller()])
  // Check again: the browser or another call may have come in the meantime.
  if (!isSameProgram(first, again) || !isFree()) return { kind: 'in-use' }
  deps.dispatch({ type: 'sign-in-resumed', state: request.state })
  return waitForResult(context, handle, hangUp)
}

function findProviderOf(
  { providers }: ApiSignInDeps,
  { provider: wanted }: ApiSignInRequest,
): ProviderSettings | undefined {
  return wanted === null ? providers[0] : providers.find(({ name }) => name === wanted)
}

/** Ends the oldest abandoned sign-in if there is no room for another one; false if none is abandoned. */
function makeRoom(context: ApiSignInContext): boolean {
  const { handles } = context
  if (handles.size < MOST_WAITING_SIGN_INS) return true
  const oldest = [...handles.values()].find((handle) => isAbandoned(context, handle))
  if (!oldest) return false
  handles.delete(oldest.request.state)
  oldest.controller.abort(new CalledOff({ kind: 'cancelled' }))
  return true
}

/** Resolves when the wait ends or the app hangs up. */
function waitForResult(
  context: ApiSignInContext,
  handle: ApiSignInHandle,
  hangUp: AbortSignal,
): Promise<BeginResult> {
  return new Promise((resolve) => {
    const onHangUp = (): void => {
      abandonApiSignIn(context, handle)
      resolve(CANCELLED)
    }
    if (hangUp.aborted) return onHangUp()
    hangUp.addEventListener('abort', onHangUp, { once: true })
    void handle.result.then((result) => {
      hangUp.removeEventListener('abort', onHangUp)
      resolve(result)
    })
  })
}

/** Cancels the sign-in if the person has not been sent anywhere yet; else lets it wait for the browser. */
function abandonApiSignIn(context: ApiSignInContext, handle: ApiSignInHandle): void {
  const { state } = handle.request
  if (findSignIn(context, state)?.link === null) {
    handle.controller.abort(new CalledOff({ kind: 'cancelled' }))
  } else {
    context.deps.dispatch({ type: 'sign-in-abandoned', state })
  }
}
