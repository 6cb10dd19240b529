// Distinguishes a file from a later one at the same path.

import { stat } from 'node:fs/promises'
import type { CallerFile } from './caller.js'

export type FileState = CallerFile & {
  /** When its content, name or permissions changed last, in milliseconds since the epoch. */
  changedAtMs: number
}

/** Reads the state of a regular file, in the form that process-facts.ts has. Null if there is none. */
export async function readFileState(path: string): Promise<FileState | null> {
  try {
    const stats = await stat(path, { bigint: true })
    if (!stats.isFile()) return null
    const { dev, ino, size, mtimeNs, ctimeMs } = stats
    return { path, file: `${dev}:${ino}:${size}:${mtimeNs}`, changedAtMs: Number(ctimeMs) }
  } catch {
    return null
  }
}
