// Reads files that someone may have replaced: only regular files of a bounded size, without waiting.

import { closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs'

export type ReadOptions = {
  mostBytes: number
  /** True if the user may keep the file elsewhere, behind a link. */
  allowLinks?: boolean
  /** Called with the facts of the opened file itself. */
  inspect?(stats: Stats): void
}

/**
 * Reads a whole file. Throws the system's error, or one with the code `ENOTREGULAR` (not a regular
 * file), `ELOOP` (a link that is not allowed) or `EFILETOOLARGE` (more than `mostBytes`).
 */
export function readRegularFile(
  path: string,
  { mostBytes, allowLinks = false, inspect }: ReadOptions,
): Buffer {
  // Opening a device can have effects. A file that replaces this one from now on is caught below.
  requireRegular(path, statSync(path))
  // Windows has neither flag. Without O_NONBLOCK, opening a pipe waits for a writer.
  const careful = (constants.O_NONBLOCK ?? 0) | (allowLinks ? 0 : (constants.O_NOFOLLOW ?? 0))
  const file = openSync(path, constants.O_RDONLY | careful)
  try {
    const stats = fstatSync(file)
    requireRegular(path, stats)
    inspect?.(stats)
    if (stats.size > mostBytes) throw fault('EFILETOOLARGE', path)
    // One byte more than allowed, because the file may have grown since.
    const bytes = Buffer.alloc(mostBytes + 1)
    const length = readAll(file, bytes)
    if (length > mostBytes) throw fault('EFILETOOLARGE', path)
    return bytes.subarray(0, length)
  } finally {
    closeSync(file)
  }
}

/** Throws `EISDIR` or `ENOTREGULAR` for anything that is not a regular file. */
export function requireRegular(path: string, stats: Pick<Stats, 'isFile' | 'isDirectory'>): void {
  if (stats.isFile()) return
  throw fault(stats.isDirectory() ? 'EISDIR' : 'ENOTREGULAR', path)
}

function readAll(file: number, bytes: Buffer): number {
  let length = 0
  for (;;) {
    const read = readSync(file, bytes, length, bytes.length - length, null)
    if (read === 0) return length
    length += read
  }
}

function fault(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}
