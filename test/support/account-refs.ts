// Two people at one provider, as the model names them.

import {
  initialModel,
  type AccountRef,
  type AccountSession,
  type Model,
} from '../../main/agent/model.js'
import type { Account } from '../../main/oauth/account.js'

export const ALICE: Account = { sub: 'alice', name: 'Alice Adams', email: 'alice@example.com' }
export const BOB: Account = { sub: 'bob', name: 'Bob Brown', email: '' }
export const ZOE: Account = { sub: 'zoe', name: "Zoë O'Ünal", email: 'zoe@example.com' }

/** The name of the provider in the settings. */
export const PROVIDER = 'provider.example'
const OWNER = { provider: PROVIDER, issuer: 'https://provider.example', clientId: 'client' }

export const ALICE_REF: AccountRef = { id: 'alice234', ...OWNER, account: ALICE }
export const BOB_REF: AccountRef = { id: 'bobbob23', ...OWNER, account: BOB }
export const ZOE_REF: AccountRef = { id: 'zoezoe23', ...OWNER, account: ZOE }

/** Makes the model of accounts without any sign-in. */
export function modelOf(...accounts: readonly AccountSession[]): Model {
  return { ...initialModel, accounts }
}
