// A small file, replaced whole or not at all, for its owner's eyes alone.

import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

const FRESH = /^\.[0-9a-f-]{36}\.tmp$/

/**
 * Puts `content` in the file's place: whoever reads it, also after a crash, finds the old content or
 * the new. Throws the system's error where it cannot, and then the old content is untouched.
 *
 * Not by way of conf: its writer does not count what the system took, so on a disk that fills up it
 * puts half a file in the place of the whole one.
 *
 * 1. Write everything to a file beside it, and have the system bring it to the disk.
 * 2. Rename that over the old one, which is one step.
 * 3. Have the system bring the folder to the disk too.
 */
export function replaceFile(path: string, content: string): void {
  const fresh = `${path}.${randomUUID()}.tmp`
  try {
    const file = openSync(fresh, 'wx', 0o600)
    try {
      writeFileSync(file, content)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(fresh, path)
  } catch (thrown) {
    rmSync(fresh, { force: true })
    throw thrown
  }
  syncFolder(dirname(path))
}

/** Where a path leads in the end; the path itself where it leads nowhere. */
export function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** Removes what replacements of this file have left behind that were killed half-way. */
export function removeLeftovers(path: string): void {
  const name = basename(path)
  for (const entry of readdirSync(dirname(path))) {
    if (!entry.startsWith(name) || !FRESH.test(entry.slice(name.length))) continue
    rmSync(join(dirname(path), entry), { force: true })
  }
}

function syncFolder(folder: string): void {
  // Windows opens no folders, and brings renames to the disk by itself.
  if (process.platform === 'win32') return
  try {
    const opened = openSync(folder, 'r')
    try {
      fsyncSync(opened)
    } finally {
      closeSync(opened)
    }
  } catch {
    // The new content is in its place by now; some network drives bring no folder to the disk.
  }
}
