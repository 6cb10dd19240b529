// One run's folder for temporary files, so that leftovers can be assigned to the run. Caches that
// runs share stay elsewhere.

import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const RUN_FOLDER = 'LATCHKEY_TEST_FOLDER'
const CACHE_FOLDER = 'LATCHKEY_TEST_CACHES'

/**
 * Makes the folder and points all processes of the run to it. It is removed when this process ends.
 * In a child process of the same run this does nothing.
 */
export function openRunFolder(): void {
  if (process.env[RUN_FOLDER] !== undefined) return
  const caches = tmpdir()
  // On macOS a socket's path has at most 104 bytes, and a user's temporary folder takes half of
  // them.
  const folder = mkdtempSync(join(process.platform === 'darwin' ? '/tmp' : caches, 'lk-'))
  // As open as the system's own: specs start programs as other users too.
  chmodSync(folder, 0o1777)
  const user = process.platform === 'win32' ? '' : `-${process.geteuid?.()}`
  Object.assign(process.env, {
    [RUN_FOLDER]: folder,
    [CACHE_FOLDER]: caches,
    // Playwright's default place.
    PLAYWRIGHT_TRANSFORM_CACHE_DIR: join(caches, `playwright-transform-cache${user}`),
    ...(process.platform === 'win32' ? { TEMP: folder, TMP: folder } : { TMPDIR: folder }),
  })
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
}

/** Returns this run's folder. Null outside of a run. */
export function runFolder(): string | null {
  return process.env[RUN_FOLDER] ?? null
}

/** Returns the folder for files that outlive a run. */
export function cacheFolder(): string {
  return process.env[CACHE_FOLDER] ?? tmpdir()
}
