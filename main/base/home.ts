// Finds the user's home directory.

import { homedir, userInfo } from 'node:os'
import { isAbsolute } from 'node:path'

/** Null if neither the environment nor the system's list of users names one, as in many containers. */
export function findHome(): string | null {
  return absolute(homedir) ?? absolute(() => userInfo().homedir)
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
