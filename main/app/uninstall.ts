// Ends Latchkey's sessions at the provider, then removes its data from this computer.

import { existsSync, lstatSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { removeServiceSockets } from '../api/service-socket.js'
import { SERVICE_FILE } from '../storage/service-file.js'
import { fetchMetadata } from '../oauth/metadata.js'
import { asAuthError } from '../base/errors.js'
import type { Http } from '../net/http.js'
import { revokeTokens, toOrphans } from '../oauth/token-endpoint.js'
import { REPORT_FILE } from '../diagnose/diagnose.js'
import { diskError, readErrno } from '../base/errno.js'
import { readLock } from '../storage/lock-file.js'
import { HEADLESS_LOG_FILE, LOG_FILE, OLD_LOG_FILE } from '../storage/log.js'
import { DirectoryInUse } from '../storage/directory-in-use.js'
import { LOCK_FILE, lockDirectory, type DirectoryLock } from '../storage/directory-lock.js'
import { openDataDirectory, PROFILE_FOLDER } from '../storage/private-directory.js'
import { withoutLeftover } from '../storage/atomic-file.js'
import { PROVIDER_FILE } from '../storage/provider-memory.js'
import { REMOVAL_MESSAGES } from './app-messages.js'
import { fail, mergeRemovals, NOTHING, type Removal } from './removal.js'
import { SETTINGS_FILE } from '../settings/layer.js'
import type { Settings } from '../settings/options.js'
import { SettingsError } from '../base/settings-error.js'
import { KEY_FILE } from '../storage/choose-storage.js'
import { OLD_SESSION_FILE, OLD_UNOPENED_FILE } from '../storage/old-session-file.js'
import { listSealedTiers } from '../storage/stored-files.js'
import { ACCOUNTS_FOLDER, isOwnName } from '../storage/account-files.js'
import { CONSENTS_FILE, UNOPENED_CONSENTS_FILE } from '../storage/sealed-consents.js'
import type { StoredFile } from '../storage/account-store.js'
import type { Session } from '../oauth/session.js'
import { isSameOwner } from '../storage/session-owner.js'

export type UninstallDeps = {
  settings: Pick<Settings, 'dataDir' | 'providers' | 'takeOver'>
  http: Http
  /** Reads every session file of the data directory. */
  readStored(): Promise<readonly StoredFile[]>
  /** Removes the entry that starts Latchkey at login. */
  removeAutostart(): Removal
  /** Removes Electron's key from the system's keyring. */
  removeKeyringKey(): Promise<Removal>
  /** The sessions in memory, which may not be stored. */
  held?: readonly Session[]
  /** Tokens that the provider was already asked to revoke, with or without success. */
  asked?: ReadonlySet<string>
}

/**
 * Signs out at the provider, then removes Latchkey's own files from the data directory, and the
 * directory itself if it is empty then. A session that cannot be revoked is removed anyway, and a
 * message names it. Fails with DirectoryInUse while a Latchkey runs, and with a {@link SettingsError} if
 * the directory is not one of Latchkey's.
 *
 * 1. Lock the directory, so that no Latchkey runs or starts meanwhile.
 * 2. Revoke every stored refresh token, superseded ones as well.
 * 3. Remove the files by name, the start at login, and the key in the keyring.
 */
export async function uninstallData(deps: UninstallDeps): Promise<Removal> {
  const { dataDir, takeOver } = deps.settings
  const autostart = deps.removeAutostart
  if (!existsSync(dataDir)) {
    const none = { ...NOTHING, done: [REMOVAL_MESSAGES.noDirectory(dataDir)] }
    return mergeRemovals([none, autostart()])
  }
  const directoryLock = await lockOwnDirectory(dataDir, takeOver)
  const removals: Removal[] = []
  let files: Removal
  let isInKeyring: boolean
  try {
    isInKeyring =
      existsSync(join(dataDir, PROFILE_FOLDER)) || listSealedTiers(dataDir).includes('keyring')
    removals.push(await revokeAll(deps))
    removeServiceSockets(dataDir)
    files = removeFiles(dataDir, isOwn)
    removals.push(files)
  } finally {
    await directoryLock.release()
  }
  // Keep the lock if some files are left: a second run knows the directory by it. Keep it as well if a
  // Latchkey has started just now, because then the lock belongs to that one.
  const isFree = readLock(join(dataDir, LOCK_FILE))?.content?.released !== false
  if (isFree && files.failed.length === 0) removals.push(removeFiles(dataDir, isLock))
  if (files.failed.length === 0) removals.push(removeDirectory(dataDir))
  removals.push(autostart())
  if (isInKeyring) removals.push(await deps.removeKeyringKey())
  return mergeRemovals(removals)
}

const NAMES: ReadonlySet<string> = new Set([
  OLD_SESSION_FILE,
  KEY_FILE,
  OLD_UNOPENED_FILE,
  ACCOUNTS_FOLDER,
  CONSENTS_FILE,
  UNOPENED_CONSENTS_FILE,
  SETTINGS_FILE,
  `${SETTINGS_FILE}.damaged`,
  PROVIDER_FILE,
  SERVICE_FILE,
  LOG_FILE,
  OLD_LOG_FILE,
  HEADLESS_LOG_FILE,
  REPORT_FILE,
])
const CHROMIUM_LOCK = /^Singleton(Lock|Socket|Cookie)$/

async function lockOwnDirectory(directory: string, takeOver: boolean): Promise<DirectoryLock> {
  try {
    requireOwnDirectory(directory)
    openDataDirectory(directory)
    return await lockDirectory(directory, { takeOver })
  } catch (thrown) {
    if (thrown instanceof DirectoryInUse) throw explainInUse(directory, thrown)
    if (readErrno(thrown) === '') throw thrown
    throw new SettingsError(REMOVAL_MESSAGES.unusable(directory, diskError(thrown)))
  }
}

/** Explains that Latchkey runs. The advice at a start, to choose another directory, does not help here. */
function explainInUse(directory: string, thrown: DirectoryInUse): DirectoryInUse {
  // If the owner is another computer, the original message says how to take over.
  if (thrown.owner === null) return thrown
  return new DirectoryInUse(REMOVAL_MESSAGES.stillRuns(directory, thrown.owner))
}

/** Rejects a directory that Latchkey has not used: it may hold another program's files of the same names. */
function requireOwnDirectory(directory: string): void {
  const lock = readLock(join(directory, LOCK_FILE))
  const hasLock = lock !== null && lock.content !== null
  const hasSession = listSealedTiers(directory).some((tier) => tier !== null)
  if (hasLock || hasSession || readdirSync(directory).length === 0) return
  throw new SettingsError(REMOVAL_MESSAGES.notLatchkeys(directory))
}

/** Revokes the sessions in memory and the stored ones, each token once. */
async function revokeAll(deps: UninstallDeps): Promise<Removal> {
  const { readStored, held = [] } = deps
  const asked = new Set(deps.asked)
  const removals: Removal[] = []
  const revoke = async (session: Session): Promise<void> => {
    const tokens = listTokens(session)
    if (tokens.every((token) => asked.has(token))) return
    removals.push(await revokeSession(session, { ...deps, asked: new Set(asked) }))
    for (const token of tokens) asked.add(token)
  }
  for (const session of held) await revoke(session)
  for (const file of await readStored()) {
    if ('session' in file) {
      await revoke(file.session)
      continue
    }
    const message = file.problem.message.replace(/ Sign in again\.$/, '')
    removals.push(fail(REMOVAL_MESSAGES.unreadable(file.path, message)))
  }
  return mergeRemovals(removals)
}

/** Lists the tokens that {@link revokeSession} revokes. */
export function listTokens({ tokens, superseded = [] }: Session): readonly string[] {
  return [tokens.refreshToken ?? tokens.accessToken, ...superseded]
}

/**
 * Revokes every token of a session, except those that the provider was already asked to revoke.
 * Returns the result as messages.
 */
export async function revokeSession(
  session: Session,
  { settings, http, asked = new Set() }: Pick<UninstallDeps, 'settings' | 'http' | 'asked'>,
): Promise<Removal> {
  const { issuer, clientId, account, tokens, superseded = [] } = session
  const name = REMOVAL_MESSAGES.session(account.name, issuer)
  // Another provider may know the same client ID: the secret is not for it.
  const provider = settings.providers.find((one) => isSameOwner(one, session))
  const client = { clientId, clientSecret: provider?.clientSecret ?? null }
  const sent = listTokens(session).map((token) => !asked.has(token))
  const all = [tokens, ...toOrphans(superseded)].filter((_, index) => sent[index])
  const failures: string[] = []
  try {
    const metadata = await fetchMetadata(http, issuer)
    if (metadata.revocationEndpoint === null) {
      return fail(REMOVAL_MESSAGES.noRevocation(name))
    }
    for (const one of all) {
      await revokeTokens(http, metadata, { ...client, tokens: one }).catch((thrown: unknown) =>
        failures.push(asAuthError(thrown).message),
      )
    }
  } catch (thrown) {
    return fail(REMOVAL_MESSAGES.notRevoked(name, asAuthError(thrown).message))
  }
  const [failure] = failures
  if (failure === undefined) return { ...NOTHING, done: [REMOVAL_MESSAGES.revoked(name)] }
  return failures.length === all.length
    ? fail(REMOVAL_MESSAGES.notRevoked(name, failure))
    : fail(REMOVAL_MESSAGES.partlyRevoked(name, failures.length, all.length, failure))
}

const isOwn = (name: string): boolean =>
  name === PROFILE_FOLDER || NAMES.has(withoutLeftover(name)) || CHROMIUM_LOCK.test(name)

/** The locks, their successors and their sockets. */
const isLock = (name: string): boolean => /^lock(\.(s\.)?[0-9a-f]{12}(\.tmp)?)?$/.test(name)

function removeFiles(directory: string, isMeant: (name: string) => boolean): Removal {
  const done: string[] = []
  const failed: string[] = []
  for (const name of readdirSync(directory).filter(isMeant)) {
    const path = join(directory, name)
    const isFolder = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
    if (isFolder && name === ACCOUNTS_FOLDER) {
      const removal = removeAccounts(path)
      done.push(...removal.done)
      failed.push(...removal.failed)
    }
    // Latchkey makes no other folder with these names. If the name is a link, only the link is removed.
    if (isFolder && name !== PROFILE_FOLDER) continue
    try {
      rmSync(path, { recursive: isFolder, force: true })
      if (!isLock(name)) done.push(REMOVAL_MESSAGES.removed(path))
    } catch (thrown) {
      failed.push(REMOVAL_MESSAGES.notRemoved(path, diskError(thrown)))
    }
  }
  return { ...NOTHING, done, failed }
}

/** Removes the accounts' files, and their folder unless files of other names are in it. */
function removeAccounts(folder: string): Removal {
  try {
    const removal = removeFiles(folder, isOwnName)
    if (readdirSync(folder).length > 0) return removal
    return mergeRemovals([removal, removeDirectory(folder)])
  } catch (thrown) {
    return fail(REMOVAL_MESSAGES.notRemoved(folder, diskError(thrown)))
  }
}

function removeDirectory(directory: string): Removal {
  const left = readdirSync(directory)
  if (left.length > 0) return { ...NOTHING, stays: [REMOVAL_MESSAGES.notEmpty(directory)] }
  try {
    rmdirSync(directory)
    return { ...NOTHING, done: [REMOVAL_MESSAGES.removed(directory)] }
  } catch (thrown) {
    return fail(REMOVAL_MESSAGES.notRemoved(directory, diskError(thrown)))
  }
}
