// Limits what a call with a key gets to what the key is for.

import type { Agent } from '../agent/agent.js'
import type { NarrowedToken } from '../agent/keeper-state.js'
import { AuthError } from '../base/errors.js'
import { allowsIdToken, isOf, type HeldKey } from '../consent/grants.js'
import type { Session } from '../oauth/session.js'
import { CONSENT_DETAILS } from './api-messages.js'
import { asTokenProblem } from './problem.js'
import { notAllowed } from './require-consent.js'

type KeyLimitDeps = { agent: Pick<Agent, 'readNarrowed'> }

/**
 * Returns an access token for the scopes of a key; null if the key is for all scopes of its account. `leastMs`
 * is in milliseconds. Fails with an AuthError, as `readNarrowed` does.
 */
export async function readNarrowedFor(
  { agent }: KeyLimitDeps,
  { scope }: HeldKey,
  { id, leastMs }: { id: string; leastMs: number | null },
): Promise<NarrowedToken | null> {
  return scope === null ? null : agent.readNarrowed(id, { scope, leastMs })
}

/**
 * Returns a session with the tokens that a key allows: `narrowed`, if it is not null, in place of the session's
 * own. The ID token is empty if the key does not allow it, because clients expect the member. Returns the
 * session itself if the key allows all of it.
 */
export function limitSession(
  session: Session,
  key: HeldKey,
  narrowed: NarrowedToken | null,
): Session {
  const { tokens } = session
  const isWhole = allowsIdToken(key, tokens.scope)
  if (narrowed === null && isWhole) return session
  const idToken = isWhole ? tokens.idToken : ''
  return { ...session, tokens: { ...tokens, ...(narrowed && toTokens(narrowed)), idToken } }
}

/** The refresh token is for all scopes of the session. */
function toTokens({ accessToken, expiresAtMs, scope }: NarrowedToken) {
  return { accessToken, accessTokenExpiresAtMs: expiresAtMs, scope, refreshToken: null }
}

/**
 * S24: Returns what a key allows of the session that a sign-in has brought. `id`: the account's. Fails with
 * `not-allowed` if the key is for another account, or if it is for some scopes and the provider gives no token
 * for these alone.
 */
export async function limitNewSession(
  deps: KeyLimitDeps,
  key: HeldKey,
  { id, session }: { id: string; session: Session },
): Promise<Session> {
  const { account, clientId, issuer } = session
  if (!isOf(key, { clientId, issuer, sub: account.sub })) {
    throw notAllowed(CONSENT_DETAILS.keyOfOther)
  }
  try {
    return limitSession(session, key, await readNarrowedFor(deps, key, { id, leastMs: 0 }))
  } catch (thrown) {
    // To sign in again would not help.
    const isHopeless = thrown instanceof AuthError && thrown.code === 'no-refresh-token'
    throw isHopeless ? notAllowed(CONSENT_DETAILS.keyOfOtherScope) : asTokenProblem(thrown)
  }
}
