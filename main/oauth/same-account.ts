// Compares the accounts of two sessions, and collects the refresh tokens that a newer session replaces.

import type { Session } from './session.js'

/** No app signs a user in this often during one session. */
const MOST_SUPERSEDED = 100

/** S42: Adds the refresh tokens that are no longer held to those that a sign-out revokes. */
export function supersede(
  before: readonly string[],
  replaced: readonly (string | null)[],
  held: Session,
): readonly string[] {
  const all = new Set([...before, ...replaced.filter((token) => token !== null)])
  if (held.tokens.refreshToken !== null) all.delete(held.tokens.refreshToken)
  return [...all].slice(-MOST_SUPERSEDED)
}

export function isSameAccount(one: Session, other: Session): boolean {
  return (
    one.issuer === other.issuer &&
    one.clientId === other.clientId &&
    one.account.sub === other.account.sub
  )
}
