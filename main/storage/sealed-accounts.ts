// Keeps the sessions of several accounts in one sealed file each.

import { diskError } from '../base/errno.js'
import { createSerialQueue } from '../base/serial-queue.js'
import { toAccountBinding, toAccountPath, tryAll, writeAccountFile } from './account-files.js'
import {
  createAccountId,
  sortAccounts,
  toPerson,
  type AccountStore,
  type EndedAccount,
  type Person,
  type StoredAccount,
  type StoredAccounts,
} from './account-store.js'
import { readDefaultAccount, writeDefaultAccount } from './default-account.js'
import { isSameAccount, mergeSessions } from './merge-accounts.js'
import { cannotStore, toMessage, type Ciphers } from './open-sealed.js'
import { openOldSessionFile } from './old-session-file.js'
import {
  openAccountFile,
  readAccounts,
  toEndedContent,
  toSealedContent,
  type ReadAccounts,
} from './read-accounts.js'
import { ACCOUNT_VERSION } from './seal.js'
import { deleteSessionFile, isOfNewerVersion, type SealedTier } from './session-file.js'
import { isSameOwner, type SessionOwner } from './session-owner.js'
import { readStoredFiles } from './stored-files.js'
import { STORED_SESSION_REASONS } from './stored-session-messages.js'
import {
  clearFilesAside,
  clearSessionFiles,
  clearUnopenedFiles,
  setFilesAside,
  throwFirst,
  type CanOpen,
} from './unopened-files.js'

export type SealedAccountsOptions = {
  dataDir: string
  /** What seals the files. Files that another cipher has sealed are read, and sealed again by this one. */
  tier: SealedTier
  ciphers: Ciphers
  nowMs?(): number
}

type Store = Required<SealedAccountsOptions> & {
  /** The paths of the files that wait for the keyring. */
  locked: Set<string>
  /** Other files of an account, by its id, whose sessions are merged into its own file. */
  twins: Map<string, Set<string>>
  /** The ids of the accounts that were read or written. */
  known: Set<string>
}

/**
 * Keeps each account in `sessions/ID.json`, sealed by the cipher of `tier`. A file that cannot be opened
 * stays as it is.
 */
export function createSealedAccounts(options: SealedAccountsOptions): AccountStore {
  const store: Store = {
    nowMs: Date.now,
    ...options,
    locked: new Set(),
    twins: new Map(),
    known: new Set(),
  }
  const { dataDir, ciphers, locked, twins, known } = store
  const enqueue = createSerialQueue()
  const canOpen: CanOpen = {
    session: (file) => succeeds(() => openOldSessionFile(file, ciphers)),
    account: (file) => succeeds(() => openAccountFile(file, ciphers)),
  }
  return {
    readAll: (owners) => enqueue(() => readAll(store, owners)),
    write: (account) => enqueue(() => writeAccount(store, account)),
    writeEnded: (account) => enqueue(() => writeEnded(store, account)),
    delete: (id) => enqueue(async () => deleteAccount(store, id)),
    clear: () =>
      enqueue(async () => {
        clearSessionFiles(dataDir)
        locked.clear()
        twins.clear()
        known.clear()
      }),
    readDefault: () => enqueue(async () => readDefaultAccount(dataDir)),
    writeDefault: (id) => enqueue(async () => writeDefaultAccount(dataDir, id)),
    setAside: (person) =>
      enqueue(async () => {
        const moved = await setFilesAside(dataDir, person, canOpen)
        for (const { from } of moved) locked.delete(from)
        return moved[0]?.to ?? null
      }),
    clearAside: (person) =>
      enqueue(async () => {
        const clearing = { dataDir, stays: createStays(store, person), ciphers }
        const { paths, ...deleted } = await clearFilesAside(clearing, person)
        for (const path of paths) locked.delete(path)
        return deleted
      }),
    clearUnopened: (owners) =>
      enqueue(async () => {
        const account: CanOpen['account'] = async ({ id }) => known.has(id)
        const clearing = { dataDir, stays: { ...canOpen, account }, ciphers }
        const { paths, ...deleted } = await clearUnopenedFiles(clearing, owners)
        for (const path of paths) locked.delete(path)
        return deleted
      }),
    readFiles: () => enqueue(() => readStoredFiles(dataDir, ciphers)),
    isLocked: () => locked.size > 0,
  }
}

/**
 * Tells which files stay when a person's unopened files are deleted: those of accounts that were read or
 * written, and the session.json of another person. Other files must go, even if they can be opened by now
 * (the keyring may have been unlocked). They would bring the person back at the next start.
 */
function createStays({ ciphers, known }: Store, person: Person): CanOpen {
  return {
    account: ({ id }) => Promise.resolve(known.has(id)),
    async session(file) {
      const session = await openOldSessionFile(file, ciphers).catch(() => null)
      if (session === null) return false
      return session.account.sub !== person.sub || !isSameOwner(session, person)
    },
  }
}

/**
 * 1. Read every file.
 * 2. Merge the sessions of one account: the account that was added first keeps its id. The session of
 *    session.json comes last, so its account keeps an id that it already has. Otherwise it gets a new one.
 * 3. Write what has changed. Only then delete the files that were merged, so that a crash at any moment
 *    loses nothing.
 */
