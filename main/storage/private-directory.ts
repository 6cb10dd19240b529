// The data directory: it belongs to this user, and no one else may enter it.

import { chmodSync, readdirSync, statSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { diskError } from '../base/errno.js'
import { SettingsError } from '../base/settings-error.js'
import { makeFolder } from './make-folder.js'
import { DIRECTORY_MESSAGES } from './storage-messages.js'

/** Chromium's profile in the data directory of the tray app. */
export const PROFILE_FOLDER = 'chromium'

/**
 * Creates the data directory if it is missing, and closes it to other users. Returns messages about
 * that for the user, one line each. Throws a {@link SettingsError} if another user owns the directory
 * or if others use it too. On Windows, permissions are inherited from the parent folder.
 */
export function openDataDirectory(directory: string): readonly string[] {
  makeOwnDirectory(directory)
  if (process.platform === 'win32') return []
  const found = statSync(directory)
  return isOpen(found) ? close(directory, found) : []
}

/**
 * Creates the data directory if it is missing. Changes nothing, and throws a {@link SettingsError}, if another
 * user owns the directory, or for root the folder that it would be in.
 */
export function makeOwnDirectory(directory: string): void {
  const uid = process.geteuid?.()
  if (uid === 0) rejectAsRoot(directory)
  makeDataFolder(directory)
  if (uid === undefined) return
  const found = statSync(directory)
  if (found.uid !== uid) throw ownedByOther(directory, found.uid)
}

/** Creates a folder that only its owner may enter. Throws a {@link SettingsError}. */
export function makeDataFolder(directory: string): void {
  try {
    makeFolder(directory)
  } catch (thrown) {
    throw new SettingsError(DIRECTORY_MESSAGES.cannotCreate(directory, diskError(thrown)))
  }
}

function ownedByOther(directory: string, uid: number): SettingsError {
  const message = DIRECTORY_MESSAGES.ownedByOther(directory, uid)
  return new SettingsError(`${message} ${DIRECTORY_MESSAGES.chooseAnother}`)
}

/** True if users other than the owner have any permission. */
export function isOpen({ mode }: Pick<Stats, 'mode'>): boolean {
  return (mode & 0o077) !== 0
}

/** Files that root creates in another user's folder would block that user, who could replace them. */
function rejectAsRoot(directory: string): void {
  const { path, stats } = nearest(directory)
  if (stats.uid === 0) return
  throw new SettingsError(
    path === directory
      ? DIRECTORY_MESSAGES.startedAsRoot(directory, stats.uid)
      : DIRECTORY_MESSAGES.startedAsRootInFolder(path, stats.uid),
  )
}

/** The path itself if it exists, otherwise the nearest folder above it that does. */
function nearest(path: string): { path: string; stats: Stats } {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats ? { path, stats } : nearest(dirname(path))
}

function close(directory: string, found: Stats): readonly string[] {
  const mode = (found.mode & 0o7777).toString(8)
  // Other users may need a folder that has another purpose: /tmp, /etc, someone's home.
  if ((found.mode & 0o1000) !== 0 || !isForLatchkey(directory)) {
    throw new SettingsError(DIRECTORY_MESSAGES.sharedFolder(directory, mode))
  }
  try {
    chmodSync(directory, 0o700)
  } catch (thrown) {
    throw new SettingsError(DIRECTORY_MESSAGES.cannotClose(directory, diskError(thrown)))
  }
  return isOpen(statSync(directory))
    ? [DIRECTORY_MESSAGES.noPermissions(directory)]
    : [DIRECTORY_MESSAGES.closed(directory, mode)]
}

const OWN_FILES: ReadonlySet<string> = new Set([
  'settings.json',
  'session.json',
  'sessions',
  'service.json',
  'latchkey.log',
  'diagnosis.txt',
  'lock',
  PROFILE_FOLDER,
])
/** The root of a file system contains this folder. */
const NOT_OURS_BUT_HARMLESS = 'lost+found'

function isForLatchkey(directory: string): boolean {
  const names = readdirSync(directory).filter((name) => name !== NOT_OURS_BUT_HARMLESS)
  return names.length === 0 || names.some((name) => OWN_FILES.has(name))
}
