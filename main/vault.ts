// What is kept of a signed-in session. In memory for now: it ends with the program.

import type { Account, Claims } from './auth/identity.js'
import type { TokenSet } from './auth/token.js'

/** A session's secrets and whom they belong to. */
export type HeldSession = {
  issuer: string
  clientId: string
  account: Account
  /** What the ID token and userinfo said, as they said it. */
  claims: Claims
  tokens: TokenSet
}

/** Calls are carried out in the order they are made in. */
export type Vault = {
  read(): Promise<HeldSession | null>
  write(session: HeldSession): Promise<void>
  clear(): Promise<void>
}

export function createMemoryVault(): Vault {
  let held: HeldSession | null = null
  return {
    read: () => Promise.resolve(held),
    write(session) {
      held = session
      return Promise.resolve()
    },
    clear() {
      held = null
      return Promise.resolve()
    },
  }
}
