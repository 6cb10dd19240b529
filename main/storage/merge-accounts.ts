// Merges two sessions of one account, which a crash or an earlier version of Latchkey can leave behind.

import { isSameAccount, supersede } from '../oauth/same-account.js'
import type { Session } from '../oauth/session.js'

export { isSameAccount }

/**
 * Merges two sessions of one account. The one with the newer tokens is held, the first one if both are
 * equally old. S42: The refresh tokens of the other one are superseded, so that a sign-out revokes them.
 * A session without a refresh token continues with that of the other one, because some providers give
 * one only at the first sign-in.
 */
export function mergeSessions(one: Session, other: Session): Session {
  const isOneNewer = one.tokens.obtainedAtMs >= other.tokens.obtainedAtMs
  const [newer, older] = isOneNewer ? [one, other] : [other, one]
  const refreshToken = newer.tokens.refreshToken ?? older.tokens.refreshToken
  const held = { ...newer, tokens: { ...newer.tokens, refreshToken } }
  const superseded = supersede(
    [...(older.superseded ?? []), ...(newer.superseded ?? [])],
    [older.tokens.refreshToken],
    held,
  )
  return superseded.length === 0 ? held : { ...held, superseded }
}
