// Finds the default data directory of each platform.

import { statSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Environment } from '../base/environment.js'
import { findConfigHome } from '../base/home.js'
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
  const parent = findParent(system)
  if (parent === null) throw new SettingsError(MESSAGES.noHome)
  const hasCapital = system.platform === 'darwin' || system.platform === 'win32'
  return join(parent, hasCapital ? 'Latchkey' : 'latchkey')
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

function findParent({ env, platform, home }: System): string | null {
  switch (platform) {
    case 'darwin':
      return home === null ? null : join(home, 'Library', 'Application Support')
    case 'win32':
      return env['APPDATA'] || (home === null ? null : join(home, 'AppData', 'Roaming'))
    default:
      return findConfigHome(env, home)
  }
}
