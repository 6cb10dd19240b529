// Makes the JSON lines about the accounts. Part of the headless program's contract.

import {
  defaultId,
  toSessionState,
  type AccountSession,
  type Model,
  type OtherPerson,
} from '../agent/model.js'
import { pickAccount, type Account } from '../oauth/account.js'

export type AccountsLine = { event: 'accounts'; accounts: readonly AccountEntry[] }

export type AccountEntry = Account & {
  id: string
  /** The name of the account's provider in the settings. */
  provider: string
  state: ReturnType<typeof toSessionState>
  /** True for the account of callers that name none. */
  default: boolean
}

/**
 * Someone other than the expected person signed in. `id`: names the question in `keep` and
 * `discard`.
 */
export type OtherPersonLine = { event: 'other-person'; id: string; expected: Account; got: Account }

/** Lists the accounts in the order in which they were added. */
export function toAccountsLine(model: Model): AccountsLine {
  const chosen = defaultId(model)
  return { event: 'accounts', accounts: model.accounts.map((one) => toEntry(one, chosen)) }
}

export function toOtherPersonLine({ id, expected, got }: OtherPerson): OtherPersonLine {
  return { event: 'other-person', id, expected: pickAccount(expected), got: pickAccount(got) }
}

function toEntry(session: AccountSession, chosen: string | null): AccountEntry {
  const { id, provider, account } = session
  return {
    id,
    provider,
    ...pickAccount(account),
    state: toSessionState(session),
    default: id === chosen,
  }
}
