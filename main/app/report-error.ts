// Reports errors of our own to stderr and to the open log.

import { createRepeats } from '../base/repeats.js'
import { complain } from '../base/output.js'
import { errorRecord, stoppedRecord } from '../present/log-record.js'
import type { Logger } from '../storage/log.js'
import { START_MESSAGES } from './app-messages.js'

/** The logs that receive errors: one in each running program. */
const logs = new Set<Logger>()

/** Sends errors to a log. The returned function writes the last record and closes the log. */
export function attachLog(log: Logger): () => void {
  logs.add(log)
  return () => {
    errors.flush()
    log.record(stoppedRecord())
    log.close()
    logs.delete(log)
  }
}

/** Records an error in the log, without printing it. */
export function logError(thrown: unknown): void {
  for (const log of logs) log.record(errorRecord(thrown))
}

const errors = createRepeats<unknown>((error, count) => {
  for (const log of logs) log.record(errorRecord(error, count))
  const shown = error instanceof Error ? (error.stack ?? error.message) : typeof error
  complain(START_MESSAGES.unexpectedError(count, shown))
})

/**
 * Reports an error of our own, for debugging. Never pass the content of a request or an answer. An
 * error that repeats is counted, and not reported each time.
 */
export function reportError(error: unknown): void {
  errors.add(JSON.stringify(errorRecord(error)), error)
}
