// Removes what Latchkey keeps on this computer, and ends its sessions at the provider first.

import { existsSync, lstatSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SERVICE_FILE } from '../storage/service-file.js'
import { fetchMetadata } from '../oauth/metadata.js'
import { asAuthError } from '../base/errors.js'
import type { Http } from '../net/http.js'
import { revokeTokens } from '../oauth/token-endpoint.js'
import { REPORT_FILE } from '../diagnose/diagnose.js'
import { diskError, errnoOf } from '../base/errno.js'
import { readLock } from '../storage/lock-file.js'
import { LOG_FILE, OLD_LOG_FILE } from '../storage/log.js'
import {
  DirectoryInUse,
  findOwner,
  lockDirectory,
  type DirectoryLock,
} from '../storage/directory-lock.js'
import { openDataDirectory } from '../storage/private-directory.js'
import { PROVIDER_FILE } from '../storage/provider-memory.js'
import { failedTo, merged, NOTHING, type Removal } from './removal.js'
import { SETTINGS_FILE } from '../settings/layer.js'
import type { Settings } from '../settings/options.js'
import { SettingsError } from '../base/settings-error.js'
import {
  KEY_FILE,
  SESSION_FILE,
  UNOPENED_FILE,
  tierOfFile,
  type SessionStore,
} from '../storage/session-store.js'
import type { Session } from '../oauth/session.js'

export type UninstallDeps = {
  settings: Pick<Settings, 'dataDir' | 'clientId' | 'clientSecret' | 'takeOver'>
  http: Http
  /** Opens a file with a session in the data directory. */
  openVault(fileName: string): Pick<SessionStore, 'read'>
  /** Removes the entry that starts Latchkey at login; gives what to say, by whether it worked. */
  removeAutostart(): Removal
  /** Removes the key that Electron made in the system's keyring, likewise. */
  removeKeyringKey(): Promise<Removal>
  /** A session in memory, which may never have been stored. */
  held?: Session | null
  /** Tokens that the provider was already asked to revoke, whatever came of it. */
  told?: ReadonlySet<string>
}

/**
 * Signs out at the provider, then removes Latchkey's own files from the data directory, and the
 * directory if nothing else is in it. A session that cannot be revoked is removed all the same, and
 * named. Fails with DirectoryInUse while a Latchkey runs, and with a {@link SettingsError} if the
 * directory is not one of Latchkey's.
 *
 * 1. Take the directory lock, so that no Latchkey runs or starts meanwhile.
 * 2. Revoke every refresh token that is kept, also superseded ones.
 * 3. Remove the files by name, the start at login, and the key in the keyring.
 */
export async function uninstallData(deps: UninstallDeps): Promise<Removal> {
  const { dataDir, takeOver } = deps.settings
  const autostart = deps.removeAutostart
  if (!existsSync(dataDir)) {
    const none = { ...NOTHING, done: [`There is no data directory ${dataDir}.`] }
    return merged([none, autostart()])
  }
  const directoryLock = await takeLatchkeys(dataDir, takeOver)
  const removals: Removal[] = []
  let files: Removal
  let isInKeyring: boolean
  try {
    isInKeyring =
      existsSync(join(dataDir, PROFILE)) ||
      SESSION_FILES.some((name) => tierOfFile(join(dataDir, name)) === 'keyring')
    removals.push(await revokeAll(deps))
    files = removeFiles(dataDir, isOwn)
    removals.push(files)
  } finally {
    await directoryLock.release()
  }
  // By its lock a directory is known as Latchkey's when this is run again to remove the rest. And if a
  // Latchkey has started in this moment, the lock is that one's.
  const isFree = readLock(join(dataDir, LOCK_FILE))?.content?.released !== false
  if (isFree && files.failed.length === 0) removals.push(removeFiles(dataDir, isLock))
  if (files.failed.length === 0) removals.push(removeDirectory(dataDir))
  removals.push(autostart())
  if (isInKeyring) removals.push(await deps.removeKeyringKey())
  return merged(removals)
}

/** Chromium's profile in the data directory. */
const PROFILE = 'chromium'
const LOCK_FILE = 'lock'
const SESSION_FILES = [SESSION_FILE, UNOPENED_FILE]
const NAMES: ReadonlySet<string> = new Set([
  SESSION_FILE,
  KEY_FILE,
  UNOPENED_FILE,
  SETTINGS_FILE,
  `${SETTINGS_FILE}.damaged`,
  PROVIDER_FILE,
  SERVICE_FILE,
  LOG_FILE,
  OLD_LOG_FILE,
  REPORT_FILE,
])
/** What a replacement that was killed half-way leaves behind, and Chromium's lock. */
const PATTERNS: readonly RegExp[] = [
  /^(session|settings|service|provider)\.json\.[0-9a-f-]{36}\.tmp$/,
  /^session\.key\.[0-9a-f-]{36}\.tmp$/,
  /^diagnosis\.txt\.[0-9a-f-]{36}\.tmp$/,
  /^Singleton(Lock|Socket|Cookie)$/,
]

async function takeLatchkeys(directory: string, takeOver: boolean): Promise<DirectoryLock> {
  try {
    requireLatchkeys(directory)
    openDataDirectory(directory)
    return await lockDirectory(directory, { takeOver })
  } catch (thrown) {
    if (thrown instanceof DirectoryInUse) throw await stillRuns(directory, thrown)
    if (errnoOf(thrown) === '') throw thrown
    throw new SettingsError(
      `The data directory ${directory} cannot be used (${diskError(thrown)}), so nothing was removed.`,
    )
  }
}

