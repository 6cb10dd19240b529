// Finds the files of stored sessions in a data directory.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isAccountId } from '../../main/storage/account-store.js'

/** Lists the paths of the files of stored sessions, without those that were moved aside. */
export function listSessionFiles(dataDir: string): readonly string[] {
  const folder = join(dataDir, 'sessions')
  let names: readonly string[]
  try {
    names = readdirSync(folder)
  } catch {
    return []
  }
  return names
    .filter((name) => name.endsWith('.json') && isAccountId(name.slice(0, -'.json'.length)))
    .toSorted()
    .map((name) => join(folder, name))
}

/** Returns the path of the file of the only stored session. Fails if there are none or several. */
export function findSessionFile(dataDir: string): string {
  const [path, ...others] = listSessionFiles(dataDir)
  if (path === undefined || others.length > 0) {
    throw new Error(`${dataDir} holds ${path === undefined ? 'no session' : 'several sessions'}`)
  }
  return path
}
