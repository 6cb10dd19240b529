// A folder and those above it, for their owner alone.

import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { errnoOf } from '../base/errno.js'

/**
 * Makes a folder where it is missing, with mode 0700. Throws the system's error where it cannot. Not by
 * way of `recursive`: Node never comes back from that where a folder is made in vain, as in /proc.
 */
export function makeFolder(path: string): void {
  try {
    makeOne(path)
  } catch (thrown) {
    const parent = dirname(path)
    if (errnoOf(thrown) !== 'ENOENT' || parent === path) throw thrown
    makeFolder(parent)
    makeOne(path)
  }
}

/** What a person is told where the data directory is another user's. */
export function ownedBy(directory: string, uid: number): string {
  const user = uid === 0 ? 'root' : `another user (uid ${uid})`
  return `The data directory ${directory} belongs to ${user}, so Latchkey does not use it.`
}

function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (thrown) {
    // Windows says EPERM of a drive that is there.
    const isThere = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
    if (!isThere) throw thrown
  }
}
