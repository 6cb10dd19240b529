// What all files of sessions have in common: they are read, moved aside and deleted without opening them.

import { lstatSync, renameSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { anyOf, number, objectOf, type Infer } from '../base/schema.js'
import { AuthError } from '../base/errors.js'
import { parseJson } from '../net/http.js'
import { diskError, readErrno } from '../base/errno.js'
import { readRegularFile } from './regular-file.js'
import { removeLeftovers } from './atomic-file.js'
import { STORED_SESSION_MESSAGES, STORED_SESSION_REASONS } from './stored-session-messages.js'

/** The end of the name of every file that was moved out of the way. */
export const UNOPENED_END = '.unopened.json'

/** Many times the size of the tokens and claims of any provider. */
export const MOST_BYTES = 4 * 1024 * 1024

export const tier = anyOf(['keyring', 'passphrase', 'key-file'])

/** What seals the session in a file. */
export type SealedTier = Infer<typeof tier>

const versionedFile = objectOf({ version: number })

/** Why a file of each tier cannot be opened without what protects it. */
export const MISSING_KEY: Readonly<Record<SealedTier, string>> = {
  keyring: STORED_SESSION_REASONS.keyringMissing,
  passphrase: STORED_SESSION_REASONS.passphraseMissing,
  'key-file': STORED_SESSION_REASONS.keyFileOff,
}

/**
 * Reads the JSON of a file; null if there is no file. `undefined` stands for what is not JSON. Fails with
 * `storage-failed` if the file cannot be read, or if its version is above `newest`. `fail` makes the error.
 */
export function readVersionedJson(
  path: string,
  newest: number,
  fail: Fail = cannotOpen,
): { json: unknown; text: string } | null {
  let text: string
  try {
    text = readText(path)
  } catch (cause) {
    if (readErrno(cause) === 'ENOENT') return null
    throw fail(STORED_SESSION_REASONS.cannotRead(path, diskError(cause)), cause)
  }
  const json = parseJson(text)
  if (isAbove(newest, json)) throw fail(STORED_SESSION_REASONS.newerVersion(path))
  return { json, text }
}

/**
 * True if a newer version of Latchkey wrote the file, which this version must not overwrite. `newest` is
 * the newest version of such a file that this Latchkey knows.
 */
export function isOfNewerVersion(path: string, newest: number): boolean {
  try {
    return isAbove(newest, parseJson(readText(path)))
  } catch {
    // Nothing shows that an unreadable file is a newer version's.
    return false
  }
}

/**
 * Moves a file out of the way and returns its new path, so that the user can rename it back; null if
 * there is none. Keeps one such file, the newest. Fails with `storage-failed`.
 */
export function moveSessionFileAside(path: string, newest: number): string | null {
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

/** Returns the name that a file had before it was moved out of the way. */
export function toOriginalName(aside: string): string {
  return `${basename(aside, UNOPENED_END)}.json`
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

/** Makes the error for something that could not be opened. `reason` is the end of a sentence. */
export type Fail = (reason: string, cause?: unknown) => AuthError

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
