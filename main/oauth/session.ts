// The session that a sign-in results in, and that everything else passes on.

import type { Account, Claims } from './account.js'
import type { TokenSet } from './token-endpoint.js'

/** A user's tokens, and the account that they belong to. */
export type Session = {
  issuer: string
  clientId: string
  account: Account
  /** The claims of the ID token and userinfo, unchanged. */
  claims: Claims
  tokens: TokenSet
  /** Refresh tokens of this user that later sign-ins replaced. A sign-out revokes them too. */
  superseded?: readonly string[]
  /** True if its refresh token was sent and not answered. Only stored sessions say so. */
  unanswered?: boolean
}
