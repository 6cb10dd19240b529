// The folder for temporary files of one run of the tests, so that what they leave there is seen, and
// no other run's. Caches that runs share stay where they are.

import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const RUN_FOLDER = 'LATCHKEY_TEST_FOLDER'
const CACHE_FOLDER = 'LATCHKEY_TEST_CACHES'

/**
 * Makes the folder and has all processes of the run use it for what is temporary. It is removed as
 * this process ends. In a process of the same run it changes nothing.
 */
export function openRunFolder(): void {
  if (process.env[RUN_FOLDER] !== undefined) return
  const caches = tmpdir()
  // A socket's path is 104 bytes at most on macOS, where the folder of a user takes half of that.
  const folder = mkdtempSync(join(process.platform === 'darwin' ? '/tmp' : caches, 'lk-'))
  // As the system's own: specs start programs as other users too.
  chmodSync(folder, 0o1777)
  const user = process.platform === 'win32' ? '' : `-${process.geteuid?.()}`
  Object.assign(process.env, {
    [RUN_FOLDER]: folder,
    [CACHE_FOLDER]: caches,
    // Where Playwright has it by itself.
    PLAYWRIGHT_TRANSFORM_CACHE_DIR: join(caches, `playwright-transform-cache${user}`),
    ...(process.platform === 'win32' ? { TEMP: folder, TMP: folder } : { TMPDIR: folder }),
  })
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
}

/** The folder of this run; null outside of one. */
export function runFolder(): string | null {
  return process.env[RUN_FOLDER] ?? null
}

/** Where what is to outlive a run is kept. */
export function cacheFolder(): string {
  return process.env[CACHE_FOLDER] ?? tmpdir()
}
