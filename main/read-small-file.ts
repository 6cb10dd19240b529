// Reads a file that must be regular and small, so that nothing else in its place holds anybody up.

import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { errnoOf } from './errno.js'

/** `why` follows the file's name in a sentence, and holds nothing of what is in the file. */
export type SmallFile = { text: string; stats: Stats } | { why: string }

/** Links are not followed: where none belong, they lead to what somebody else chose. */
export function readSmallFile(path: string, mostBytes: number): SmallFile {
  let file: number
  try {
    // A named pipe must not be waited for. Windows knows neither flag, and then they count as 0.
    const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants
    file = openSync(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
  } catch (thrown) {
    const errno = errnoOf(thrown)
    return { why: errno === 'ELOOP' ? 'is a link, not a file' : `cannot be read (${errno})` }
  }
  try {
    const stats = fstatSync(file)
    if (!stats.isFile()) return { why: 'is not a regular file' }
    // One more than there may be: it may have grown since it was measured.
    const bytes = Buffer.alloc(mostBytes + 1)
    const length = stats.size > mostBytes ? stats.size : readSync(file, bytes)
    if (length > mostBytes) return { why: `is larger than ${mostBytes} bytes` }
    return { text: bytes.toString('utf8', 0, length), stats }
  } catch (thrown) {
    return { why: `cannot be read (${errnoOf(thrown)})` }
  } finally {
    closeSync(file)
  }
}
