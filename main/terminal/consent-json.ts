// Makes the JSON lines about programs that ask for tokens. Part of the headless program's contract.

import type { AskingProgram, ConsentEnd, ConsentQuestion, Denial } from '../consent/consent.js'
import type { Model } from '../agent/model.js'
import { pickAccount, type Account } from '../oauth/account.js'
import type { Grant, Purpose } from '../storage/consent-store.js'
import { isSameOwner } from '../storage/session-owner.js'

type ProgramEntry = Pick<AskingProgram, 'name' | 'executable' | 'script' | 'pid' | 'startedBy'>

/** `id` and `provider`: null if the account is not in the list, for example after a sign-out. */
type AccountEntry = Account & { id: string | null; provider: string | null }

/** A program asks. `id`: names the question in `allow` and `deny`. */
export type ConsentLine = {
  event: 'consent'
  id: string
  program: ProgramEntry
  grade: AskingProgram['grade']
  /** Null if nobody is signed in at the provider yet. */
  account: AccountEntry | null
  purpose: Purpose
}

export type ConsentAnsweredLine = { event: 'consent-answered'; id: string; answer: ConsentEnd }

export type AppsLine = { event: 'apps'; apps: readonly AppEntry[] }

/** Times are RFC 3339. */
export type AppEntry = {
  id: string
  kind: Grant['kind'] | 'denied'
  name: string | null
  executable: string | null
  script: string | null
  account: AccountEntry | null
  purposes: readonly Purpose[]
  /** The scopes that a key is limited to. */
  scope: string | null
  /** Null if it was denied. */
  allowedAt: string | null
  lastUsedAt: string | null
  /** When the program's file was first seen changed. */
  changedAt: string | null
  /** Until when it is refused without a question. */
  deniedUntil: string | null
}

/** The only line with a secret. It is printed once. */
export type KeyLine = { event: 'key'; id: string; name: string; key: string }

export function toConsentLine({ id, program, account, purpose }: ConsentQuestion): ConsentLine {
  const { name, executable, script, pid, startedBy, grade } = program
  return {
    event: 'consent',
    id,
    program: { name, executable, script, pid, startedBy },
    grade,
    account: toListedAccount(account),
    purpose,
  }
}

export function toConsentAnsweredLine(
  { id }: ConsentQuestion,
  answer: ConsentEnd,
): ConsentAnsweredLine {
  return { event: 'consent-answered', id, answer }
}

export function toAppsLine(model: Pick<Model, 'consents' | 'accounts'>): AppsLine {
  const { grants, denials } = model.consents
  return {
    event: 'apps',
    apps: [...grants.map((grant) => toGrantEntry(grant, model)), ...denials.map(toDeniedEntry)],
  }
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

function toListedAccount(listed: ConsentQuestion['account']): AccountEntry | null {
  if (listed === null) return null
  const { id, provider, account } = listed
  return { id, provider, ...pickAccount(account) }
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
