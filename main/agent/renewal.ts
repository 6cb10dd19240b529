// The rules of renewal: when a session is renewed, who shares a renewal, and what follows a failure.

import { AuthError } from '../base/errors.js'
import type { Session } from '../oauth/session.js'
import { NO_EXPIRY } from '../oauth/token-answer.js'
import { findExpiryMs, type TokenSet } from '../oauth/token-endpoint.js'
import type { Lifetime } from './model.js'
import { SESSION_MESSAGES } from './session-messages.js'

/** The next action and its time, in milliseconds since the epoch. */
export type Step = { atMs: number; action: 'renew' | 'end' | 'stall' }

export type Plan = Step & { sessionNumber: number; waitMs: number }

type Failure = { error: AuthError; atMs: number; count: number }

export type RenewalState = {
  /** The renewal that callers share, and the refresh token that it sends. Null if none is under way. */
  readonly running: { id: number; refreshToken: string | null } | null
  /** The next step, the session that it is for, and how long its wait was when it began, in ms. */
  readonly plan: Plan | null
  /** The last failure, and how many there were in a row. Null if the last renewal worked. */
  readonly failure: Failure | null
  /** When the last renewal worked, in milliseconds since the epoch. */
  readonly renewedAtMs: number | null
  /** Why only a sign-in helps. Null as long as a renewal may work. */
  readonly stalled: AuthError | null
  /** A refresh token that was sent, and has had no answer: our own use may have spent it. */
  readonly unanswered: string | null
}

export const NO_RENEWAL: RenewalState = {
  running: null,
  plan: null,
  failure: null,
  renewedAtMs: null,
  stalled: null,
  unanswered: null,
}

/** An access token is renewed in the last fifth of its life, and in its last minute at most. */
const LONGEST_MARGIN_MS = 60_000
const MARGIN_SHARE = 1 / 5
/** A token with a shorter life is renewed on request only. Otherwise renewals would never stop. */
const SHORTEST_LIFE_MS = 1_000

const FIRST_RETRY_MS = 5_000
const LONGEST_RETRY_MS = 5 * 60_000

/** Callers within this window of a renewal share its result. */
const SHARED_MS = 5_000

/**
 * Returns when tokens are due for renewal, in milliseconds since the epoch. Null means on request
 * only.
 */
export function renewalDueMs(tokens: TokenSet): number | null {
  const { accessTokenExpiresAtMs: expiresAtMs, obtainedAtMs, refreshToken } = tokens
  if (refreshToken === null || expiresAtMs === null) return null
  const lifeMs = expiresAtMs - obtainedAtMs
  if (lifeMs <= SHORTEST_LIFE_MS) return null
  return expiresAtMs - Math.min(LONGEST_MARGIN_MS, lifeMs * MARGIN_SHARE)
}

/**
 * Returns how many milliseconds to wait after a number of failures in a row: 5 s at first, doubled
 * each time, up to 5 minutes. `random` (0 to 1) spreads the delay over its upper half, so that a
 * provider that recovers does not get the requests of all its clients at once. The delay is never
 * shorter than `retryAfterMs`, which the provider asked for.
 */
export function retryDelayMs(
  failures: number,
  retryAfterMs: number | null,
  random: number,
): number {
  const steadyMs = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS)
  const spreadMs = steadyMs * (0.5 + random / 2)
  return Math.max(Math.round(spreadMs), retryAfterMs ?? 0)
}

export function toLifetime({ tokens }: Session): Lifetime {
  const { accessTokenExpiresAtMs: expiresAtMs, unreadable = [] } = tokens
  const odd = [...unreadable, ...(expiresAtMs === null ? [NO_EXPIRY] : [])]
  return { expiresAtMs, renewsAtMs: renewalDueMs(tokens), ...(odd.length > 0 && { odd }) }
}

/**
 * Plans what happens to new tokens: they are renewed in time, or they end if they cannot be renewed.
 * Null: nothing until someone asks.
 */
export function planTokens(tokens: TokenSet, nowMs: number): Step | null {
  const { accessTokenExpiresAtMs: expiresAtMs, obtainedAtMs, refreshToken } = tokens
  const action = refreshToken === null ? 'end' : 'renew'
  const dueMs = refreshToken === null ? expiresAtMs : renewalDueMs(tokens)
  if (dueMs === null) return null
  // If the clock was set back while the answer was on its way, the tokens' life begins now.
  const setBackMs = Math.max(0, obtainedAtMs - nowMs)
  return { action, atMs: dueMs - setBackMs }
}

export type ReadDecision =
  | { kind: 'serve'; session: Session }
  /** Waits for the renewal under way. */
  | { kind: 'share' }
  | { kind: 'renew' }
  | { kind: 'fail'; error: AuthError }

/**
 * Decides what a caller gets who asks for an access token with at least `leastMs` milliseconds of its
 * life left. Null asks for a renewed one in any case.
 */
