// The id of the default account, in a small file that is not sealed.

import { lstatSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { diskError } from '../base/errno.js'
import { anyOf, objectOf, string } from '../base/schema.js'
import {
  ACCOUNTS_FOLDER,
  DEFAULT_FILE,
  makeAccountsFolder,
  toAccountPath,
} from './account-files.js'
import { isAccountId } from './account-store.js'
import { replaceFile } from './atomic-file.js'
import { isOfNewerVersion, readVersionedJson, storageFailed } from './session-file.js'
import { STORED_SESSION_MESSAGES } from './stored-session-messages.js'

const VERSION = 1

const defaultFile = objectOf({ version: anyOf([VERSION]), id: string })

/** Reads the id; null if there is none, if the file is damaged, or if the account is not stored. */
export function readDefaultAccount(dataDir: string): string | null {
  try {
    const parsed = defaultFile.safeParse(readVersionedJson(toPath(dataDir), VERSION)?.json)
    if (!parsed.success || !isAccountId(parsed.data.id)) return null
    const { id } = parsed.data
    return lstatSync(toAccountPath(dataDir, id)).isFile() ? id : null
  } catch {
    return null
  }
}

/** Writes the id; null deletes it. Fails with `storage-failed`. */
export function writeDefaultAccount(dataDir: string, id: string | null): void {
  const path = toPath(dataDir)
  if (isOfNewerVersion(path, VERSION)) {
    throw storageFailed(STORED_SESSION_MESSAGES.defaultOfNewerVersion(path))
  }
  try {
    if (id === null) {
      rmSync(path, { force: true })
      return
    }
    makeAccountsFolder(dataDir)
    replaceFile(path, `${JSON.stringify({ version: VERSION, id })}\n`)
  } catch (cause) {
    throw storageFailed(STORED_SESSION_MESSAGES.defaultNotStored(path, diskError(cause)), cause)
  }
}

function toPath(dataDir: string): string {
  return join(dataDir, ACCOUNTS_FOLDER, DEFAULT_FILE)
}
