// The person's home, where the system knows of one.

import { homedir, userInfo } from 'node:os'
import { isAbsolute } from 'node:path'

/** Null where neither the environment nor the system's list of users names one, as in many containers. */
export function findHome(): string | null {
  return absolute(homedir) ?? absolute(() => userInfo().homedir)
}

function absolute(read: () => string): string | null {
  try {
    const home = read()
    return isAbsolute(home) ? home : null
  } catch {
    // Node throws where the user has no entry in the list.
    return null
  }
}
