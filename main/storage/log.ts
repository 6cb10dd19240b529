// The log: latchkey.log in the data directory, one JSON object a line, of bounded size.

import { constants, lstatSync } from 'node:fs'
import { join } from 'node:path'
import electronLog from 'electron-log/node'
import type { Clock } from '../base/clock.js'
import { jsonLine } from '../base/printable.js'
import { readRegularFile } from './regular-file.js'
import type { LogLevel } from '../base/log-level.js'

export type Logger = {
  record(record: Readonly<{ level: LogLevel }>): void
  /** The last failures, oldest first, as they stand in the log: for a report. */
  tail(): readonly string[]
  close(): void
}

type LoggerDeps = {
  /** It exists, and belongs to this program. */
  directory: string
  level: LogLevel
  clock: Clock
  /** Says, once, that the log cannot be written. */
  complain(line: string): void
}

export const LOG_FILE = 'latchkey.log'
export const OLD_LOG_FILE = 'latchkey.old.log'
/** The log gives way to a new one when it is longer; one old one is kept. */
const MOST_BYTES = 1024 * 1024
const MOST_FAILURES = 20

/** Makes the log. It is best effort: a disk that is full or read-only hurts nobody. */
export function createLogger({ directory, level, clock, complain }: LoggerDeps): Logger {
  const path = join(directory, LOG_FILE)
  const library = electronLog.create({ logId: path })
  const { file } = library.transports
  for (const name of Object.keys(library.transports)) {
    const transport = library.transports[name]
    if (transport) transport.level = transport === file ? level : false
  }
  // Else it would look for the nearest package.json, to name a folder that is not used.
  file.setAppName('latchkey')
  file.resolvePathFn = () => path
  file.maxSize = MOST_BYTES
  // Its type knows words only; what it hands them to takes numbers too.
  file.writeOptions = { flag: APPENDING as unknown as 'a', mode: 0o600, encoding: 'utf8' }
  file.transforms = [({ data }) => String(data[0])]

  // What it cannot write it tells on the console, past the level of either logger.
  let complained = false
  for (const { transports } of [electronLog, library]) {
    transports.console.writeFn = ({ message }) => {
      if (complained) return
      complained = true
      const reason = /\bE[A-Z]{3,}\b/.exec(JSON.stringify(message.data))?.[0] ?? 'no reason given'
      complain(`The log ${path} cannot be written (${reason}). Latchkey goes on without it.`)
    }
  }

  // electron-log's own first look would wait for a pipe, and follow a link.
  let closed = isOccupied(path)
  if (closed) complain(`The log ${path} is no regular file. Latchkey goes on without it.`)
  return {
    record({ level: recordLevel, ...entry }) {
      if (closed) return
      const at = new Date(clock.nowMs()).toISOString()
      library[recordLevel](jsonLine({ at, level: recordLevel, ...entry }))
    },
    tail: () => failuresOf(directory),
    close: () => void (closed = true),
  }
}

/** Never waits for a pipe's reader, and follows no link. Windows knows neither of the two. */
const APPENDING =
  constants.O_APPEND |
  constants.O_CREAT |
  constants.O_WRONLY |
  (constants.O_NOFOLLOW ?? 0) |
  (constants.O_NONBLOCK ?? 0)

function isOccupied(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found !== undefined && !found.isFile()
}

/** The last failures in a directory's log, whoever writes it; none where there is no log. */
export function failuresOf(directory: string): readonly string[] {
  return [OLD_LOG_FILE, LOG_FILE]
    .flatMap((name) => linesOf(join(directory, name)))
    .filter((line) => isFailure(line))
    .slice(-MOST_FAILURES)
}

/** What was odd in the last answer with tokens that a directory's log tells of, by name. */
export function oddAnswerOf(directory: string): readonly string[] {
  const last = [OLD_LOG_FILE, LOG_FILE]
    .flatMap((name) => linesOf(join(directory, name)))
    .findLast((line) => /"event":"(signed-in|renewed|restored)"/.test(line))
  const odd = last === undefined ? null : parseLine(last)?.['odd']
  // Our own names are short words; a log may have been written by anybody.
  const isName = (name: unknown): name is string =>
    typeof name === 'string' && /^[a-z_-]{1,32}$/.test(name)
  return Array.isArray(odd) ? odd.filter(isName).slice(0, MOST_ODD) : []
}

const MOST_ODD = 8

// A line that broke off, when the disk was full, is none.
function parseLine(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(line)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : null
  } catch {
    return null
  }
}

function linesOf(path: string): string[] {
  try {
    // What is much longer, or never ends, is no log of ours.
    return readRegularFile(path, { mostBytes: 2 * MOST_BYTES })
      .toString('utf8')
      .split(/\r?\n/)
  } catch {
    return []
  }
}

function isFailure(line: string): boolean {
  const level = parseLine(line)?.['level']
  return level === 'error' || level === 'warn'
}
