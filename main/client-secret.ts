// The files that hold a client secret: one of its own, and settings.json.

import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  statSync,
  type Stats,
} from 'node:fs'
import { errnoOf } from './errno.js'
import { createSecret, type Secret } from './secret.js'

/** What a request can carry: RFC 6749 appendix A.2. */
export const CLIENT_SECRET = /^[\x20-\x7e]+$/

const MOST_BYTES = 4_096
/** Any right of the group or of others. */
const OTHERS = 0o077

/**
 * Reads a client secret from a file of its own, which must be regular, this user's and for this user
 * alone. White space around it is not part of it. Where the file cannot be used, gives the problem in
 * a sentence for a person, with nothing in it of what the file holds.
 */
export function readClientSecret(path: string): { secret: Secret } | { problem: string } {
  let file: number
  try {
    // A named pipe must not hold up the start, and a link may lead to a file of somebody else's choice.
    // Windows knows neither of the two, and then they count as 0.
    const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants
    file = openSync(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
  } catch (thrown) {
    const errno = errnoOf(thrown)
    return problem(path, errno === 'ELOOP' ? 'is a link, not a file' : `cannot be read (${errno})`)
  }
  try {
    const obstacle = obstacleIn(path, fstatSync(file))
    if (obstacle !== null) return problem(path, obstacle)
    // One more than there may be: the file may have grown since it was measured.
    const bytes = Buffer.alloc(MOST_BYTES + 1)
    const text = bytes.toString('utf8', 0, readSync(file, bytes)).trim()
    if (text === '') return problem(path, 'is empty')
    if (!CLIENT_SECRET.test(text) || text.length > MOST_BYTES) {
      return problem(path, 'holds more than one line of printable ASCII characters')
    }
    return { secret: createSecret(text) }
  } catch (thrown) {
    return problem(path, `cannot be read (${errnoOf(thrown)})`)
  } finally {
    closeSync(file)
  }
}

function obstacleIn(path: string, stats: Stats): string | null {
  if (!stats.isFile()) return 'is not a regular file'
  if (stats.size > MOST_BYTES) return `is larger than ${MOST_BYTES} bytes`
  const user = process.getuid?.()
  // Windows has neither owners nor modes here.
  if (user === undefined) return null
  if (stats.uid !== user) return 'belongs to another user'
  if ((stats.mode & OTHERS) === 0) return null
  return `can be read by other users: chmod 600 "${path}"`
}

function problem(path: string, what: string): { problem: string } {
  return { problem: `The client secret's file ${path} ${what}.` }
}

/**
 * Takes the rights of group and others from settings.json, because it holds a client secret. Gives the
 * problem, in a sentence for a person, where they stay; null where there is none, or no such file.
 */
export function protectSettingsFile(path: string): string | null {
  if (process.platform === 'win32') return null
  try {
    if ((statSync(path).mode & OTHERS) !== 0) chmodSync(path, 0o600)
    return null
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return null
    return (
      `${path} holds the client secret and can be read by other users (${errnoOf(thrown)}): ` +
      `chmod 600 "${path}".`
    )
  }
}
