// Removes what Latchkey keeps on this computer, and ends its sessions at the provider first.

import { existsSync, lstatSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ANNOUNCEMENT_FILE } from './announcement.js'
import { discover } from './auth/discovery.js'
import { asAuthError } from './auth/errors.js'
import type { Http } from './auth/http.js'
import { revokeTokens } from './auth/token.js'
import { REPORT_FILE } from './diagnose.js'
import { diskError, errnoOf } from './errno.js'
import { readLock } from './lock-file.js'
import { LOG_FILE, OLD_LOG_FILE } from './log.js'
import { takeOwnership, type Ownership } from './owner.js'
import { openDataDirectory } from './private-directory.js'
import { PROVIDER_FILE } from './provider-memory.js'
import { SETTINGS_FILE, SettingsError, type Settings } from './settings.js'
import {
  KEY_FILE,
  SESSION_FILE,
  UNOPENED_FILE,
  tierOfFile,
  type HeldSession,
  type Vault,
} from './vault.js'

export type UninstallDeps = {
  settings: Pick<Settings, 'dataDir' | 'clientId' | 'clientSecret' | 'takeOver'>
  http: Http
  platform: NodeJS.Platform
  /** Opens a file with a session in the data directory. */
  openVault(fileName: string): Pick<Vault, 'read'>
  /** Removes the entry that starts Latchkey at login; gives what to say, by whether it worked. */
  removeAutostart(): Removal
}

/** What was done, what went wrong, and what stays by design: one line for a person each. */
export type Removal = {
  done: readonly string[]
  failed: readonly string[]
  stays: readonly string[]
}

/**
 * Signs out at the provider, then removes Latchkey's own files from the data directory, and the
 * directory if nothing else is in it. A session that cannot be revoked is removed all the same, and
 * named. Fails with DirectoryInUse while a Latchkey runs, and with a {@link SettingsError} if the
 * directory is not one of Latchkey's.
 *
 * 1. Take the directory lock, so that no Latchkey runs or starts meanwhile.
 * 2. Revoke every refresh token that is kept, also superseded ones.
 * 3. Remove the files by name, and the start at login.
 */
export async function uninstallData(deps: UninstallDeps): Promise<Removal> {
  const { dataDir, takeOver } = deps.settings
  const autostart = deps.removeAutostart
  if (!existsSync(dataDir)) {
    const none = { ...NOTHING, done: [`There is no data directory ${dataDir}.`] }
    return merged([none, autostart(), keyringRemoval(deps.platform, false)])
  }
  const ownership = await takeLatchkeys(dataDir, takeOver)
  const removals: Removal[] = []
  let isInKeyring: boolean
  try {
    const files = [SESSION_FILE, UNOPENED_FILE]
    isInKeyring =
      existsSync(join(dataDir, PROFILE)) ||
      files.some((name) => tierOfFile(join(dataDir, name)) === 'keyring')
    removals.push(...(await Promise.all(files.map((name) => revokeKept(name, deps)))))
    removals.push(removeFiles(dataDir, isOwn))
  } finally {
    await ownership.release()
  }
  // Unless a Latchkey has started in this moment: then it is that one's.
  const isFree = readLock(join(dataDir, LOCK_FILE))?.content?.released !== false
  if (isFree) removals.push(removeFiles(dataDir, isLock))
  removals.push(removeDirectory(dataDir))
  return merged([...removals, autostart(), keyringRemoval(deps.platform, isInKeyring)])
}

/** Chromium's profile in the data directory. */
const PROFILE = 'chromium'
const LOCK_FILE = 'lock'
const NOTHING: Removal = { done: [], failed: [], stays: [] }
const NAMES: ReadonlySet<string> = new Set([
  SESSION_FILE,
  KEY_FILE,
  UNOPENED_FILE,
  SETTINGS_FILE,
  `${SETTINGS_FILE}.damaged`,
  PROVIDER_FILE,
  ANNOUNCEMENT_FILE,
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

async function takeLatchkeys(directory: string, takeOver: boolean): Promise<Ownership> {
  try {
    requireLatchkeys(directory)
    openDataDirectory(directory)
    return await takeOwnership(directory, { takeOver })
  } catch (thrown) {
    if (errnoOf(thrown) === '') throw thrown
    throw new SettingsError(
      `The data directory ${directory} cannot be used (${diskError(thrown)}), so nothing was removed.`,
    )
  }
}

/** A directory without any sign of Latchkey may hold another program's files of the same names. */
function requireLatchkeys(directory: string): void {
  const lock = readLock(join(directory, LOCK_FILE))
  const hasLock = lock !== null && lock.content !== null
  const hasSession = [SESSION_FILE, UNOPENED_FILE].some(
    (name) => tierOfFile(join(directory, name)) !== null,
  )
  if (hasLock || hasSession || readdirSync(directory).length === 0) return
  throw new SettingsError(
    `The directory ${directory} shows no sign that Latchkey ever used it, so nothing in it was removed.`,
  )
}

async function revokeKept(
  fileName: string,
  { settings, http, openVault }: UninstallDeps,
): Promise<Removal> {
  const path = join(settings.dataDir, fileName)
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return NOTHING
  let session: HeldSession | null
  try {
    session = await openVault(fileName).read()
  } catch (thrown) {
    const { message } = asAuthError(thrown)
    const why = message.replace(/ Sign in again\.$/, '')
    return failedTo(`${path}: ${why} So it was not revoked: sign out at your provider.`)
  }
  if (session === null) return NOTHING
  const { issuer, clientId, account, tokens, superseded = [] } = session
  const who = `The session of ${account.name} at ${issuer}`
  const client = {
    clientId,
    clientSecret: clientId === settings.clientId ? settings.clientSecret : null,
  }
  const all = [tokens, ...superseded.map((refreshToken) => ({ accessToken: null, refreshToken }))]
  const failures: string[] = []
  try {
    const metadata = await discover(http, issuer)
    if (metadata.revocationEndpoint === null) {
      return failedTo(`${who} was not revoked: the provider offers no revocation. Sign out there.`)
    }
    for (const one of all) {
      await revokeTokens(http, metadata, client, one).catch((thrown: unknown) =>
        failures.push(asAuthError(thrown).message),
      )
    }
  } catch (thrown) {
    return failedTo(`${who} was not revoked: ${asAuthError(thrown).message} Sign out there.`)
  }
  if (failures.length === 0) return { ...NOTHING, done: [`${who} was revoked.`] }
  const count = `${failures.length} of its ${all.length} tokens could not be revoked`
  return failedTo(`${who}: ${count}: ${failures[0]} Sign out there.`)
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

/**
 * Electron can make the key in the system's keyring, and cannot remove it.
 *
 * @see https://www.electronjs.org/docs/latest/api/safe-storage
 */
function keyringRemoval(platform: NodeJS.Platform, isInKeyring: boolean): Removal {
  if (!isInKeyring || platform === 'win32') return NOTHING
  const where = platform === 'darwin' ? 'Keychain Access' : 'the manager of your keyring or wallet'
  const key =
    "The keyring keeps the key that sealed the session. It opens nothing any more. Electron can't " +
    `remove it: look for "Latchkey Safe Storage" in ${where}.`
  return { ...NOTHING, stays: [key] }
}

function failedTo(message: string): Removal {
  return { ...NOTHING, failed: [message] }
}

function merged(removals: readonly Removal[]): Removal {
  return {
    done: removals.flatMap(({ done }) => done),
    failed: removals.flatMap(({ failed }) => failed),
    stays: removals.flatMap(({ stays }) => stays),
  }
}
