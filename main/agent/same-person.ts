// What is held after somebody who is signed in has signed in once more: never less than before.

import type { Session } from '../oauth/session.js'

/** More than any app signs a person in while one session lasts. */
const MOST_SUPERSEDED = 100

/**
 * Chooses between two sessions of one person. The fresh one takes over if nothing is lost by it: all
 * that was granted is granted again. If it lacks a refresh token, it goes on with the one that is
 * held, which providers give at the first sign-in only. Else the held one stays, unless the fresh one
 * lasts and the held one does not.
 */
export function betterSession(held: Session, fresh: Session): Session {
  const covers = coversScope(fresh.tokens.scope, held.tokens.scope)
  const { refreshToken } = held.tokens
  const lasts = fresh.tokens.refreshToken !== null
  if (refreshToken === null) return lasts || covers ? fresh : held
  if (!covers) return held
  return lasts ? fresh : { ...fresh, tokens: { ...fresh.tokens, refreshToken } }
}

/** S42: adds the refresh tokens that are held no longer to those that a sign-out has to end. */
export function supersede(
  before: readonly string[],
  replaced: readonly (string | null)[],
  held: Session,
): readonly string[] {
  const all = new Set([...before, ...replaced.filter((token) => token !== null)])
  if (held.tokens.refreshToken !== null) all.delete(held.tokens.refreshToken)
  return [...all].slice(-MOST_SUPERSEDED)
}

/** `offline_access` is granted where there is a refresh token, which is looked at itself. */
function coversScope(granted: string, wanted: string): boolean {
  const scopes = new Set([...granted.split(/\s+/), 'offline_access', ''])
  return wanted.split(/\s+/).every((scope) => scopes.has(scope))
}
