// Reads the key that a command sends: from a file that only its user can read, or from a variable.

import type { Stats } from 'node:fs'
import { diskError } from '../base/errno.js'
import type { Environment } from '../base/environment.js'
import { containsKey, isKey } from '../base/key-form.js'
import { createSecret, type Secret } from '../base/secret.js'
import { readRegularFile } from '../storage/regular-file.js'
import { CliError } from './cli-error.js'
import { USAGE_MESSAGES } from './cli-messages.js'

export const KEY_VARIABLES = { file: 'LATCHKEY_KEY_FILE', key: 'LATCHKEY_KEY' } as const

const MOST_BYTES = 4_096
/** All permissions of the group and of others. */
const GROUP_AND_OTHERS = 0o077

/**
 * Reads the key: from the file of the flag, else from that of the variable, else from the variable with the
 * key itself. Null if none is given. Fails with a `CliError`, which does not contain the key.
 */
export function readKey(flag: string | undefined, env: Environment): Secret | null {
  const path = findKeyFile(flag, env)
  if (path !== undefined && containsKey(path)) {
    throw new CliError('badUsage', USAGE_MESSAGES.keyInsteadOfFile)
  }
  if (path !== undefined) return toKey(readKeyFile(path), path)
  const key = env[KEY_VARIABLES.key]
  return key ? toKey(key, KEY_VARIABLES.key) : null
}

/** Names the place of the key for people: the path of its file, or the name of the variable. */
export function nameKeyPlace(flag: string | undefined, env: Environment): string {
  return findKeyFile(flag, env) ?? KEY_VARIABLES.key
}

function findKeyFile(flag: string | undefined, env: Environment): string | undefined {
  return flag ?? (env[KEY_VARIABLES.file] || undefined)
}

function readKeyFile(path: string): string {
  let stats: Stats | null = null
  let bytes: Buffer
  try {
    bytes = readRegularFile(path, {
      mostBytes: MOST_BYTES,
      allowLinks: true,
      inspect: (opened) => void (stats = opened),
    })
  } catch (thrown) {
    throw new CliError('badUsage', USAGE_MESSAGES.keyFile(path, diskError(thrown)))
  }
  requirePrivate(path, stats!)
  return bytes.toString('utf8')
}

function requirePrivate(path: string, { uid, mode }: Stats): void {
  const user = process.getuid?.()
  // Windows has no owner and no mode here.
  if (user === undefined) return
  if (uid !== user) throw new CliError('badUsage', USAGE_MESSAGES.keyFileOfOther(path))
  if ((mode & GROUP_AND_OTHERS) !== 0) {
    throw new CliError('badUsage', USAGE_MESSAGES.keyFileOpen(path))
  }
}

function toKey(text: string, place: string): Secret {
  const key = text.trim()
  if (isKey(key)) return createSecret(key)
  if (key === '') throw new CliError('badUsage', USAGE_MESSAGES.emptyKey(place))
  throw new CliError('badUsage', USAGE_MESSAGES.noKeyIn(place))
}
