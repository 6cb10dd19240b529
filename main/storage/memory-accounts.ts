// Keeps the sessions of several accounts in memory only.

import {
  sortAccounts,
  type AccountStore,
  type EndedAccount,
  type StoredAccount,
  type StoredAccounts,
} from './account-store.js'
import { readAccounts } from './read-accounts.js'
import { isSameOwner, type SessionOwner } from './session-owner.js'
import { readStoredFiles } from './stored-files.js'
import {
  clearFilesAside,
  clearSessionFiles,
  clearUnopenedFiles,
  OPENS_NOTHING,
  setFilesAside,
} from './unopened-files.js'

/**
 * Keeps accounts in memory. `dataDir` may hold files of earlier runs, which cannot be opened now. Each is
 * reported as a problem, and signing out everywhere deletes them too.
 */
export function createMemoryAccounts(dataDir?: string): AccountStore {
  const held = new Map<string, StoredAccount>()
  const ended = new Map<string, EndedAccount>()
  let defaultId: string | null = null
  const inMemory: AccountStore = {
    async readAll(owners) {
      const accounts = listAccounts(held, owners, ({ session }) => session)
      const over = listAccounts(ended, owners, (one) => one)
      return { accounts, ...(over.length > 0 && { ended: over }), problems: [] }
    },
    async write(account) {
      held.set(account.id, account)
      ended.delete(account.id)
    },
    async writeEnded(account) {
      ended.set(account.id, account)
      held.delete(account.id)
    },
    async delete(id) {
      held.delete(id)
      ended.delete(id)
    },
    async clear() {
      held.clear()
      ended.clear()
      defaultId = null
    },
    async readDefault() {
      return defaultId !== null && (held.has(defaultId) || ended.has(defaultId)) ? defaultId : null
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
  const clearing = { dataDir, stays: OPENS_NOTHING, ciphers: {} }
  return {
    async readAll(owners): Promise<StoredAccounts> {
      const files = await readAccounts({ dataDir, ciphers: {}, tier: null }, owners)
      locked.clear()
      for (const path of files.locked) locked.add(path)
      return { ...(await inMemory.readAll(owners)), problems: files.problems }
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
      const { paths, ...deleted } = await clearFilesAside(clearing, person)
      for (const path of paths) locked.delete(path)
      return deleted
    },
    async clearUnopened(owners) {
      const { paths, ...deleted } = await clearUnopenedFiles(clearing, owners)
      for (const path of paths) locked.delete(path)
      return deleted
    },
    readFiles: () => readStoredFiles(dataDir, {}),
    isLocked: () => locked.size > 0,
  }
}

function listAccounts<One extends { id: string; addedAtMs: number }>(
  all: ReadonlyMap<string, One>,
  owners: readonly SessionOwner[] | undefined,
  toOwner: (one: One) => SessionOwner,
): readonly One[] {
  const listed = [...all.values()].filter(
    (one) => owners === undefined || owners.some((owner) => isSameOwner(toOwner(one), owner)),
  )
  return sortAccounts(listed)
}
