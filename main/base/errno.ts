// Reads the code of a system error, and explains errors of files to people.

import { DISK_ERRORS } from './base-messages.js'

/** Reads a code such as `ENOENT`. Empty if the thrown value has none. */
export function readErrno(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return ''
  return typeof thrown.code === 'string' ? thrown.code : ''
}

/** Explains why a file could not be read or written, such as `the disk is full, ENOSPC`. */
export function diskError(thrown: unknown): string {
  const errno = readErrno(thrown)
  const words = DISK_ERRORS[errno]
  return words === undefined ? errno : `${words}, ${errno}`
}
