// Exchanges the code of an answered sign-in for a session.

import type { Caller } from '../net/caller.js'
import { codeChallenge } from '../oauth/pkce.js'
import { completeSignIn } from '../oauth/sign-in.js'
import { hasUserActed } from '../oauth/user-action.js'
import { listAccountClaims, listClaims } from '../oauth/userinfo.js'
import {
  endApiSignIn,
  type Answered,
  type ApiSignInContext,
  type ApiSignInHandle,
  type CodeProof,
  type ExchangeResult,
} from './api-sign-in.js'
import { toResult } from './results.js'

/** Exchanges the code that an app gives, once, if everything else that it gives belongs to it. */
export async function exchangeApiCode(
  context: ApiSignInContext,
  { code, redirectUri, verifier, clientId, audience }: CodeProof,
): Promise<ExchangeResult> {
  if (context.spentCodes.has(code)) return { kind: 'spent' }
  const handle = [...context.handles.values()].find(({ answered }) => answered?.code === code)
  if (!handle?.answered) return { kind: 'unknown' }
  // Check both here: a wrong proof sent to the provider would spend the code.
  if (redirectUri !== handle.answered.redirectUri) {
    return { kind: 'mismatch', what: 'redirect_uri' }
  }
  if (codeChallenge(verifier) !== handle.request.challenge) {
    return { kind: 'mismatch', what: 'code_verifier' }
  }
  const { provider } = handle
  if (clientId !== undefined && clientId !== provider.clientId) {
    return { kind: 'mismatch', what: 'client_id' }
  }
  if (audience !== undefined && audience !== provider.audience) {
    return { kind: 'mismatch', what: 'audience' }
  }
  return completeApiSignIn(context, handle, { ...handle.answered, verifier })
}

/**
 * S24: Exchanges the code of the latest answered sign-in whose verifier the service made, of those whose
 * program `mayExchange` accepts.
 */
export async function exchangeLatestApiCode(
  context: ApiSignInContext,
  mayExchange: (beginner: Caller) => boolean,
): Promise<ExchangeResult> {
  for (const handle of [...context.handles.values()].toReversed()) {
    const { verifier } = handle.request
    if (verifier === null || handle.answered === null || !mayExchange(await handle.caller)) continue
    // Another call may have taken it in the meantime.
    if (handle.answered !== null) {
      return completeApiSignIn(context, handle, { ...handle.answered, verifier })
    }
  }
  return { kind: 'unknown' }
}

/**
 * Goes from the code to a session that is kept.
 *
 * 1. Mark the code as spent, before anything can fail.
 * 2. Exchange it, check who signed in, and keep the session.
 * 3. Put the session into the model, or the failure.
 */
async function completeApiSignIn(
  context: ApiSignInContext,
  handle: ApiSignInHandle,
  proof: Answered & { verifier: string },
): Promise<ExchangeResult> {
  const { deps, handles, spentCodes } = context
  const { request, provider, controller } = handle
  const { state, nonce, scope, organization } = request
  const { code, redirectUri, verifier } = proof
  proof.stopExpiry()
  handle.answered = null
  spentCodes.add(code)
  deps.dispatch({ type: 'exchange-started', state })
  try {
    let id = ''
    let gotAtMs = 0
    const session = await completeSignIn(
      deps,
      provider,
      {
        ...proof,
        code,
        verifier,
        nonce,
        scope,
        organization,
        maxAgeS: provider.maxAgeS,
        // The app gets them all in the answer.
        claims: [...listAccountClaims(scope), ...listClaims(scope)],
      },
      {
        keep: async (kept) => {
          gotAtMs = deps.clock.nowMs()
          id = await deps.sessionKeeper.keep(kept, controller.signal)
        },
        discard: (tokens) => deps.sessionKeeper.discard(tokens, provider),
        signal: controller.signal,
      },
    )
    handles.delete(state)
    deps.sessionKeeper.announce(session, state)
    const beginner = await handle.caller
    const begun = { prompt: request.prompt, begunAtMs: handle.begunAtMs }
    const acted = hasUserActed(session.tokens.idToken, begun, gotAtMs)
    const got = { id, session, request, code, redirectUri, beginner }
    return { kind: 'signed-in', ...got, hasUserActed: acted }
  } catch (thrown) {
    return endApiSignIn(context, handle, toResult(thrown))
  }
}
