// Reads the client secret's file, and protects settings.json if it contains the client secret.

import { chmodSync, statSync, type Stats } from 'node:fs'
import { readErrno } from '../base/errno.js'
import { createSecret, type Secret } from '../base/secret.js'
import { readRegularFile } from '../storage/regular-file.js'
import { MESSAGES } from './settings-messages.js'

/**
 * The characters that a request can carry.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#appendix-A.2}
 */
export const CLIENT_SECRET = /^[\x20-\x7e]+$/

const MOST_BYTES = 4_096

const FAULTS = MESSAGES.secretFileFaults

const READ_FAULTS: Readonly<Record<string, string>> = {
  ELOOP: FAULTS.isLink,
  EISDIR: FAULTS.notRegular,
  ENOTREGULAR: FAULTS.notRegular,
  EFILETOOLARGE: FAULTS.tooLarge(MOST_BYTES),
}

/** All permissions of the group and of others. */
const GROUP_AND_OTHERS = 0o077

/**
 * Reads a client secret from its own file and removes white space around it. The file must be a regular
 * one that belongs to this user and that no other user can access. The problem is a sentence for a
 * person, without the content of the file.
 */
export function readClientSecret(path: string): { secret: Secret } | { problem: string } {
  let accessFault: string | null = null
  const inspect = (stats: Stats): void => void (accessFault = findAccessFault(path, stats))
  let bytes: Buffer
  try {
    bytes = readRegularFile(path, { mostBytes: MOST_BYTES, inspect })
  } catch (thrown) {
    const errno = readErrno(thrown)
    return createProblem(path, READ_FAULTS[errno] ?? FAULTS.unreadable(errno))
  }
  if (accessFault !== null) return createProblem(path, accessFault)
  const text = bytes.toString('utf8').trim()
  if (text === '') return createProblem(path, FAULTS.isEmpty)
  if (!CLIENT_SECRET.test(text)) return createProblem(path, FAULTS.notPrintable)
  return { secret: createSecret(text) }
}

function findAccessFault(path: string, { uid, mode }: Stats): string | null {
  const user = process.getuid?.()
  // Windows has no owner and no mode here.
  if (user === undefined) return null
  if (uid !== user) return FAULTS.otherOwner
  return (mode & GROUP_AND_OTHERS) === 0 ? null : FAULTS.readableByOthers(path)
}

function createProblem(path: string, fault: string): { problem: string } {
  return { problem: MESSAGES.badSecretFile(path, fault) }
}

/**
 * Removes the permissions of group and others from settings.json, because it contains a client secret.
 * Returns a sentence for a person if that fails, and null if it works or there is no such file.
 */
export function protectSettingsFile(path: string): string | null {
  if (process.platform === 'win32') return null
  try {
    if ((statSync(path).mode & GROUP_AND_OTHERS) !== 0) chmodSync(path, 0o600)
    return null
  } catch (thrown) {
    const errno = readErrno(thrown)
    return errno === 'ENOENT' ? null : MESSAGES.settingsReadableByOthers(path, errno)
  }
}
