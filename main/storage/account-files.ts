// Names, lists, reads, writes and deletes the accounts' files in the folder `sessions`, without opening
// them.

import { chmodSync, lstatSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { diskError, readErrno } from '../base/errno.js'
import { anyOf, objectOf, string, type Infer } from '../base/schema.js'
import { hashPerson, isAccountId, type Person } from './account-store.js'
import { replaceFile, syncFolder, withoutLeftover } from './atomic-file.js'
import { makeFolder } from './make-folder.js'
import { isOpen } from './private-directory.js'
import { ACCOUNT_VERSION, type SealedForOwner } from './seal.js'
import {
  cannotOpen,
  deleteSessionFile,
  readVersionedJson,
  storageFailed,
  tier,
  UNOPENED_END,
  type SealedTier,
} from './session-file.js'
import { STORED_SESSION_MESSAGES, STORED_SESSION_REASONS } from './stored-session-messages.js'

/** The folder of the accounts' files in the data directory. */
export const ACCOUNTS_FOLDER = 'sessions'
/** Holds the id of the default account. */
export const DEFAULT_FILE = 'default.json'

const END = '.json'

const accountFile = objectOf({
  version: anyOf<typeof ACCOUNT_VERSION>([ACCOUNT_VERSION]),
  tier,
  purpose: anyOf(['session']),
  issuer: string,
  clientId: string,
  id: string,
  person: string,
  sealed: string,
})

/**
 * What the file of an account says about itself. It is authentic only after the file has been opened
 * with it.
 */
export type AccountFile = Infer<typeof accountFile>

/** Returns the path of an account's file. Throws a RangeError if the id could leave the folder. */
export function toAccountPath(dataDir: string, id: string): string {
  if (!isAccountId(id)) throw new RangeError('an account id has 8 characters of a to z and 2 to 7')
  return join(dataDir, ACCOUNTS_FOLDER, `${id}${END}`)
}

/** Returns the path that the file of an account is moved aside to. */
export function toAsidePath(dataDir: string, id: string): string {
  return toAccountPath(dataDir, id).replace(/\.json$/, UNOPENED_END)
}

/**
 * Lists the ids of the accounts that have a file, or one that was moved aside. Other names are ignored.
 * Fails with `storage-failed`.
 */
export function listAccountIds(dataDir: string, { aside = false } = {}): readonly string[] {
  const end = aside ? UNOPENED_END : END
  let names: readonly string[]
  try {
    names = listNames(dataDir)
  } catch (cause) {
    const folder = join(dataDir, ACCOUNTS_FOLDER)
    throw cannotOpen(STORED_SESSION_REASONS.cannotRead(folder, diskError(cause)), cause)
  }
  return names
    .filter((name) => name.endsWith(end))
    .map((name) => name.slice(0, -end.length))
    .filter((id) => isAccountId(id))
}

/** Removes new files that interrupted replacements have left behind. Fails with an error of the system. */
export function removeAccountLeftovers(dataDir: string): void {
  for (const name of listNames(dataDir)) {
    if (withoutLeftover(name) === name || !isOwnName(name)) continue
    rmSync(join(dataDir, ACCOUNTS_FOLDER, name), { force: true })
  }
}

/** Reads an account's file. Fails with `storage-failed`. */
export function readAccountFile(path: string, id: string): AccountFile {
  const found = readVersionedJson(path, ACCOUNT_VERSION)
  const parsed = accountFile.safeParse(found?.json)
  // A copy under another name is not that account's.
  if (!parsed.success || parsed.data.id !== id) {
    throw cannotOpen(STORED_SESSION_REASONS.damaged(path))
  }
  return parsed.data
}

/** True if the file can be read, but holds nothing that Latchkey has written. */
export function isDamaged(path: string, id: string): boolean {
  try {
    const found = readVersionedJson(path, ACCOUNT_VERSION)
    if (found === null) return false
    const parsed = accountFile.safeParse(found.json)
    return !parsed.success || parsed.data.id !== id
  } catch {
    return false
  }
}

/** Writes an account's file. Fails with an error of the system. */
export function writeAccountFile(
  dataDir: string,
  sealedBy: SealedTier,
  { purpose, issuer, clientId, account }: Required<SealedForOwner>,
  sealed: string,
): void {
  const { id, person } = account
  const version = ACCOUNT_VERSION
  const file = { version, tier: sealedBy, purpose, issuer, clientId, id, person, sealed }
  makeAccountsFolder(dataDir)
  replaceFile(toAccountPath(dataDir, id), `${JSON.stringify(file, null, 2)}\n`)
}

/** Returns what an account's session is bound to when it is sealed. */
export function toAccountBinding(id: string, person: Person): Required<SealedForOwner> {
  const { issuer, clientId } = person
  return { purpose: 'session', issuer, clientId, account: { id, person: hashPerson(id, person) } }
}

/** Creates the folder, closed to other users. Fails with an error of the system. */
export function makeAccountsFolder(dataDir: string): void {
  const folder = join(dataDir, ACCOUNTS_FOLDER)
  const found = lstatSync(folder, { throwIfNoEntry: false })
  if (found === undefined) {
    makeFolder(folder)
    syncFolder(dataDir)
    return
  }
  requireFolder(folder, found)
  if (process.platform !== 'win32' && isOpen(found)) close(folder)
}

/** A copy of the data directory can have other permissions. Windows has none. */
function close(folder: string): void {
  try {
    chmodSync(folder, 0o700)
  } catch {
    // Some file systems have no permissions. The data directory itself is closed, or the user was warned.
  }
}

/**
 * Deletes every file of an account in the folder. Then deletes the folder if it is empty. Tries all, and
 * returns the failures. Files with other names stay.
 */
export function clearAccountFiles(dataDir: string): readonly unknown[] {
  const folder = join(dataDir, ACCOUNTS_FOLDER)
  let names: readonly string[]
  try {
    removeOtherThanFolder(folder)
    names = listNames(dataDir).filter(isOwnName)
  } catch (cause) {
    return [storageFailed(STORED_SESSION_MESSAGES.notDeleted(folder, diskError(cause)), cause)]
  }
  const failures = tryAll(names, (name) => deleteSessionFile(join(folder, name)))
  try {
    rmdirSync(folder)
  } catch {
    // It is missing, or files of other names are in it.
  }
  return failures
}

/** Acts on every item, and returns the failures. */
export function tryAll<Item>(items: Iterable<Item>, act: (item: Item) => void): unknown[] {
  const failures: unknown[] = []
  for (const item of items) {
    try {
      act(item)
    } catch (thrown) {
      failures.push(thrown)
    }
  }
  return failures
}

/** True for the name of a file that Latchkey writes in the folder, or of a leftover of one. */
export function isOwnName(name: string): boolean {
  const whole = withoutLeftover(name)
  if (whole === DEFAULT_FILE) return true
  const end = whole.endsWith(UNOPENED_END) ? UNOPENED_END : END
  return whole.endsWith(end) && isAccountId(whole.slice(0, -end.length))
}

/** Lists the names in the folder; none if it is missing. Fails with an error of the system. */
function listNames(dataDir: string): readonly string[] {
  const folder = join(dataDir, ACCOUNTS_FOLDER)
  try {
    requireFolder(folder, lstatSync(folder))
    return readdirSync(folder).toSorted()
  } catch (cause) {
    if (readErrno(cause) === 'ENOENT') return []
    throw cause
  }
}

/** Removes a link or a file in the place of the folder. */
function removeOtherThanFolder(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false })
  if (found !== undefined && !found.isDirectory()) rmSync(folder, { force: true })
}

function requireFolder(
  folder: string,
  stats: { isDirectory(): boolean; isSymbolicLink(): boolean },
): void {
  if (stats.isDirectory()) return
  const code = stats.isSymbolicLink() ? 'ELOOP' : 'ENOTDIR'
  throw Object.assign(new Error(`${code}: ${folder}`), { code })
}
