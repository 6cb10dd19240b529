// Finds the user's home directory, and the folder for settings in it.

import { homedir, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Environment } from './environment.js'

/** Null if neither the environment nor the system's list of users names one, as in many containers. */
export function findHome(): string | null {
  return absolute(homedir) ?? absolute(() => userInfo().homedir)
}

/**
 * Finds the folder for the user's settings on Linux: XDG_CONFIG_HOME, or `.config` in the home directory.
 * Null if both are missing. Programs have to ignore a relative path.
 *
 * @see {@link https://specifications.freedesktop.org/basedir-spec/latest/}
 */
export function findConfigHome<Home extends string | null>(
  env: Environment,
  home: Home,
): string | Home {
  const path = env['XDG_CONFIG_HOME'] ?? ''
  if (isAbsolute(path)) return path
  return home === null ? home : join(home, '.config')
}

function absolute(read: () => string): string | null {
  try {
    const home = read()
    return isAbsolute(home) ? home : null
  } catch {
    // Node throws if the user has no entry in the list.
    return null
  }
}
