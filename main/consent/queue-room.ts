// Limits which questions may wait at once, so that a flood of unknown programs leaves room for known ones.

import { basename, dirname } from 'node:path'
import { findProcess, type Ancestor, type Caller, type ProcessId } from '../net/caller.js'
import { toFileKey } from './program.js'

/** How many questions wait at once. A program that asks when there are more gets nothing. */
export const MOST_QUESTIONS = 8

/**
 * How many of them may be about one file: the runs of a tool, or processes that are not certain, have a
 * question each, and must leave room for other programs.
 */
export const MOST_OF_ONE_FILE = 4

/** How many may be about programs that the person does not know. */
export const MOST_UNKNOWN = 6

/** How many may be about unknown programs of one folder, or that one program has started. */
export const MOST_OF_ONE_ORIGIN = 3

/** `isKnown`: the person has allowed the program before, for any account. */
export type Asking = { caller: Caller; isKnown: boolean }

/** True if one more question may wait. */
export function hasRoom(waiting: readonly Asking[], { caller, isKnown }: Asking): boolean {
  const file = toFileKey(caller)
  const alike = waiting.filter((one) => toFileKey(one.caller) === file)
  if (waiting.length >= MOST_QUESTIONS || alike.length >= MOST_OF_ONE_FILE) return false
  if (isKnown) return true
  const unknown = waiting.filter((one) => !one.isKnown)
  const origins = listOrigins(caller)
  const related = unknown.filter((one) =>
    listOrigins(one.caller).some((at) => origins.includes(at)),
  )
  return unknown.length < MOST_UNKNOWN && related.length < MOST_OF_ONE_ORIGIN
}

/**
 * What copies of one program under other names have in common: the folder, or a process above them. All
 * callers whose process was not found have one origin.
 */
function listOrigins(caller: Caller): readonly string[] {
  const found = findProcess(caller)
  if (found === null) return ['unknown']
  const { executable, script, parents } = found
  const starters = parents.filter((parent) => !isSessionManager(parent))
  return [dirname((script ?? executable).path), ...[found, ...starters].map(toProcessKey)]
}

function toProcessKey({ pid, startedAtTicks }: ProcessId): string {
  return `${pid} ${startedAtTicks}`
}

/** The programs that start everything else in a session. */
const SESSION_MANAGERS: ReadonlySet<string> = new Set(['systemd', 'init', 'launchd'])

function isSessionManager({ pid, executable }: Ancestor): boolean {
  return pid === 1 || (executable !== null && SESSION_MANAGERS.has(basename(executable)))
}
