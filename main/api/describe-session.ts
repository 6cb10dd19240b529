// Describes an account's session for programs, without its tokens.

import type { Agent } from '../agent/agent.js'
import { renewalFailure, toSessionState, type AccountSession } from '../agent/model.js'
import { pickAccount } from '../oauth/account.js'
import type { AccountList, Session } from './models.js'

/** Describes a session. Null: nobody is signed in, as far as the program may know. */
export function describeSession(
  { all, last }: Pick<Agent, 'all' | 'last'>,
  account: AccountSession | null,
): Session {
  if (account === null) return SIGNED_OUT
  const { id, provider, issuer, clientId } = account
  const held = all().find((one) => one.id === id)
  return {
    state: toSessionState(account),
    account: { id, provider, ...pickAccount(account.account) },
    issuer,
    clientId,
    scope: last(id)?.scope ?? null,
    expiresAt: account.kind === 'signed-in' ? formatTime(account.expiresAtMs) : null,
    renewedAt: formatTime(held?.session.tokens.obtainedAtMs ?? null),
    reason: readReason(account),
  }
}

/** Describes an account in a list. `defaultId`: the ID of the default account; null if there is none. */
export function describeAccount(
  account: AccountSession,
  defaultId: string | null,
): AccountList['accounts'][number] {
  const { id, provider, issuer, clientId } = account
  return {
    id,
    provider,
    ...pickAccount(account.account),
    issuer,
    clientId,
    state: toSessionState(account),
    default: id === defaultId,
  }
}

const SIGNED_OUT: Session = {
  state: 'signed-out',
  account: null,
  issuer: null,
  clientId: null,
  scope: null,
  expiresAt: null,
  renewedAt: null,
  reason: null,
}

/** Formats a time in milliseconds since the epoch as RFC 3339. */
export function formatTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

function readReason(account: AccountSession): string | null {
  if (account.kind === 'needs-sign-in') return account.reason
  return renewalFailure(account.renewal)?.message ?? null
}
