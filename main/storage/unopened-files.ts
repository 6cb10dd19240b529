// Session files that cannot be opened: found by the person that they name, moved aside and deleted.

import { join } from 'node:path'
import {
  clearAccountFiles,
  isDamaged,
  listAccountIds,
  readAccountFile,
  toAccountPath,
  toAsidePath,
  tryAll,
  type AccountFile,
} from './account-files.js'
import { asAuthError } from '../base/errors.js'
import { hashPerson, type DeletedFiles, type Person } from './account-store.js'
import {
  OLD_SESSION_FILE,
  OLD_UNOPENED_FILE,
  readOldSessionFile,
  type OldSessionFile,
} from './old-session-file.js'
import type { Ciphers } from './open-sealed.js'
import { ACCOUNT_VERSION, BOUND_VERSION } from './seal.js'
import {
  deleteFileAside,
  deleteSessionFile,
  isOfNewerVersion,
  moveSessionFileAside,
} from './session-file.js'
import { isSameOwner, type SessionOwner } from './session-owner.js'
import { readStoredFiles } from './stored-files.js'

/** Tells whether a file can be opened now. */
export type CanOpen = {
  session(file: OldSessionFile): Promise<boolean>
  account(file: AccountFile): Promise<boolean>
}

/** For sessions in memory: no file can be opened. */
export const OPENS_NOTHING: CanOpen = {
  session: () => Promise.resolve(false),
  account: () => Promise.resolve(false),
}

/**
 * Moves a person's files that cannot be opened aside. Returns the new path of one of them; null if there
 * are none. Fails with `storage-failed`.
 */
export async function setFilesAside(
  dataDir: string,
  person: Person,
  canOpen: CanOpen,
): Promise<readonly { from: string; to: string }[]> {
  const moved: { from: string; to: string }[] = []
  for (const from of await findUnopened(dataDir, person, canOpen)) {
    const isOld = from === join(dataDir, OLD_SESSION_FILE)
    const to = moveSessionFileAside(from, isOld ? BOUND_VERSION : ACCOUNT_VERSION)
    if (to !== null) moved.push({ from, to })
  }
  return moved
}

/** Which files are deleted, and what opens them first. */
export type Clearing = { dataDir: string; stays: CanOpen; ciphers: Ciphers }

/** The paths are those of the files that are gone. */
type Cleared = DeletedFiles & { paths: readonly string[] }

/** S19: Deletes a person's files that were moved out of the way, and those that do not stay. Tries all. */
export async function clearFilesAside(
  { dataDir, stays, ciphers }: Clearing,
  person: Person,
): Promise<Cleared> {
  const paths = [...(await findUnopened(dataDir, person, stays)), ...findAside(dataDir, person)]
  return deleteFiles(dataDir, paths, ciphers)
}

/**
 * S19: Deletes the files of these providers that do not stay, and those that were moved out of the
 * way, even if nothing can be read from them. Tries all.
 */
export async function clearUnopenedFiles(
  { dataDir, stays, ciphers }: Clearing,
  owners: readonly SessionOwner[],
): Promise<Cleared> {
  const goes = async <File extends AccountFile | OldSessionFile>(
    read: () => File | null,
    isKept: (file: File) => Promise<boolean>,
  ): Promise<boolean> => {
    const file = readOrNull(read)
    if (file === null) return true
    const isOf = file.version === 1 || owners.some((owner) => isSameOwner(file, owner))
    return isOf && !(await isKept(file))
  }
  const paths: string[] = []
  for (const id of listAccountIds(dataDir)) {
    const path = toAccountPath(dataDir, id)
    if (await goes(() => readAccountFile(path, id), stays.account)) paths.push(path)
  }
  for (const id of listAccountIds(dataDir, { aside: true })) {
    const path = toAsidePath(dataDir, id)
    if (await goes(() => readAccountFile(path, id), OPENS_NOTHING.account)) paths.push(path)
  }
  for (const path of [OLD_SESSION_FILE, OLD_UNOPENED_FILE].map((name) => join(dataDir, name))) {
    if (await goes(() => readOldSessionFile(path), stays.session)) paths.push(path)
  }
  return deleteFiles(dataDir, paths, ciphers)
}

/** Reads the files first: their sessions must be ended, too. */
async function deleteFiles(
  dataDir: string,
  paths: readonly string[],
  ciphers: Ciphers,
): Promise<Cleared> {
  const files = await readStoredFiles(dataDir, ciphers, paths)
  const gone: string[] = []
  const [failure] = tryAll(paths, (path) => {
    deleteSessionFile(path)
    gone.push(path)
  })
  return { paths: gone, files, failure: failure === undefined ? null : asAuthError(failure) }
}

/** Deletes every session file. Tries all, and then fails with the first failure (`storage-failed`). */
export function clearSessionFiles(dataDir: string): void {
  const path = join(dataDir, OLD_SESSION_FILE)
  const failures = clearAccountFiles(dataDir)
  throwFirst([...failures, ...tryAll([deleteSessionFile, deleteFileAside], (clear) => clear(path))])
}

/** Throws the first failure, if there is one. */
export function throwFirst(failures: readonly unknown[]): void {
  // oxlint-disable-next-line typescript/only-throw-error -- each was thrown as an error
  if (failures.length > 0) throw failures[0]
}

async function findUnopened(
  dataDir: string,
  person: Person,
  canOpen: CanOpen,
): Promise<readonly string[]> {
  const paths: string[] = []
  for (const id of listAccountIds(dataDir)) {
    const path = toAccountPath(dataDir, id)
    if (!mayBeAccountOf(person, path, id)) continue
    const file = readOrNull(() => readAccountFile(path, id))
    if (file === null || !(await canOpen.account(file))) paths.push(path)
  }
  const path = join(dataDir, OLD_SESSION_FILE)
  if (mayBeSessionOf(person, path)) {
    const file = readOrNull(() => readOldSessionFile(path))
    if (file === null || !(await canOpen.session(file))) paths.push(path)
  }
  return paths
}

function findAside(dataDir: string, person: Person): readonly string[] {
  const paths = listAccountIds(dataDir, { aside: true })
    .map((id) => ({ id, path: toAsidePath(dataDir, id) }))
    .filter(({ id, path }) => mayBeAccountOf(person, path, id))
    .map(({ path }) => path)
  const aside = join(dataDir, OLD_UNOPENED_FILE)
  return mayBeSessionOf(person, aside) ? [...paths, aside] : paths
}

/** True for a file of this person, and for a damaged one, whose person cannot be read from it. */
function mayBeAccountOf(person: Person, path: string, id: string): boolean {
  const file = readOrNull(() => readAccountFile(path, id))
  if (file === null) return isDamaged(path, id)
  return isSameOwner(file, person) && file.person === hashPerson(id, person)
}

/**
 * True for the session file of this person's provider and client ID, and for one whose owner cannot be
 * read from it. False for one of a newer version.
 */
function mayBeSessionOf(person: Person, path: string): boolean {
  if (isOfNewerVersion(path, BOUND_VERSION)) return false
  const file = readOrNull(() => readOldSessionFile(path))
  return file === null || file.version === 1 || isSameOwner(file, person)
}

function readOrNull<File>(read: () => File): File | null {
  try {
    return read()
  } catch {
    return null
  }
}
