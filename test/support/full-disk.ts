// A full disk: a small one in memory, which only root can mount.

import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

export type FullDisk = {
  /** A folder on the disk. */
  path: string
  /** Frees some space. */
  empty(): void
  unmount(): void
}

const FILLING = 'filling'
/** File names need space too. */
const BYTES = 64 * 1024

/** Mounts a disk in `folder` and fills it. Null if this user or system can't mount one. */
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
  const unmount = (): void => void execFileSync('umount', ['--lazy', path])
  // A test that fails does not get to unmount it, and the run's folder could not be removed.
  process.once('exit', unmount)
  return {
    path,
    empty: () => rmSync(join(path, FILLING)),
    unmount: () => {
      process.off('exit', unmount)
      unmount()
    },
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
