// The log: latchkey.log in the data directory, one JSON object per line, with a bounded size.

import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../base/clock.js'
import { readErrno } from '../base/errno.js'
import { LOG_LEVELS, type LogLevel } from '../base/log-level.js'
import { jsonLine } from '../base/printable.js'
import { readRegularFile, requireRegular } from './regular-file.js'
import { LOG_MESSAGES } from './storage-messages.js'

export type Logger = {
  record(record: Readonly<{ level: LogLevel }>): void
  /** The last failures as they are in the log, oldest first, for a report. */
  tail(): readonly string[]
  close(): void
}

type LoggerDeps = {
  /** An existing directory that belongs to this user. */
  directory: string
  level: LogLevel
  clock: Clock
  /** Called at most once, if the log can't be written. */
  complain(line: string): void
}

export const LOG_FILE = 'latchkey.log'
export const OLD_LOG_FILE = 'latchkey.old.log'
/** The output of an agent that the command line has started. Each such start empties it. */
export const HEADLESS_LOG_FILE = 'headless.log'
/** The log is renamed before it would grow beyond this size. One older log is kept. */
const MOST_BYTES = 1024 * 1024
const MOST_FAILURES = 20

/** Creates the log. Logging is best effort: a full or read-only disk never stops the program. */
export function createLogger({ directory, level, clock, complain }: LoggerDeps): Logger {
  const path = join(directory, LOG_FILE)
  const oldPath = join(directory, OLD_LOG_FILE)
  const levels: ReadonlySet<LogLevel> = new Set(LOG_LEVELS.slice(0, LOG_LEVELS.indexOf(level) + 1))
  let hasComplained = false
  let isClosed = isOccupied(path)
  if (isClosed) complain(LOG_MESSAGES.notRegular(path))
  return {
    record({ level: recordLevel, ...entry }) {
      if (isClosed || !levels.has(recordLevel)) return
      const at = new Date(clock.nowMs()).toISOString()
      try {
        appendLine(path, oldPath, jsonLine({ at, level: recordLevel, ...entry }))
      } catch (thrown) {
        if (hasComplained) return
        hasComplained = true
        complain(LOG_MESSAGES.cannotWrite(path, readErrno(thrown)))
      }
    },
    tail: () => readFailures(directory),
    close: () => void (isClosed = true),
  }
}

/** Never waits for a pipe's reader and never follows a link. Windows has neither flag. */
const APPENDING =
  constants.O_APPEND |
  constants.O_CREAT |
  constants.O_WRONLY |
  (constants.O_NOFOLLOW ?? 0) |
  (constants.O_NONBLOCK ?? 0)

/** Appends a line to the file. If the file would become too long, it first becomes the old log. */
function appendLine(path: string, oldPath: string, line: string): void {
  const bytes = Buffer.from(`${line}\n`)
  const size = lstatSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > 0 && size + bytes.length > MOST_BYTES) renameSync(path, oldPath)
  const file = openSync(path, APPENDING, 0o600)
  try {
    const stats = fstatSync(file)
    requireRegular(path, stats)
    try {
      writeFileSync(file, bytes)
    } catch (thrown) {
      // A full disk may have taken half of the line, and the next line would continue it.
      ftruncateSync(file, stats.size)
      throw thrown
    }
  } finally {
    closeSync(file)
  }
}

function isOccupied(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found !== undefined && !found.isFile()
}

/** Reads the last failures from a directory's log. Empty if there is no log. */
export function readFailures(directory: string): readonly string[] {
  return readLogLines(directory)
    .filter((line) => isFailure(line))
    .slice(-MOST_FAILURES)
}

/** Finds which members of the last token response in a directory's log were odd, by name. */
export function findOddMembers(directory: string): readonly string[] {
  const last = readLogLines(directory).findLast((line) =>
    /"event":"(signed-in|renewed|restored)"/.test(line),
  )
  const odd = last === undefined ? null : parseLine(last)?.['odd']
  // Latchkey's own names are short words, but anyone may have written to the file.
  const isName = (name: unknown): name is string =>
    typeof name === 'string' && /^[a-z_-]{1,32}$/.test(name)
  return Array.isArray(odd) ? odd.filter(isName).slice(0, MOST_ODD) : []
}

const MOST_ODD = 8

function isFailure(line: string): boolean {
  const level = parseLine(line)?.['level']
  return level === 'error' || level === 'warn'
}

/** Null for anything that is not a JSON object, such as a line that was cut off. */
function parseLine(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(line)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : null
  } catch {
    return null
  }
}

function readLogLines(directory: string): string[] {
  return [OLD_LOG_FILE, LOG_FILE].flatMap((name) => readLines(join(directory, name)))
}

function readLines(path: string): string[] {
  try {
    // A much longer file, or an endless one, is not a log of Latchkey's.
    return readRegularFile(path, { mostBytes: 2 * MOST_BYTES })
      .toString('utf8')
      .split(/\r?\n/)
  } catch {
    return []
  }
}
