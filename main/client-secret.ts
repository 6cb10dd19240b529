// The files that hold a client secret: one of its own, and settings.json.

import { chmodSync, statSync, type Stats } from 'node:fs'
import { errnoOf } from './errno.js'
import { readSmallFile } from './read-small-file.js'
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
  const read = readSmallFile(path, MOST_BYTES)
  if ('why' in read) return problem(path, read.why)
  const obstacle = obstacleIn(path, read.stats)
  if (obstacle !== null) return problem(path, obstacle)
  const text = read.text.trim()
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
