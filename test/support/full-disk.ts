// A disk that is full: a small one of memory, which only root may mount.

import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

export type FullDisk = {
  /** A folder on it. */
  path: string
  /** Makes room. */
  empty(): void
  unmount(): void
}

const FILLING = 'filling'
/** Names of files take room of their own. */
const BYTES = 64 * 1024

/** Mounts a disk in `folder` and fills it up; null where this user may not mount, or the system cannot. */
export function mountFullDisk(folder: string): FullDisk | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null
  const path = join(folder, 'disk')
  mkdirSync(path)
  const options = `size=${BYTES},mode=700`
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]).status !== 0) {
    rmSync(path, { recursive: true })
    return null
  }
  fill(join(path, FILLING))
  return {
    path,
    empty: () => rmSync(join(path, FILLING)),
    unmount: () => void execFileSync('umount', ['--lazy', path]),
  }
}

function fill(path: string): void {
  for (;;) {
    try {
      appendFileSync(path, '-'.repeat(1024))
    } catch {
      return // The disk is full, as it is meant to be.
    }
  }
}