/** To choose another directory, as a start is told, would be no help here. */
async function stillRuns(directory: string, thrown: DirectoryInUse): Promise<DirectoryInUse> {
  const owner = await findOwner(directory)
  // On another computer: that message names what to type.
  if (owner === null || owner.startsWith(' (on ')) return thrown
  return new DirectoryInUse(
    `Latchkey already runs with the data directory ${directory}${owner}, so nothing was removed. Quit ` +
      'it and try again. Or, in its window, choose Settings and "Remove Latchkey\'s data": that also ' +
      'ends a session that is sealed by the keyring.',
  )
}

/** A directory without any sign of Latchkey may hold another program's files of the same names. */
function requireLatchkeys(directory: string): void {
  const lock = readLock(join(directory, LOCK_FILE))
  const hasLock = lock !== null && lock.content !== null
  const hasSession = SESSION_FILES.some((name) => tierOfFile(join(directory, name)) !== null)
  if (hasLock || hasSession || readdirSync(directory).length === 0) return
  throw new SettingsError(
    `The directory ${directory} shows no sign that Latchkey ever used it, so nothing in it was removed.`,
  )
}

/** Ends the session in memory and those in files, each token once. */
async function revokeAll(deps: UninstallDeps): Promise<Removal> {
  const { settings, openVault, held = null } = deps
  const told = new Set(deps.told)
  const removals: Removal[] = []
  const revoke = async (session: Session | null): Promise<void> => {
    if (session === null || tokensIn(session).every((token) => told.has(token))) return
    for (const token of tokensIn(session)) told.add(token)
    removals.push(await revokeSession(session, deps))
  }
  await revoke(held)
  for (const fileName of SESSION_FILES) {
    const path = join(settings.dataDir, fileName)
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) continue
    try {
      await revoke(await openVault(fileName).read())
    } catch (thrown) {
      const why = asAuthError(thrown).message.replace(/ Sign in again\.$/, '')
      removals.push(failedTo(`${path}: ${why} So it was not revoked: sign out at your provider.`))
    }
  }
  return merged(removals)
}

/** What {@link revokeSession} asks the provider to end. */
export function tokensIn({ tokens, superseded = [] }: Session): readonly string[] {
  return [tokens.refreshToken ?? tokens.accessToken, ...superseded]
}

/** Revokes every token of a session; what came of it is in the words of `uninstall-data`. */
export async function revokeSession(
  session: Session,
  { settings, http }: Pick<UninstallDeps, 'settings' | 'http'>,
): Promise<Removal> {
  const { issuer, clientId, account, tokens, superseded = [] } = session
  const who = `The session of ${account.name} at ${issuer}`
  const client = {
    clientId,
    clientSecret: clientId === settings.clientId ? settings.clientSecret : null,
  }
  const all = [tokens, ...superseded.map((refreshToken) => ({ accessToken: null, refreshToken }))]
  const failures: string[] = []
  try {
    const metadata = await fetchMetadata(http, issuer)
    if (metadata.revocationEndpoint === null) {
      return failedTo(`${who} was not revoked: the provider offers no revocation. Sign out there.`)
    }
    for (const one of all) {
      await revokeTokens(http, metadata, { ...client, tokens: one }).catch((thrown: unknown) =>
        failures.push(asAuthError(thrown).message),
      )
    }
  } catch (thrown) {
    return failedTo(`${who} was not revoked: ${asAuthError(thrown).message} Sign out there.`)
  }
  if (failures.length === 0) return { ...NOTHING, done: [`${who} was revoked.`] }
  const what =
    failures.length === all.length
      ? `${who} was not revoked`
      : `${who}: ${failures.length} of ${all.length} tokens were not revoked`
  return failedTo(`${what}: ${failures[0]} Sign out there.`)
}

const isOwn = (name: string): boolean =>
  name === PROFILE || NAMES.has(name) || PATTERNS.some((one) => one.test(name))

/** The locks, their successors and their sockets. */
const isLock = (name: string): boolean => /^lock(\.(s\.)?[0-9a-f]{12}(\.tmp)?)?$/.test(name)

function removeFiles(directory: string, isMeant: (name: string) => boolean): Removal {
  const done: string[] = []
  const failed: string[] = []
  for (const name of readdirSync(directory).filter(isMeant)) {
    const path = join(directory, name)
    const isFolder = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
    // A folder in a file's place is not Latchkey's. Of a link, what it leads to stays.
    if (isFolder && name !== PROFILE) continue
    try {
      rmSync(path, { recursive: isFolder, force: true })
      if (!isLock(name)) done.push(`Removed ${path}.`)
    } catch (thrown) {
      failed.push(`${path} could not be removed (${diskError(thrown)}).`)
    }
  }
  return { ...NOTHING, done, failed }
}

function removeDirectory(directory: string): Removal {
  const left = readdirSync(directory)
  if (left.length > 0) {
    const others = `${directory} stays, because there is something else in it.`
    return { ...NOTHING, stays: [others] }
  }
  try {
    rmdirSync(directory)
    return { ...NOTHING, done: [`Removed ${directory}.`] }
  } catch (thrown) {
    return failedTo(`${directory} could not be removed (${diskError(thrown)}).`)
  }
}
