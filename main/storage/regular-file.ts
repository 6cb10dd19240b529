// Reads files that others may have exchanged: regular ones only, of bounded size, without ever waiting.

import { closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs'

export type ReadOptions = {
  mostBytes: number
  /** True where a person may keep the file elsewhere, behind a link. */
  allowLinks?: boolean
  /** Is shown what the system says of the very file that is read. */
  inspect?(stats: Stats): void
}

/**
 * Reads a file whole. Throws the system's error; also where it is no regular file (`ENOTREGULAR`), a
 * link where none belongs (`ELOOP`), or larger than it may be (`EFILETOOLARGE`).
 */
export function readRegularFile(
  path: string,
  { mostBytes, allowLinks = false, inspect }: ReadOptions,
): Buffer {
  // Even to open a device may do something. What takes its place after this is caught below.
  requireRegular(path, statSync(path))
  // Windows has neither of the two. A pipe that nobody writes to would keep the opening waiting.
  const careful = (constants.O_NONBLOCK ?? 0) | (allowLinks ? 0 : (constants.O_NOFOLLOW ?? 0))
  const file = openSync(path, constants.O_RDONLY | careful)
  try {
    const stats = fstatSync(file)
    requireRegular(path, stats)
    inspect?.(stats)
    if (stats.size > mostBytes) throw fault('EFILETOOLARGE', path)
    // One more than there may be: the file may have grown since it was measured.
    const bytes = Buffer.alloc(mostBytes + 1)
    const length = readAll(file, bytes)
    if (length > mostBytes) throw fault('EFILETOOLARGE', path)
    return bytes.subarray(0, length)
  } finally {
    closeSync(file)
  }
}

function requireRegular(path: string, stats: { isFile(): boolean; isDirectory(): boolean }): void {
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
