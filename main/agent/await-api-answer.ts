// Sends a person to the provider for an app, and waits for the answer.

import { AuthError } from '../base/errors.js'
import { findProcess } from '../net/caller.js'
import type { ExpectedCallback } from '../oauth/callback.js'
import type { CallbackAnswer, PendingCallback } from '../oauth/callback-listener.js'
import { abandonedPage, returnToAppPage, type Page } from '../oauth/pages.js'
import { registrationAdvice } from '../oauth/redirect-target.js'
import { asksOffline, withoutOfflineAccess } from '../oauth/scopes.js'
import { authorize, type Authorized } from '../oauth/sign-in.js'
import { SIGN_IN_MESSAGES } from './agent-messages.js'
import {
  endApiSignIn,
  findSignIn,
  isAbandoned,
  type ApiSignInContext,
  type ApiSignInHandle,
  type BeginResult,
} from './api-sign-in.js'
import { abandoned, CalledOff, readCallbackSeen, timedOut, toPage, toResult } from './results.js'

/** In milliseconds. Shorter than 300 s, after which Node's `fetch` gives up on the call. */
const LONGEST_WAIT_MS = 290_000

/**
 * In milliseconds. The longest life of a code.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2}
 */
const CODE_LIFETIME_MS = 600_000

/**
 * Sends the person to the provider and waits for the answer, at most for the time limit. Never rejects.
 *
 * 1. Put the sign-in into the model, and start the time limit.
 * 2. Open the redirect target, open the browser, wait for the answer, and show its page.
 * 3. Keep the code for the exchange, until it expires.
 */
export async function awaitApiAnswer(
  context: ApiSignInContext,
  handle: ApiSignInHandle,
): Promise<BeginResult> {
  // 1.
  const { clock, dispatch, signInTimeoutMs } = context.deps
  const { state } = handle.request
  const { name: provider } = handle.provider
  const timeoutMs = Math.min(signInTimeoutMs, LONGEST_WAIT_MS)
  const stopTimeout = clock.after(timeoutMs, () => expireWait(context, handle, timeoutMs))
  const deadlineMs = clock.nowMs() + timeoutMs
  dispatch({ type: 'sign-in-started', state, origin: 'api', provider, deadlineMs })
  try {
    // 2.
    const authorized = await authorizeApiSignIn(context, handle)
    const { result, redirectUri } = authorized

    // 3.
    const { code } = result
    handle.answered = { ...authorized, code, stopExpiry: startExpiry(context, handle) }
    dispatch({ type: 'callback-answered', state })
    return { kind: 'answered', code, redirectUri }
  } catch (thrown) {
    return endApiSignIn(context, handle, toResult(thrown))
  } finally {
    handle.pending = null
    handle.launch.release()
    stopTimeout()
  }
}

/** Fails with an AuthError, or with the reason of the handle's abort. */
async function authorizeApiSignIn(
  context: ApiSignInContext,
  handle: ApiSignInHandle,
): Promise<Authorized & { result: Extract<CallbackAnswer['result'], { kind: 'code' }> }> {
  const { request, controller, provider } = handle
  let program: string | null = null
  const authorized = await authorize(
    context.deps,
    provider,
    { ...request, loginHint: null, maxAgeS: provider.maxAgeS },
    {
      openRedirectTarget: async (expected) => {
        const [pending, caller] = await Promise.all([
          openRedirectTarget(context, handle, expected),
          // Known before the browser opens: a program cannot be found once it has hung up.
          handle.caller,
        ])
        program = findProcess(caller)?.name ?? null
        const delivered = new Promise<CallbackAnswer>(
          (take) => (handle.pending = { expected, take }),
        )
        // The answer comes to the redirect target, or is delivered through the API.
        return { ...pending, answer: Promise.race([pending.answer, delivered]) }
      },
      linkReady: (link) => sendToProvider(context, handle, link, program),
      signal: controller.signal,
    },
  )
  handle.pending = null
  const { result, show } = authorized.answer
  const denial = result.kind === 'failed' ? explainDenial(context, handle, result) : null
  await show(denial === null ? toAnswerPage(context, handle, result) : toPage(toResult(denial)))
  await authorized.leave()
  if (denial !== null) throw denial
  if (result.kind !== 'code') throw result.error
  controller.signal.throwIfAborted()
  // Check here: the app may have left before or after the browser came back.
  if (isAbandoned(context, handle)) throw abandoned()
  return { ...authorized, result }
}