async function readAll(store: Store, owners?: readonly SessionOwner[]): Promise<StoredAccounts> {
  const read = await readAccounts(store, owners)
  store.locked.clear()
  for (const path of read.locked) store.locked.add(path)
  store.twins.clear()

  const accounts: StoredAccount[] = []
  const merged = mergeAll(store, { ...read, accounts: read.accounts.filter(isLive) })
  const ended = await readEnded(store, read, merged)
  for (const { account, twins, mustWrite } of merged) {
    store.twins.set(account.id, twins)
    store.known.add(account.id)
    accounts.push(account)
    if (!mustWrite) {
      deleteTwins(store, account.id)
      continue
    }
    // If this fails, the sessions can still be read as they are.
    await writeAccount(store, account).catch(() => undefined)
  }
  const { problems } = read
  return { accounts: sortAccounts(accounts), ...(ended.length > 0 && { ended }), problems }
}

function isLive({ ended }: ReadAccounts['accounts'][number]): boolean {
  return ended === undefined
}

/** Returns the accounts whose session has ended. If the same person has a session too, that one counts. */
async function readEnded(
  store: Store,
  { accounts }: ReadAccounts,
  merged: readonly Merged[],
): Promise<readonly EndedAccount[]> {
  const all: EndedAccount[] = []
  for (const { id, addedAtMs, session, path, isStale, ended: reason } of sortAccounts(accounts)) {
    if (reason === undefined) continue
    const there = merged.find(({ account }) => isSameAccount(account.session, session))
    if (there !== undefined) {
      there.twins.add(path)
      continue
    }
    const { issuer, clientId, account, tokens } = session
    const ended = { id, addedAtMs, issuer, clientId, account, scope: tokens.scope, reason }
    store.known.add(id)
    all.push(ended)
    if (isStale) await writeEnded(store, ended).catch(() => undefined)
  }
  return all
}

type Merged = { account: StoredAccount; twins: Set<string>; mustWrite: boolean }

function mergeAll({ nowMs }: Store, { accounts, old }: ReadAccounts): readonly Merged[] {
  const merged: Merged[] = []
  const mergeInto = (twin: string, session: StoredAccount['session']): boolean => {
    const there = merged.find(({ account }) => isSameAccount(account.session, session))
    if (there === undefined) return false
    const both = mergeSessions(there.account.session, session)
    there.mustWrite ||= JSON.stringify(both) !== JSON.stringify(there.account.session)
    there.account = { ...there.account, session: both }
    there.twins.add(twin)
    return true
  }
  for (const { id, addedAtMs, session, path, isStale } of sortAccounts(accounts)) {
    if (mergeInto(path, session)) continue
    merged.push({ account: { id, addedAtMs, session }, twins: new Set(), mustWrite: isStale })
  }
  if (old !== null && !mergeInto(old.path, old.session)) {
    const account = { id: createAccountId(), addedAtMs: nowMs(), session: old.session }
    merged.push({ account, twins: new Set([old.path]), mustWrite: true })
  }
  return merged
}

function writeAccount(store: Store, account: StoredAccount): Promise<void> {
  return writeContent(store, account.id, toPerson(account.session), toSealedContent(account))
}

function writeEnded(store: Store, ended: EndedAccount): Promise<void> {
  const { id, issuer, clientId, account } = ended
  return writeContent(store, id, { issuer, clientId, sub: account.sub }, toEndedContent(ended))
}

async function writeContent(
  store: Store,
  id: string,
  person: Person,
  content: string,
): Promise<void> {
  const { dataDir, tier, ciphers } = store
  const path = toAccountPath(dataDir, id)
  const sealedFor = toAccountBinding(id, person)
  let sealed: string
  try {
    sealed = await ciphers[tier]!.seal(content, sealedFor)
  } catch (cause) {
    throw cannotStore(toMessage(cause), cause)
  }
  if (isOfNewerVersion(path, ACCOUNT_VERSION)) {
    throw cannotStore(STORED_SESSION_REASONS.notOverwritten(path))
  }
  try {
    writeAccountFile(dataDir, tier, sealedFor, sealed)
  } catch (cause) {
    throw cannotStore(STORED_SESSION_REASONS.cannotWrite(path, diskError(cause)), cause)
  }
  store.known.add(id)
  store.locked.delete(path)
  deleteTwins(store, id)
}

/** Deletes the files that were merged into an account's own. What cannot be deleted is tried again. */
function deleteTwins({ twins }: Store, id: string): readonly unknown[] {
  const paths = twins.get(id) ?? new Set()
  return tryAll(paths, (path) => {
    deleteSessionFile(path)
    paths.delete(path)
  })
}

/** The other files come first: after a crash in between, the account is there with its newest session. */
function deleteAccount(store: Store, id: string): void {
  const failures = deleteTwins(store, id)
  const path = toAccountPath(store.dataDir, id)
  throwFirst([...failures, ...tryAll([path], deleteSessionFile)])
  store.known.delete(id)
  store.locked.delete(path)
}

async function succeeds(open: () => Promise<unknown>): Promise<boolean> {
  try {
    await open()
    return true
  } catch {
    return false
  }
}
