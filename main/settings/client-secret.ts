// The files that hold a client secret: one of its own, and settings.json.

import { chmodSync, statSync, type Stats } from 'node:fs'
import { errnoOf } from '../base/errno.js'
import { readRegularFile } from '../storage/regular-file.js'
import { createSecret, type Secret } from '../base/secret.js'

/** What a request can carry: RFC 6749 appendix A.2. */
export const CLIENT_SECRET = /^[\x20-\x7e]+$/

const MOST_BYTES = 4_096

const UNREADABLE: Readonly<Record<string, string>> = {
  ELOOP: 'is a link, not a file',
  EISDIR: 'is not a regular file',
  ENOTREGULAR: 'is not a regular file',
  EFILETOOLARGE: `is larger than ${MOST_BYTES} bytes`,
}

/** Any right of the group or of others. */
const OTHERS = 0o077

/**
 * Reads a client secret from a file of its own, which must be regular, this user's and for this user
 * alone. White space around it is not part of it. Where the file cannot be used, gives the problem in
 * a sentence for a person, with nothing in it of what the file holds.
 */
export function readClientSecret(path: string): { secret: Secret } | { problem: string } {
  let obstacle: string | null = null
  const inspect = (stats: Stats): void => void (obstacle = obstacleIn(path, stats))
  let bytes: Buffer
  try {
    bytes = readRegularFile(path, { mostBytes: MOST_BYTES, inspect })
  } catch (thrown) {
    const errno = errnoOf(thrown)
    return problem(path, UNREADABLE[errno] ?? `cannot be read (${errno})`)
  }
  if (obstacle !== null) return problem(path, obstacle)
  const text = bytes.toString('utf8').trim()
  if (text === '') return problem(path, 'is empty')
  if (!CLIENT_SECRET.test(text)) {
    return problem(path, 'holds more than one line of printable ASCII characters')
  }
  return { secret: createSecret(text) }
}

function obstacleIn(path: string, { uid, mode }: Stats): string | null {
  const user = process.getuid?.()
  // Windows has neither owners nor modes here.
  if (user === undefined) return null
  if (uid !== user) return 'belongs to another user'
  return (mode & OTHERS) === 0 ? null : `can be read by other users: chmod 600 "${path}"`
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
