// Finds, describes and opens every session file in a data directory, also those moved aside. Writes
// nothing.

import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { readErrno } from '../base/errno.js'
import { asAuthError, type AuthError } from '../base/errors.js'
import type { Session } from '../oauth/session.js'
import {
  ACCOUNTS_FOLDER,
  listAccountIds,
  readAccountFile,
  toAccountPath,
  toAsidePath,
} from './account-files.js'
import type { StoredFile } from './account-store.js'
import type { Ciphers } from './open-sealed.js'
import {
  OLD_SESSION_FILE,
  OLD_UNOPENED_FILE,
  openOldSessionFile,
  readOldSessionFile,
} from './old-session-file.js'
import { openAccountFile } from './read-accounts.js'
import type { SealedTier } from './session-file.js'
import type { SessionOwner } from './session-owner.js'

type Place = {
  path: string
  /** The account's ID; null for session.json. */
  id: string | null
  /** True if the file was moved out of the way because it could not be opened. */
  isAside: boolean
}

/** What a file says about itself without being opened. `owner`: null if it names none. */
export type DescribedFile = Place &
  ({ tier: SealedTier; owner: SessionOwner | null } | { problem: AuthError })

/** Describes each file. Nothing proves that the owner in a file's header is the true one. */
export function describeStoredFiles(dataDir: string): readonly DescribedFile[] {
  const { places, problems } = listPlaces(dataDir)
  const described = places.flatMap((place): DescribedFile[] => {
    const { path, id } = place
    try {
      const file = id === null ? readOldSessionFile(path) : readAccountFile(path, id)
      if (file === null) return []
      const { tier, version } = file
      const owner = version === 1 ? null : { issuer: file.issuer, clientId: file.clientId }
      return [{ ...place, tier, owner }]
    } catch (thrown) {
      return [{ ...place, problem: asAuthError(thrown) }]
    }
  })
  return [...described, ...problems.map((one) => ({ ...one, id: null, isAside: false }))]
}

/** Returns what seals the session in each file; null for a file that holds no session. */
export function listSealedTiers(dataDir: string): readonly (SealedTier | null)[] {
  return describeStoredFiles(dataDir).map((file) => ('tier' in file ? file.tier : null))
}

/**
 * Reads the session in every file, or in those with these paths. A file that does not open is a problem of
 * its own. Leaves out accounts whose session has ended.
 */
export async function readStoredFiles(
  dataDir: string,
  ciphers: Ciphers,
  paths?: readonly string[],
): Promise<readonly StoredFile[]> {
  const { places, problems } = listPlaces(dataDir)
  const files: StoredFile[] = paths === undefined ? [...problems] : []
  for (const { path, id } of places) {
    if (paths !== undefined && !paths.includes(path)) continue
    try {
      const session = await readSession(path, id, ciphers)
      if (session !== null) files.push({ path, session })
    } catch (thrown) {
      files.push({ path, problem: asAuthError(thrown) })
    }
  }
  return files
}

async function readSession(
  path: string,
  id: string | null,
  ciphers: Ciphers,
): Promise<Session | null> {
  if (id !== null) {
    const { session, ended } = await openAccountFile(readAccountFile(path, id), ciphers)
    return ended === undefined ? session : null
  }
  const file = readOldSessionFile(path)
  return file && openOldSessionFile(file, ciphers)
}

function listPlaces(dataDir: string): {
  places: readonly Place[]
  problems: readonly { path: string; problem: AuthError }[]
} {
  const places: Place[] = [OLD_SESSION_FILE, OLD_UNOPENED_FILE]
    .map((name) => ({
      path: join(dataDir, name),
      id: null,
      isAside: name === OLD_UNOPENED_FILE,
    }))
    .filter(({ path }) => isThere(path))
  try {
    for (const id of listAccountIds(dataDir)) {
      places.push({ path: toAccountPath(dataDir, id), id, isAside: false })
    }
    for (const id of listAccountIds(dataDir, { aside: true })) {
      places.push({ path: toAsidePath(dataDir, id), id, isAside: true })
    }
    return { places, problems: [] }
  } catch (thrown) {
    const path = join(dataDir, ACCOUNTS_FOLDER)
    return { places, problems: [{ path, problem: asAuthError(thrown) }] }
  }
}

/** Also false if the data directory is itself a file. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (thrown) {
    if (readErrno(thrown) === 'ENOTDIR') return false
    throw thrown
  }
}
