// Reads the session files of all accounts, and changes nothing but leftovers of interrupted writes.

import { join } from 'node:path'
import { asAuthError, type AuthError } from '../base/errors.js'
import { number, objectOf, optional, string } from '../base/schema.js'
import type { Session } from '../oauth/session.js'
import {
  listAccountIds,
  readAccountFile,
  removeAccountLeftovers,
  toAccountPath,
  type AccountFile,
} from './account-files.js'
import { hashPerson, toPerson, type EndedAccount, type StoredAccount } from './account-store.js'
import { removeLeftovers } from './atomic-file.js'
import { isKeyUnavailable, openSealed, wireSession, type Ciphers } from './open-sealed.js'
import { OLD_SESSION_FILE, openOldSessionFile, readOldSessionFile } from './old-session-file.js'
import { cannotOpen, type SealedTier } from './session-file.js'
import { isSameOwner, type SessionOwner } from './session-owner.js'
import { STORED_SESSION_REASONS } from './stored-session-messages.js'

export type ReadAccounts = {
  /** `isStale`: it should be sealed again. `ended`: why its session has ended; then it has no tokens. */
  accounts: readonly (OpenedAccount & { path: string; isStale: boolean })[]
  /** The session in session.json, which earlier versions of Latchkey wrote. */
  old: { path: string; session: Session } | null
  /** Why some files did not open, each reason once. */
  problems: readonly AuthError[]
  /** The paths of the files that wait for the keyring. */
  locked: ReadonlySet<string>
}

type Source = { dataDir: string; ciphers: Ciphers; tier: SealedTier | null }

type OpenedAccount = StoredAccount & { ended?: string }

const content = objectOf({ addedAtMs: number, session: wireSession, ended: optional(string) })

/** Reads every file of these providers and client IDs; without `owners`, every file. */
export async function readAccounts(
  source: Source,
  owners?: readonly SessionOwner[],
): Promise<ReadAccounts> {
  const { dataDir } = source
  const path = join(dataDir, OLD_SESSION_FILE)
  const problems = new Map<string, AuthError>()
  const locked = new Set<string>()
  const attempt = async <Value>(read: () => Promise<Value> | Value): Promise<Value | null> => {
    try {
      return await read()
    } catch (thrown) {
      if (thrown instanceof WaitsForKeyring) locked.add(thrown.path)
      const problem = asAuthError(thrown instanceof WaitsForKeyring ? thrown.cause : thrown)
      problems.set(problem.message, problem)
      return null
    }
  }
  removeAllLeftovers(dataDir)
  const accounts: ReadAccounts['accounts'][number][] = []
  for (const id of (await attempt(() => listAccountIds(dataDir))) ?? []) {
    const account = await attempt(() => readAccount(source, id, owners))
    if (account !== null) accounts.push(account)
  }
  const session = await attempt(() => readOldSession(source, path, owners))
  return {
    accounts,
    old: session && { path, session },
    problems: [...problems.values()],
    locked,
  }
}

/** Opens an account's file with its own header, which names the file and its owner. */
export async function openAccountFile(
  file: AccountFile,
  ciphers: Ciphers,
): Promise<OpenedAccount & { stale: boolean }> {
  const { id, person, purpose, issuer, clientId } = file
  const binding = { purpose, issuer, clientId, account: { id, person } }
  const opened = await openSealed(file, { ciphers, binding, schema: content })
  const { addedAtMs, session, ended } = opened.content
  if (!isSameOwner(session, file) || hashPerson(id, toPerson(session)) !== person) {
    throw cannotOpen(STORED_SESSION_REASONS.otherContent)
  }
  return { id, addedAtMs, session, stale: opened.stale, ...(ended !== undefined && { ended }) }
}

/** The text that is sealed in an account's file. */
export function toSealedContent({ addedAtMs, session }: StoredAccount): string {
  return JSON.stringify({ addedAtMs, session })
}

/**
 * The text that is sealed in the file of an account whose session has ended. Its session has the
 * usual members, but no tokens: an earlier Latchkey, which does not know `ended`, reads it as a
 * session that has expired, says so, and deletes it.
 */
export function toEndedContent(ended: EndedAccount): string {
  const { addedAtMs, issuer, clientId, account, scope, reason } = ended
  const tokens = {
    accessToken: '',
    accessTokenExpiresAtMs: 0,
    obtainedAtMs: 0,
    refreshToken: null,
    idToken: '',
    scope,
  }
  const session: Session = { issuer, clientId, account, claims: { sub: account.sub }, tokens }
  return JSON.stringify({ addedAtMs, session, ended: reason })
}

/** Returns null if the account is of another provider or client ID. */
async function readAccount(
  { dataDir, ciphers, tier }: Source,
  id: string,
  owners?: readonly SessionOwner[],
): Promise<ReadAccounts['accounts'][number] | null> {
  const path = toAccountPath(dataDir, id)
  const file = readAccountFile(path, id)
  if (owners !== undefined && !owners.some((owner) => isSameOwner(file, owner))) return null
  const { stale, ...account } = await markLocked(path, file.tier, ciphers, () =>
    openAccountFile(file, ciphers),
  )
  return { ...account, path, isStale: stale || file.tier !== tier }
}

/** Returns null if there is no session.json. */
async function readOldSession(
  { ciphers }: Source,
  path: string,
  owners?: readonly SessionOwner[],
): Promise<Session | null> {
  const file = readOldSessionFile(path)
  if (file === null) return null
  return markLocked(path, file.tier, ciphers, () => openOldSessionFile(file, ciphers, owners))
}

/** A file that only the keyring opens, and the keyring gave no key. */
class WaitsForKeyring extends Error {
  override readonly name = 'WaitsForKeyring'
  readonly path: string

  constructor(path: string, cause: unknown) {
    super(path, { cause })
    this.path = path
  }
}

async function markLocked<Value>(
  path: string,
  tier: SealedTier,
  ciphers: Ciphers,
  open: () => Promise<Value>,
): Promise<Value> {
  try {
    return await open()
  } catch (thrown) {
    throw isKeyUnavailable(tier, ciphers, thrown) ? new WaitsForKeyring(path, thrown) : thrown
  }
}

function removeAllLeftovers(dataDir: string): void {
  for (const remove of [
    () => removeLeftovers(join(dataDir, OLD_SESSION_FILE)),
    () => removeAccountLeftovers(dataDir),
  ]) {
    try {
      remove()
    } catch {
      // Leftovers do no harm: each session is read from its own file.
    }
  }
}
