// Replaces a small file completely or not at all, readable by its owner only.

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

const LEFTOVER = /\.[0-9a-f-]{36}\.tmp$/

/**
 * Replaces a file's content. Readers find the old content or the new one, even after a crash. Throws the
 * system's error, and then the old content is untouched.
 *
 * conf's writer is no alternative: it ignores short writes, so on a full disk it replaces the file with
 * half of one.
 *
 * 1. Write the content to a new file in the same folder, and flush it to the disk.
 * 2. Rename the new file to the old one's name, which is atomic.
 * 3. Flush the folder to the disk.
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

/** Resolves the links in a path. Returns the path itself if it leads nowhere. */
export function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** Removes new files that interrupted replacements of this file have left behind. */
export function removeLeftovers(path: string): void {
  const name = basename(path)
  for (const entry of readdirSync(dirname(path))) {
    if (entry === name || withoutLeftover(entry) !== name) continue
    rmSync(join(dirname(path), entry), { force: true })
  }
}

/** Returns the name of the file that a leftover of a replacement belongs to, or the name itself. */
export function withoutLeftover(name: string): string {
  return name.replace(LEFTOVER, '')
}

/** Flushes a folder to the disk, so that a crash does not undo what was created or renamed in it. */
export function syncFolder(folder: string): void {
  // Windows can't open folders, and flushes renames by itself.
  if (process.platform === 'win32') return
  try {
    const opened = openSync(folder, 'r')
    try {
      fsyncSync(opened)
    } finally {
      closeSync(opened)
    }
  } catch {
    // The new content is in place. Some network drives can't flush folders.
  }
}