/** The page that a browser is shown for an answer. */
export function toAnswerPage(
  context: ApiSignInContext,
  handle: ApiSignInHandle,
  result: CallbackAnswer['result'],
): Page {
  if (result.kind === 'failed') return toPage(toResult(result.error))
  return isAbandoned(context, handle) ? abandonedPage() : returnToAppPage()
}

async function openRedirectTarget(
  { deps }: ApiSignInContext,
  { request: { redirectTarget, byFormPost }, provider }: ApiSignInHandle,
  expected: ExpectedCallback,
): Promise<PendingCallback> {
  if (redirectTarget.kind === 'listener') {
    return deps.listener.expect(
      { ...expected, byFormPost },
      {
        target: provider.redirect,
        port: redirectTarget.port,
        onDiagnostic: (diagnostic) => deps.reportDiagnostic(expected.state, diagnostic),
      },
    )
  }
  return {
    redirectUri: redirectTarget.redirectUri,
    answer: new Promise(() => undefined), // Comes through the API only.
    leave: () => Promise.resolve(),
  }
}

function sendToProvider(
  { deps }: ApiSignInContext,
  handle: ApiSignInHandle,
  link: string,
  program: string | null,
): void {
  const { state } = handle.request
  handle.launch.use()
  deps.dispatch({ type: 'link-ready', state, link, program })
  deps.openBrowser(link).catch(() => {
    // The person can still open the link: the terminal has printed it, and the window and the menu copy it.
    const message = SIGN_IN_MESSAGES.noBrowser
    deps.dispatch({ type: 'sign-in-message-changed', state, message, failure: 'no-browser' })
  })
}

/**
 * Says what to do about a denial. If the provider does not allow `offline_access`, the app has to ask
 * again, because its state and challenge can be used only once. Latchkey then leaves the scope out.
 */
function explainDenial(
  { deps }: ApiSignInContext,
  { request: { scope }, provider }: ApiSignInHandle,
  { error, aboutScope }: Extract<CallbackAnswer['result'], { kind: 'failed' }>,
): AuthError {
  const usual = `openid profile email ${provider.scope}`.split(' ')
  const others = withoutOfflineAccess(scope).split(' ')
  // With an unusual scope in the request, that scope may be the one that is not allowed.
  const isCulprit = aboutScope && asksOffline(scope) && others.every((one) => usual.includes(one))
  if (!isCulprit) return error
  deps.memoryOf(provider).recordRejection()
  return new AuthError(error.code, `${error.message} ${SIGN_IN_MESSAGES.offlineAccessLeftOut}`)
}

function expireWait(context: ApiSignInContext, handle: ApiSignInHandle, timeoutMs: number): void {
  const { request, controller } = handle
  const signIn = findSignIn(context, request.state)
  // Both the app and the person gave up, so neither needs a message.
  if (signIn?.abandoned) return controller.abort(new CalledOff({ kind: 'cancelled' }))
  const seen =
    request.redirectTarget.kind === 'listener' && signIn
      ? readCallbackSeen(signIn, registrationAdvice(handle.provider.redirect))
      : null
  controller.abort(timedOut(timeoutMs, seen))
}

/** Ends an answered sign-in if it is called off, or if the app does not exchange the code in time. */
function startExpiry(context: ApiSignInContext, handle: ApiSignInHandle): () => void {
  const { signal } = handle.controller
  const stopTimeout = context.deps.clock.after(CODE_LIFETIME_MS, () => {
    handle.controller.abort(
      new CalledOff({ kind: 'expired', reason: SIGN_IN_MESSAGES.notExchanged }),
    )
  })
  const onAbort = (): void => {
    stopTimeout()
    handle.answered = null
    endApiSignIn(context, handle, toResult(signal.reason))
  }
  signal.addEventListener('abort', onAbort, { once: true })
  return () => {
    stopTimeout()
    signal.removeEventListener('abort', onAbort)
  }
}
