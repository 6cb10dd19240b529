// Finds a system program, for tests that use it if it is installed.

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Returns the path. Null if the program is not installed. */
export function findProgram(name: string): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      continue
    }
  }
  return null
}
