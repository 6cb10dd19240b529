// Lists the apps and keys for programs, as JSON: in the terminal's lines and in the API.

import type { ConsentQuestion, Denial } from '../consent/consent.js'
import type { Model } from '../agent/model.js'
import { pickAccount, type Account } from '../oauth/account.js'
import type { Grant, Purpose } from '../storage/consent-store.js'
import { isSameOwner } from '../storage/session-owner.js'

/** `id` and `provider`: null if the account is not in the list, for example after a sign-out. */
export type ListedAccount = Account & { id: string | null; provider: string | null }

/** Times are RFC 3339. */
export type AppEntry = {
  id: string
  kind: Grant['kind'] | 'denied'
  name: string | null
  executable: string | null
  script: string | null
  account: ListedAccount | null
  purposes: readonly Purpose[]
  /** The scopes that a key is limited to. */
  scope: string | null
  /** Null if it was denied. */
  allowedAt: string | null
  lastUsedAt: string | null
  /** When the program's file was first seen changed. */
  changedAt: string | null
  /** Until when it is denied without a question. */
  deniedUntil: string | null
}

/** Lists the apps and keys that were allowed, then the apps that were denied. */
export function toAppEntries(model: Pick<Model, 'consents' | 'accounts'>): readonly AppEntry[] {
  const { grants, denials } = model.consents
  return [...grants.map((grant) => toGrantEntry(grant, model)), ...denials.map(toDeniedEntry)]
}

/** Copies what programs are told about an account. Null stays null. */
export function toListedAccount(listed: ConsentQuestion['account']): ListedAccount | null {
  if (listed === null) return null
  const { id, provider, account } = listed
  return { id, provider, ...pickAccount(account) }
}

function toGrantEntry(grant: Grant, model: Pick<Model, 'accounts'>): AppEntry {
  const { id, kind, name, purposes, allowedAtMs, usedAtMs } = grant
  const files =
    grant.kind === 'program'
      ? { executable: grant.executable.path, script: grant.script?.path ?? null }
      : { executable: null, script: null }
  return {
    id,
    kind,
    name,
    ...files,
    account: findListed(grant, model),
    purposes,
    scope: grant.kind === 'key' ? grant.scope : null,
    allowedAt: toTime(allowedAtMs),
    lastUsedAt: toTime(usedAtMs),
    changedAt: grant.kind === 'program' ? toTime(grant.changedAtMs) : null,
    deniedUntil: null,
  }
}

function toDeniedEntry({ id, program, account, untilMs }: Denial): AppEntry {
  const { name, executable, script } = program
  return {
    id,
    kind: 'denied',
    name,
    executable,
    script,
    account: toListedAccount(account),
    purposes: [],
    scope: null,
    allowedAt: null,
    lastUsedAt: null,
    changedAt: null,
    deniedUntil: toTime(untilMs),
  }
}

/** A consent is for a person, who may have signed out since. */
function findListed({ owner, account }: Grant, { accounts }: Pick<Model, 'accounts'>) {
  const listed = accounts.find(
    (session) => isSameOwner(session, owner) && session.account.sub === account.sub,
  )
  const { id, provider } = listed ?? { id: null, provider: null }
  return { id, provider, ...pickAccount(account) }
}

function toTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
