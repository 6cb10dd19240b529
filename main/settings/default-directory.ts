// Finds the default data directory of each platform.

import { statSync } from 'node:fs'
import { isAbsolute, join, relative } from 'node:path'
import type { Environment } from '../base/environment.js'
import { SettingsError } from '../base/settings-error.js'
import { MESSAGES } from './settings-messages.js'

export type System = {
  env: Environment
  platform: NodeJS.Platform
  /** The user's home directory; null if the system reports none. */
  home: string | null
}

/**
 * Returns the folder that Electron uses for the app's data, too. Throws a {@link SettingsError} if a
 * home directory is needed and there is none.
 */
export function findDefaultDirectory(system: System): string {
  const { env, platform } = system
  const home = system.home ?? ''
  if (home === '' && isHomeNeeded(system)) throw new SettingsError(MESSAGES.noHome)
  switch (platform) {
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'Latchkey')
    case 'win32':
      return join(env['APPDATA'] || join(home, 'AppData', 'Roaming'), 'Latchkey')
    default:
      return join(readConfigHome(env) ?? join(home, '.config'), 'latchkey')
  }
}

/**
 * Returns a problem if root would write into another user's home, as under sudo. That user could then
 * not use the files.
 */
export function findHomeProblem(home: string | null, dataDir: string): string | null {
  const isOutside = home === null || relative(home, dataDir).startsWith('..')
  if (isOutside || process.geteuid?.() !== 0) return null
  const owner = statSync(home, { throwIfNoEntry: false })?.uid ?? 0
  return owner === 0 ? null : MESSAGES.rootInHome(home, owner)
}

function isHomeNeeded({ env, platform }: System): boolean {
  if (platform === 'win32') return !env['APPDATA']
  return platform === 'darwin' || readConfigHome(env) === null
}

/**
 * Programs have to ignore a relative path.
 *
 * @see {@link https://specifications.freedesktop.org/basedir-spec/latest/}
 */
function readConfigHome(env: Environment): string | null {
  const path = env['XDG_CONFIG_HOME'] ?? ''
  return isAbsolute(path) ? path : null
}
