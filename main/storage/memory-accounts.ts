// Keeps the sessions of several accounts in memory only.

import {
  sortAccounts,
  type AccountStore,
  type StoredAccount,
  type StoredAccounts,
} from './account-store.js'
import { readAccounts } from './read-accounts.js'
import { isSameOwner, type SessionOwner } from './session-owner.js'
import {
  clearFilesAside,
  clearSessionFiles,
  OPENS_NOTHING,
  setFilesAside,
} from './unopened-files.js'

/**
 * Keeps accounts in memory. `dataDir` may hold files of earlier runs, which cannot be opened now. Each is
 * reported as a problem, and signing out everywhere deletes them too.
 */
export function createMemoryAccounts(dataDir?: string): AccountStore {
  const held = new Map<string, StoredAccount>()
  let defaultId: string | null = null
  const inMemory: AccountStore = {
    async readAll(owners) {
      return { accounts: listAccounts(held, owners), problems: [] }
    },
    async write(account) {
      held.set(account.id, account)
    },
    async delete(id) {
      held.delete(id)
    },
    async clear() {
      held.clear()
      defaultId = null
    },
    async readDefault() {
      return defaultId !== null && held.has(defaultId) ? defaultId : null
    },
    async writeDefault(id) {
      defaultId = id
    },
  }
  return dataDir === undefined ? inMemory : { ...inMemory, ...besideFiles(inMemory, dataDir) }
}

/** The calls that also deal with files of earlier runs. */
function besideFiles(inMemory: AccountStore, dataDir: string): Partial<AccountStore> {
  const locked = new Set<string>()
  return {
    async readAll(owners): Promise<StoredAccounts> {
      const files = await readAccounts({ dataDir, ciphers: {}, tier: null }, owners)
      locked.clear()
      for (const path of files.locked) locked.add(path)
      const { accounts } = await inMemory.readAll(owners)
      return { accounts, problems: files.problems }
    },
    async clear() {
      await inMemory.clear()
      clearSessionFiles(dataDir)
      locked.clear()
    },
    async setAside(person) {
      const moved = await setFilesAside(dataDir, person, OPENS_NOTHING)
      for (const { from } of moved) locked.delete(from)
      return moved[0]?.to ?? null
    },
    async clearAside(person) {
      for (const path of await clearFilesAside(dataDir, person, OPENS_NOTHING)) locked.delete(path)
    },
    isLocked: () => locked.size > 0,
  }
}

function listAccounts(
  held: ReadonlyMap<string, StoredAccount>,
  owners?: readonly SessionOwner[],
): readonly StoredAccount[] {
  const accounts = [...held.values()].filter(
    ({ session }) => owners === undefined || owners.some((owner) => isSameOwner(session, owner)),
  )
  return sortAccounts(accounts)
}
