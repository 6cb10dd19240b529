// Every session file in a data directory, those moved aside as well: found and opened as they are, to end
// the sessions before Latchkey's data is removed. Nothing is written.

import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { asAuthError } from '../base/errors.js'
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

type Place = { path: string; id: string | null }

/** Returns what seals the session in each file; null for a file that holds no session. */
export function listSealedTiers(dataDir: string): readonly (SealedTier | null)[] {
  return listPlaces(dataDir).places.map(({ path, id }) => {
    try {
      const file = id === null ? readOldSessionFile(path) : readAccountFile(path, id)
      return file?.tier ?? null
    } catch {
      return null
    }
  })
}

/** Reads the session in every file. A file that does not open is a problem of its own. */
export async function readStoredFiles(
  dataDir: string,
  ciphers: Ciphers,
): Promise<readonly StoredFile[]> {
  const { places, problems } = listPlaces(dataDir)
  const files: StoredFile[] = [...problems]
  for (const { path, id } of places) {
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
  if (id !== null) return (await openAccountFile(readAccountFile(path, id), ciphers)).session
  const file = readOldSessionFile(path)
  return file && openOldSessionFile(file, ciphers)
}

function listPlaces(dataDir: string): {
  places: readonly Place[]
  problems: readonly StoredFile[]
} {
  const places: Place[] = [OLD_SESSION_FILE, OLD_UNOPENED_FILE]
    .map((name) => ({ path: join(dataDir, name), id: null }))
    .filter(({ path }) => lstatSync(path, { throwIfNoEntry: false }) !== undefined)
  try {
    for (const id of listAccountIds(dataDir)) {
      places.push({ path: toAccountPath(dataDir, id), id })
    }
    for (const id of listAccountIds(dataDir, { aside: true })) {
      places.push({ path: toAsidePath(dataDir, id), id })
    }
    return { places, problems: [] }
  } catch (thrown) {
    const path = join(dataDir, ACCOUNTS_FOLDER)
    return { places, problems: [{ path, problem: asAuthError(thrown) }] }
  }
}
