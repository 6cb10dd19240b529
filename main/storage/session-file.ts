// The file of a sealed session: read, written, moved aside and deleted, without opening it.

import { lstatSync, renameSync, rmSync } from 'node:fs'
import { anyOf, number, objectOf, string, type Infer, type Schema } from '../base/schema.js'
import { AuthError } from '../base/errors.js'
import { parseJson } from '../net/http.js'
import { diskError, readErrno } from '../base/errno.js'
import { readRegularFile } from './regular-file.js'
import { removeLeftovers, replaceFile } from './atomic-file.js'
import { BOUND_VERSION, type SealedFor } from './seal.js'
import { STORED_SESSION_MESSAGES, STORED_SESSION_REASONS } from './stored-session-messages.js'

/** The file of the only session, which Latchkey wrote before it could hold several accounts. */
export const SESSION_FILE = 'session.json'

/** The name of a session file that could not be opened and that a sign-in has replaced. */
export const UNOPENED_FILE = 'session.unopened.json'

/** The end of the name of every file that was moved out of the way. */
export const UNOPENED_END = '.unopened.json'

/** Many times the size of the tokens and claims of any provider. */
const MOST_BYTES = 4 * 1024 * 1024

export const tier = anyOf(['keyring', 'passphrase', 'key-file'])

/** What seals the session in a file. */
export type SealedTier = Infer<typeof tier>

/** Not bound to an owner. Such a file is read once and then written in the newer version. */
type UnboundFile = { version: 1; tier: SealedTier; sealed: string }
type BoundFile = SealedFor & { version: typeof BOUND_VERSION; tier: SealedTier; sealed: string }

const unboundFile: Schema<UnboundFile> = objectOf({ version: anyOf([1]), tier, sealed: string })
const boundFile: Schema<BoundFile> = objectOf({
  version: anyOf<typeof BOUND_VERSION>([BOUND_VERSION]),
  tier,
  purpose: anyOf(['session']),
  issuer: string,
  clientId: string,
  sealed: string,
})

/**
 * What a session file says about itself. It is authentic only after the file has been opened with it.
 * Until then it serves to say why a file does not open, and to open any provider's session in order to
 * end it.
 */
export type SessionFile = UnboundFile | BoundFile

const versionedFile = objectOf({ version: number })

/** Why a file of each tier cannot be opened without what protects it. */
export const MISSING_KEY: Readonly<Record<SealedTier, string>> = {
  keyring: STORED_SESSION_REASONS.keyringMissing,
  passphrase: STORED_SESSION_REASONS.passphraseMissing,
  'key-file': STORED_SESSION_REASONS.keyFileOff,
}

/** Reads a file; null if there is none. Fails with `storage-failed`. */
export function readSessionFile(path: string): SessionFile | null {
  const found = readVersionedJson(path, BOUND_VERSION)
  if (found === null) return null
  const bound = boundFile.safeParse(found.json)
  const parsed = bound.success ? bound : unboundFile.safeParse(found.json)
  if (!parsed.success) throw cannotOpen(STORED_SESSION_REASONS.damaged(path))
  return parsed.data
}

/**
 * Reads the JSON of a file; null if there is no file. `undefined` stands for what is not JSON. Fails with
 * `storage-failed` if the file cannot be read, or if its version is above `newest`.
 */
export function readVersionedJson(path: string, newest: number): { json: unknown } | null {
  let text: string
  try {
    text = readText(path)
  } catch (cause) {
    if (readErrno(cause) === 'ENOENT') return null
    throw cannotOpen(STORED_SESSION_REASONS.cannotRead(path, diskError(cause)), cause)
  }
  const json = parseJson(text)
  if (isAbove(newest, json)) throw cannotOpen(STORED_SESSION_REASONS.newerVersion(path))
  return { json }
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

/**
 * True if a newer version of Latchkey wrote the file, which this version must not overwrite. `newest` is
 * the newest version of such a file that this Latchkey knows.
 */
export function isOfNewerVersion(path: string, newest: number = BOUND_VERSION): boolean {
  try {
    return isAbove(newest, parseJson(readText(path)))
  } catch {
    // Nothing shows that an unreadable file is a newer version's.
    return false
  }
}

/** Returns what seals the session in a file; null if the file is missing or holds no session. */
export function readSealedTier(path: string): SealedTier | null {
  try {
    return readSessionFile(path)?.tier ?? null
  } catch {
    return null
  }
}

/**
 * Moves a file out of the way and returns its new path, so that the user can rename it back; null if
 * there is none. Keeps one such file, the newest. Fails with `storage-failed`.
 */
export function moveSessionFileAside(path: string, newest: number = BOUND_VERSION): string | null {
  const aside = toAsidePath(path)
  // A folder in its place is not Latchkey's. The next write reports it.
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return null
  if (isOfNewerVersion(aside, newest)) {
    throw storageFailed(STORED_SESSION_MESSAGES.notMovedOverNewer(path, aside))
  }
  try {
    renameSync(path, aside)
    return aside
  } catch (cause) {
    if (readErrno(cause) === 'ENOENT') return null
    throw storageFailed(STORED_SESSION_MESSAGES.notMovedAside(path, diskError(cause)), cause)
  }
}

/** Deletes a file and what interrupted writes left beside it. Fails with `storage-failed`. */
export function deleteSessionFile(path: string): void {
  try {
    rmSync(path, { force: true })
    removeLeftovers(path)
  } catch (cause) {
    throw storageFailed(STORED_SESSION_MESSAGES.notDeleted(path, diskError(cause)), cause)
  }
}

/** Deletes the file that was moved out of the way of this one. Fails with `storage-failed`. */
export function deleteFileAside(path: string): void {
  deleteSessionFile(toAsidePath(path))
}

/** The error for a session that could not be opened. `reason` is the end of a sentence. */
export function cannotOpen(reason: string, cause?: unknown): AuthError {
  return storageFailed(STORED_SESSION_MESSAGES.notOpened(reason), cause)
}

export function storageFailed(message: string, cause?: unknown): AuthError {
  return new AuthError('storage-failed', message, { cause })
}

function toAsidePath(path: string): string {
  return path.replace(/\.json$/, UNOPENED_END)
}

function isAbove(newest: number, json: unknown): boolean {
  const parsed = versionedFile.safeParse(json)
  return parsed.success && parsed.data.version > newest
}

function readText(path: string): string {
  return readRegularFile(path, { mostBytes: MOST_BYTES }).toString('utf8')
}
