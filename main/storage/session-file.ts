// The file that a sealed session is kept in: what it says of itself before it is opened.

import { z } from 'zod'
import { AuthError } from '../base/errors.js'
import { parseJson } from '../net/http.js'
import { diskError, errnoOf } from '../base/errno.js'
import { readRegularFile } from './regular-file.js'
import { replaceFile } from './atomic-file.js'
import { BOUND_VERSION, type SealedFor } from './seal.js'

/** Many times what the tokens and claims of any provider take. */
const MOST_BYTES = 4 * 1024 * 1024

const tier = z.enum(['keyring', 'passphrase', 'key-file'])

/** What seals a session in a file. */
export type SealedTier = z.infer<typeof tier>

const sessionFile = z.discriminatedUnion('version', [
  // Not bound to anything. It is read once, and then written as the other one.
  z.object({ version: z.literal(1), tier, sealed: z.string() }),
  z.object({
    version: z.literal(BOUND_VERSION),
    tier,
    purpose: z.literal('session'),
    issuer: z.string(),
    clientId: z.string(),
    sealed: z.string(),
  }),
])

/**
 * What it says of itself is authentic only once it has been opened with it: it serves to say why a file
 * does not open, and to open a session of whatever provider when all of them are removed.
 */
export type SessionFile = z.infer<typeof sessionFile>

const newerFile = z.looseObject({ version: z.number().gt(BOUND_VERSION) })

/** Reads a file; null if there is none. Fails with `storage-failed`. */
export function readSessionFile(path: string): SessionFile | null {
  let text: string
  try {
    text = readText(path)
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return null
    throw unreadable(`${path} cannot be read (${diskError(cause)})`, cause)
  }
  const json = parseJson(text)
  if (newerFile.safeParse(json).success) {
    throw unreadable(`${path} was written by a newer version of Latchkey`)
  }
  const parsed = sessionFile.safeParse(json)
  if (!parsed.success) throw unreadable(`${path} is damaged`)
  return parsed.data
}

/** Writes a file. Fails with an error of the system. */
export function writeSessionFile(
  path: string,
  sealedBy: SealedTier,
  { purpose, issuer, clientId }: SealedFor,
  sealed: string,
): void {
  const version = BOUND_VERSION
  const file = { version, tier: sealedBy, purpose, issuer, clientId, sealed }
  replaceFile(path, `${JSON.stringify(file, null, 2)}\n`)
}

/** Whether a newer version of Latchkey wrote the file: this one must not write over it. */
export function isOfNewerVersion(path: string): boolean {
  try {
    return newerFile.safeParse(parseJson(readText(path))).success
  } catch {
    // A file that can't be read is no newer version's as far as anyone can tell.
    return false
  }
}

function readText(path: string): string {
  return readRegularFile(path, { mostBytes: MOST_BYTES }).toString('utf8')
}

/** What a person is told of a session that could not be opened, and why. */
export function unreadable(why: string, cause?: unknown): AuthError {
  return storageFailed(
    `The session that was kept on this computer could not be opened: ${why}. Sign in again.`,
    cause,
  )
}

export function storageFailed(message: string, cause?: unknown): AuthError {
  return new AuthError('storage-failed', message, { cause })
}
