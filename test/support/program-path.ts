// Where a program of the system is, for tests that use it where it is installed.

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Its path; null if it is not installed. */
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
