// Creates a folder and its parents, accessible to their owner only.

import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { readErrno } from '../base/errno.js'

/**
 * Creates a folder if it is missing, with mode 0700. Throws the system's error. The `recursive` option
 * of Node is no alternative: in /proc, where folders can't be created, it never returns.
 */
export function makeFolder(path: string): void {
  try {
    makeOne(path)
  } catch (thrown) {
    const parent = dirname(path)
    if (readErrno(thrown) !== 'ENOENT' || parent === path) throw thrown
    makeFolder(parent)
    makeOne(path)
  }
}

function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (thrown) {
    // Windows gives EPERM for a drive that exists.
    const isThere = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
    if (!isThere) throw thrown
  }
}
