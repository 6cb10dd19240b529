// The data directory: this user's own, and closed to everybody else.

import { chmodSync, readdirSync, statSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { diskError } from '../base/errno.js'
import { makeFolder, ownedBy } from './make-folder.js'
import { SettingsError } from '../base/settings-error.js'

/**
 * Makes the data directory where it is missing, and closes it to others. Gives what a person should know
 * of that, one line each. Fails with a {@link SettingsError} where another user owns it, or where others
 * use it too. Windows keeps rights elsewhere.
 */
export function openDataDirectory(directory: string): readonly string[] {
  const uid = process.geteuid?.()
  if (uid === 0) refuseAsRoot(directory)
  makeDataFolder(directory)
  if (uid === undefined) return []
  const found = statSync(directory)
  if (found.uid !== uid) throw new SettingsError(`${ownedBy(directory, found.uid)} ${ELSEWHERE}`)
  return isOpen(found) ? close(directory, found) : []
}

/** Makes a folder, for its owner alone. Fails with a {@link SettingsError}. */
export function makeDataFolder(directory: string): void {
  try {
    makeFolder(directory)
  } catch (thrown) {
    throw new SettingsError(
      `The data directory ${directory} cannot be made (${diskError(thrown)}). ${ELSEWHERE}`,
    )
  }
}

const ELSEWHERE = 'Choose another with --data-dir.'

/** True where users other than the owner have any right. */
export function isOpen({ mode }: Pick<Stats, 'mode'>): boolean {
  return (mode & 0o077) !== 0
}

/** As root, what is made in somebody's folder would be in their way, and they could exchange it. */
function refuseAsRoot(directory: string): void {
  const { path, stats } = nearest(directory)
  if (stats.uid === 0) return
  const what =
    path === directory ? ownedBy(directory, stats.uid) : `${path} belongs to uid ${stats.uid}.`
  throw new SettingsError(
    `Latchkey was started as root, and ${what.replace(/^The/, 'the')} Start it as that user, or name a ` +
      'directory of root with --data-dir.',
  )
}

function nearest(path: string): { path: string; stats: Stats } {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats ? { path, stats } : nearest(dirname(path))
}

function close(directory: string, found: Stats): readonly string[] {
  const mode = (found.mode & 0o7777).toString(8)
  // Of a folder that has another purpose, others may need to read it: /tmp, /etc, somebody's home.
  if ((found.mode & 0o1000) !== 0 || !isForLatchkey(directory)) {
    throw new SettingsError(
      `The data directory ${directory} can be used by other users too (mode ${mode}), and holds files ` +
        'that are not of Latchkey. Choose a directory of its own with --data-dir.',
    )
  }
  try {
    chmodSync(directory, 0o700)
  } catch (thrown) {
    throw new SettingsError(
      `The data directory ${directory} cannot be closed to other users (${diskError(thrown)}). ${ELSEWHERE}`,
    )
  }
  return isOpen(statSync(directory))
    ? [
        `Other users of this computer may read the data directory ${directory}: its file system keeps ` +
          'no rights for each user.',
      ]
    : [
        `The data directory ${directory} was open to other users (mode ${mode}); it is closed to them ` +
          'now. If you did not do that, look at what settings.json there says.',
      ]
}

const OWN_FILES: ReadonlySet<string> = new Set([
  'settings.json',
  'session.json',
  'service.json',
  'latchkey.log',
  'diagnosis.txt',
  'lock',
  'chromium',
])
const NOT_OURS_BUT_HARMLESS = 'lost+found'

function isForLatchkey(directory: string): boolean {
  const names = readdirSync(directory).filter((name) => name !== NOT_OURS_BUT_HARMLESS)
  return names.length === 0 || names.some((name) => OWN_FILES.has(name))
}
