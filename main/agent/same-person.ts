// Chooses the tokens and claims to hold after a user signs in again: never less than before.

import { supersede } from '../oauth/same-account.js'
import type { Session } from '../oauth/session.js'
import type { KeeperState } from './keeper-state.js'

export type ChosenSession = {
  session: Session
  superseded: readonly string[]
  /** False if the session that is held already stays. */
  isNew: boolean
}

/** Chooses what an account holds after a sign-in that brought its session `fresh`. */
export function chooseSession(
  { session: held, superseded, renewal }: Pick<KeeperState, 'session' | 'superseded' | 'renewal'>,
  fresh: Session,
): ChosenSession {
  if (held === null) return { session: fresh, superseded: [], isNew: true }
  const session = renewal.stalled ? fresh : betterSession(held, fresh)
  const replaced = [held.tokens.refreshToken, fresh.tokens.refreshToken]
  return {
    session,
    superseded: supersede(superseded, replaced, session),
    isNew: session !== held,
  }
}

/**
 * Chooses between two sessions of one user. The fresh one takes over if nothing is lost by it, which
 * means that everything that was granted is granted again. If it has no refresh token, it continues
 * with that of the held one, because some providers give one only at the first sign-in. Otherwise the
 * held one stays, unless only the fresh one can be renewed.
 */
export function betterSession(held: Session, fresh: Session): Session {
  const covers = coversScope(fresh.tokens.scope, held.tokens.scope)
  const { refreshToken } = held.tokens
  const isRenewable = fresh.tokens.refreshToken !== null
  if (refreshToken === null) return isRenewable || covers ? fresh : held
  if (!covers) return held
  return isRenewable ? fresh : { ...fresh, tokens: { ...fresh.tokens, refreshToken } }
}

/** A refresh token shows that `offline_access` was granted, so the scope need not say it. */
function coversScope(granted: string, wanted: string): boolean {
  const scopes = new Set([...granted.split(/\s+/), 'offline_access', ''])
  return wanted.split(/\s+/).every((scope) => scopes.has(scope))
}