export function decideRead(
  session: Session | null,
  renewal: RenewalState,
  leastMs: number | null,
  nowMs: number,
): ReadDecision {
  const { running, stalled } = renewal
  if (session === null) return running ? { kind: 'share' } : { kind: 'fail', error: notSignedIn() }
  if (leastMs !== null && isGoodFor(session.tokens, leastMs, nowMs)) {
    return { kind: 'serve', session }
  }
  if (stalled) return { kind: 'fail', error: stalled }
  if (running) return { kind: 'share' }
  if (isFresh(session.tokens, renewal, nowMs)) return { kind: 'serve', session }
  const error = recentError(renewal, nowMs)
  return error ? { kind: 'fail', error } : { kind: 'renew' }
}

/** Also true for a token with an unknown expiry that cannot be renewed: there is no better one. */
function isGoodFor(tokens: TokenSet, leastMs: number, nowMs: number): boolean {
  const { accessTokenExpiresAtMs, refreshToken } = tokens
  if (accessTokenExpiresAtMs === null && refreshToken === null) return true
  return findExpiryMs(tokens, nowMs) - nowMs >= leastMs
}

/** True if the token was renewed within the last few seconds and has not expired. */
function isFresh(tokens: TokenSet, { renewedAtMs }: RenewalState, nowMs: number): boolean {
  return renewedAtMs !== null && isJustGot(findExpiryMs(tokens, nowMs), renewedAtMs, nowMs)
}

/** True if a token came within the last few seconds and has not expired: callers share it. */
export function isJustGot(expiresAtMs: number, gotAtMs: number, nowMs: number): boolean {
  return expiresAtMs > nowMs && isWithin(SHARED_MS, gotAtMs, nowMs)
}

/** Another request right after a failure would most likely fail too, so callers get the same error. */
export function recentError(
  { failure }: { failure: Pick<Failure, 'error' | 'atMs'> | null },
  nowMs: number,
): AuthError | null {
  if (failure === null) return null
  const pauseMs = Math.max(failure.error.retryAfterMs ?? 0, SHARED_MS)
  return isWithin(pauseMs, failure.atMs, nowMs) ? failure.error : null
}

/** If the clock was set back since, how much time has passed is unknown, and this is false. */
function isWithin(spanMs: number, sinceMs: number, nowMs: number): boolean {
  const passedMs = nowMs - sinceMs
  return passedMs >= 0 && passedMs < spanMs
}

export type FailureDecision =
  /** The session stays as it is: it never could be renewed. */
  | { kind: 'ignore' }
  /** The session is over. */
  | { kind: 'end' }
  /** Only a sign-in helps, but the refresh token may still be good, so the session is kept. */
  | { kind: 'stall' }
  | { kind: 'retry'; count: number; retryAtMs: number; step: Step }

/** Decides what follows a failed renewal. `random` is from 0 to 1. */
export function decideAfterFailure(
  tokens: TokenSet,
  failure: RenewalState['failure'],
  error: AuthError,
  { nowMs, random }: { nowMs: number; random: number },
): FailureDecision {
  const expiresAtMs = findExpiryMs(tokens, nowMs)
  switch (error.code) {
    case 'no-refresh-token':
      return { kind: 'ignore' }
    case 'invalid-grant':
    case 'another-account':
      return { kind: 'end' }
    case 'interaction-required':
      return { kind: 'stall' }
    default: {
      const isClientRejected = error.code === 'client-rejected'
      if (isClientRejected && expiresAtMs <= nowMs) return { kind: 'stall' }
      const count = (failure?.count ?? 0) + 1
      const retryAtMs = nowMs + retryDelayMs(count, error.retryAfterMs, random)
      // Until the access token expires, the registration may be corrected.
      const step: Step =
        isClientRejected && expiresAtMs < retryAtMs
          ? { atMs: expiresAtMs, action: 'stall' }
          : { atMs: retryAtMs, action: 'renew' }
      return { kind: 'retry', count, retryAtMs, step }
    }
  }
}

/** True if the provider may have spent the refresh token, though its answer never arrived. */
export function mayHaveSpentToken({ code, answerLost }: AuthError): boolean {
  return answerLost || code === 'provider-timeout'
}

/**
 * Decides what is done when the computer wakes or the network is back. Null: nothing is due.
 * A failed renewal is retried at once, unless the provider asked for a longer pause.
 */
export function decideWake(
  session: Session | null,
  { running, stalled, plan, failure }: RenewalState,
  nowMs: number,
): Step | null {
  if (running || stalled || session === null) return null
  // Tokens with a very short life are not renewed in time, so nothing is planned for them.
  if (plan === null) {
    const { accessTokenExpiresAtMs: expiresAtMs, refreshToken } = session.tokens
    const isDue = refreshToken !== null && expiresAtMs !== null && expiresAtMs <= nowMs
    return isDue ? { atMs: nowMs, action: 'renew' } : null
  }
  const dueMs = failure ? failure.atMs + (failure.error.retryAfterMs ?? 0) : plan.atMs
  return dueMs <= nowMs ? { atMs: nowMs, action: plan.action } : null
}

export function notSignedIn(message: string = SESSION_MESSAGES.notSignedIn): AuthError {
  return new AuthError('not-signed-in', message)
}
