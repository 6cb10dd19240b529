// The session that a sign-in brings, which everything else passes on.

import type { Account, Claims } from './account.js'
import type { TokenSet } from './token-endpoint.js'

/** A session's secrets and whom they belong to. */
export type Session = {
  issuer: string
  clientId: string
  account: Account
  /** What the ID token and userinfo said, as they said it. */
  claims: Claims
  tokens: TokenSet
  /** Refresh tokens of this person that other sign-ins replaced: a sign-out ends them too. */
  superseded?: readonly string[]
}
