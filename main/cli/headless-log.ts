// Opens the log of an agent that a command starts, and reads why it could not start.

import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
} from 'node:fs'
import { join } from 'node:path'
import { diskError } from '../base/errno.js'
import { SettingsError } from '../base/settings-error.js'
import { HEADLESS_LOG_FILE } from '../storage/log.js'
import { makeOwnDirectory } from '../storage/private-directory.js'
import { CliError } from './cli-error.js'
import { START_MESSAGES } from './cli-messages.js'

export type HeadlessLog = {
  path: string
  /** The open file, for the output of the agent. */
  file: number
  /** Returns the last line of the open file, whatever is at its path now. Null if there is none. */
  readLastLine(): string | null
  close(): void
}

/** Never follows a link and never waits for a pipe. Windows has neither flag. */
const CAREFULLY =
  constants.O_CREAT | constants.O_RDWR | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** More than a message of the agent. */
const TAIL_BYTES = 16 * 1024

/**
 * 1. Make sure that the data directory is this user's, as the agent does (S47). Create it if it is missing.
 * 2. Open the log. Make sure that the opened file is this user's, and in no other place.
 * 3. Empty it.
 *
 * Fails with a `CliError`, and then changes no file.
 */
export function openHeadlessLog(dataDir: string): HeadlessLog {
  const path = join(dataDir, HEADLESS_LOG_FILE)
  requireOwnDirectory(dataDir)
  const file = openCarefully(path)
  try {
    requireOwnFile(path, fstatSync(file))
    ftruncateSync(file)
  } catch (thrown) {
    closeSync(file)
    throw thrown
  }
  return { path, file, readLastLine: () => readLastLine(file), close: () => closeSync(file) }
}

function requireOwnDirectory(dataDir: string): void {
  try {
    makeOwnDirectory(dataDir)
  } catch (thrown) {
    if (thrown instanceof SettingsError) throw new CliError('failed', thrown.message)
    throw thrown
  }
}

function openCarefully(path: string): number {
  try {
    // Opening a device can have effects. A file that replaces this one from now on is found out later.
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (found !== undefined) requireOwnFile(path, found)
    return openSync(path, CAREFULLY, 0o600)
  } catch (thrown) {
    if (thrown instanceof CliError) throw thrown
    throw new CliError('failed', START_MESSAGES.noLog(path, diskError(thrown)))
  }
}

/** Another user could read or write a file of theirs. A file with a second name is in another place, too. */
function requireOwnFile(path: string, stats: Stats): void {
  if (!stats.isFile()) throw new CliError('failed', START_MESSAGES.logNotRegular(path))
  const user = process.geteuid?.()
  const isOwn = user === undefined || stats.uid === user
  if (!isOwn || stats.nlink > 1) throw new CliError('failed', START_MESSAGES.logNotOwn(path))
}

function readLastLine(file: number): string | null {
  try {
    const { size } = fstatSync(file)
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES))
    const length = readSync(file, bytes, 0, bytes.length, size - bytes.length)
    const lines = bytes.subarray(0, length).toString('utf8').trimEnd().split('\n')
    return lines.at(-1)?.replace(/^latchkey: /, '') || null
  } catch {
    return null
  }
}
