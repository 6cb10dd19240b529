// Gets access tokens for fewer scopes than a session has, with its refresh token, and keeps them in memory.

import { asAuthError, AuthError } from '../base/errors.js'
import { findMissingScopes, sortScope } from '../oauth/scopes.js'
import type { Session } from '../oauth/session.js'
import { findExpiryMs } from '../oauth/token-endpoint.js'
import { discardTokens } from './end-at-provider.js'
import { keepRenewed, type RenewingSession } from './keep-renewed.js'
import type { Keeper, KeeperState, Narrowed, NarrowedToken } from './keeper-state.js'
import { decideAfterFailure, isJustGot, notSignedIn, recentError } from './renewal.js'
import { readSession } from './renew-session.js'
import { requestTokens } from './renewal-request.js'
import { SESSION_MESSAGES } from './session-messages.js'
import { endSession } from './sign-out.js'

/**
 * The scopes of an access token, and how much of its life must be left, in milliseconds. If `leastMs` is
 * null, a new token is requested in any case.
 */
export type NarrowedRequest = { scope: string; leastMs: number | null }

type Got = NonNullable<Narrowed['got']>

/** How many tokens are kept for one session. Callers may ask for any set of its scopes. */
const MOST_NARROWED = 50

/**
 * Returns an access token for fewer scopes than the held session has. The session itself stays as it is.
 * Concurrent callers for the same scopes share a request. Fails with an AuthError: with `invalid-scope` if
 * the session was not granted the scopes, or if the provider gives no token for them.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6}
 */
export async function readNarrowed(
  keeper: Keeper,
  { scope: asked, leastMs }: NarrowedRequest,
): Promise<NarrowedToken> {
  const { deps, state, handles } = keeper
  const scope = sortScope(asked)
  const session = requireGranted(state, scope)
  if (scope === sortScope(session.tokens.scope)) return readWhole(keeper, leastMs)
  const nowMs = deps.clock.nowMs()
  const { got = null, failure = null } = state.narrowed.get(scope) ?? {}
  if (got && isGoodFor(got, leastMs, nowMs)) return got.token
  const underWay = handles.narrowings.get(toKey(state, scope))
  if (underWay) return underWay
  const error =
    state.renewal.stalled ?? recentError({ failure }, nowMs) ?? recentError(state.renewal, nowMs)
  if (error) throw error
  return startRequest(keeper, scope)
}

/** True if enough of a token's life is left, or if it came just now: there is no better one. */
function isGoodFor({ token, atMs }: Got, leastMs: number | null, nowMs: number): boolean {
  if (isJustGot(token.expiresAtMs, atMs, nowMs)) return true
  return leastMs !== null && token.expiresAtMs > nowMs && token.expiresAtMs - nowMs >= leastMs
}

/** A request for the previous session is of no use to the held one. */
function toKey({ sessionNumber }: KeeperState, scope: string): string {
  return `${sessionNumber} ${scope}`
}

/** Fails if the session can't give a token for these scopes. Returns the session. */
function requireGranted({ session }: KeeperState, scope: string): Session {
  if (session === null) throw notSignedIn()
  if (scope === '') throw new AuthError('invalid-scope', SESSION_MESSAGES.noScope)
  const missing = findMissingScopes(session.tokens.scope, scope)
  if (missing.length > 0) {
    throw new AuthError('invalid-scope', SESSION_MESSAGES.scopeNotGranted(missing))
  }
  return session
}

/** All scopes of the session are asked for, which is what its own access token is for. */
async function readWhole(keeper: Keeper, leastMs: number | null): Promise<NarrowedToken> {
  const { tokens } = await readSession(keeper, leastMs)
  const expiresAtMs = findExpiryMs(tokens, keeper.deps.clock.nowMs())
  return { accessToken: tokens.accessToken, expiresAtMs, scope: sortScope(tokens.scope) }
}

/**
 * Starts a request. It waits for earlier ones and for a renewal under way, because each may replace the
 * refresh token. Closing waits for it: a new refresh token must be stored.
 */
function startRequest(keeper: Keeper, scope: string): Promise<NarrowedToken> {
  const { deps, state, handles } = keeper
  const { signOuts } = state
  const key = toKey(state, scope)
  const earlier = Promise.allSettled([handles.lastNarrowing, handles.renewal])
  const request = earlier
    .then(() => {
      if (state.signOuts !== signOuts) throw notSignedIn(SESSION_MESSAGES.endedDuringRenewal)
      return requestNarrowed(keeper, scope)
    })
    .finally(() => {
      handles.narrowings.delete(key)
      if (handles.lastNarrowing === settled) handles.lastNarrowing = null
    })
  const settled = request.then(
    () => undefined,
    () => undefined,
  )
  handles.narrowings.set(key, request)
  handles.lastNarrowing = settled
  void deps.track(settled)
  return request
}

/**
 * Requests a token.
 *
 * 1. Request it. A rotated refresh token is kept at once, as that of a renewal.
 * 2. If the provider says that the session is over, end it. Other failures are for the callers alone.
 * 3. If the user has signed out meanwhile, revoke the token.
 * 4. Keep it in memory, unless the user has signed in again meanwhile.
 */
async function requestNarrowed(keeper: Keeper, scope: string): Promise<NarrowedToken> {
  const { deps, shared, state } = keeper
  const session = requireGranted(state, scope)
  const { signOuts } = state
  const renewing: RenewingSession = { number: state.sessionNumber, session }
  let narrowed: Session
  try {
    narrowed = await requestTokens(keeper, session, {
      narrowTo: scope,
      keepRotated: (rotated) => keepRenewed(keeper, renewing, rotated),
    })
  } catch (thrown) {
    const error = asAuthError(thrown)
    await handleFailure(keeper, scope, renewing, error)
    throw error
  }
  const { tokens } = narrowed
  const atMs = deps.clock.nowMs()
  if (state.session === null || state.signOuts !== signOuts) {
    discardTokens(shared, session, [{ accessToken: tokens.accessToken, refreshToken: null }])
    throw notSignedIn(SESSION_MESSAGES.endedDuringRenewal)
  }
  const expiresAtMs = findExpiryMs(tokens, atMs)
  const token = { accessToken: tokens.accessToken, expiresAtMs, scope: sortScope(tokens.scope) }
  if (state.sessionNumber === renewing.number) {
    remember(keeper, scope, { got: { token, atMs }, failure: null })
  }
  return token
}

async function handleFailure(
  keeper: Keeper,
  scope: string,
  { number, session }: RenewingSession,
  error: AuthError,
): Promise<void> {
  const { deps, state } = keeper
  if (state.sessionNumber !== number) return
  const atMs = deps.clock.nowMs()
  const given = { nowMs: atMs, random: 0 }
  const { kind } = decideAfterFailure(session.tokens, null, error, given)
  if (kind === 'end') return endSession(keeper, number, error.message)
  const got = state.narrowed.get(scope)?.got ?? null
  remember(keeper, scope, { got, failure: { error, atMs } })
}

/** Keeps what came for some scopes, without expired tokens and the oldest if there are too many. */
function remember({ deps, state }: Keeper, scope: string, narrowed: Narrowed): void {
  const nowMs = deps.clock.nowMs()
  const others = [...state.narrowed].filter(
    ([other, { got, failure }]) =>
      other !== scope &&
      ((got !== null && got.token.expiresAtMs > nowMs) || recentError({ failure }, nowMs) !== null),
  )
  state.narrowed = new Map([...others.slice(1 - MOST_NARROWED), [scope, narrowed]])
}
