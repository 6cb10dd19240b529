// Tells programs apart for consents: which calls come from one program, and which can be allowed for good.

import {
  findProcess,
  isSameId,
  type Caller,
  type CallerProcess,
  type ProcessId,
} from '../net/caller.js'
import type { SessionOwner } from '../storage/session-owner.js'
import type { AskingProgram, ConsentAccount } from './consent.js'

/** Returns what the person is shown about a caller. */
export function toAskingProgram(caller: Caller): AskingProgram {
  const grade = caller.kind === 'seen' ? 'seen' : 'uncertain'
  const doubts = caller.kind === 'uncertain' ? caller.doubts : []
  const found = findProcess(caller)
  if (found === null) return { ...UNKNOWN, grade, doubts }
  const { name, executable, script, pid, parents } = found
  return {
    name,
    executable: executable.path,
    script: script?.path ?? null,
    pid,
    startedBy: parents.flatMap((parent) => parent.name ?? []),
    grade,
    doubts,
  }
}

/** Returns what the person is shown about an account. */
export function pickConsentAccount({
  id,
  provider,
  account,
}: ConsentAccount): Omit<ConsentAccount, keyof SessionOwner> {
  return { id, provider, account }
}

const UNKNOWN = { name: null, executable: null, script: null, pid: null, startedBy: [] }

/**
 * True if a caller can be allowed for good. A tool and an interpreter without a script do what any other
 * program tells them, so that a consent for them would be one for all programs.
 */
export function canLast(caller: Caller): caller is Extract<Caller, { kind: 'seen' }> {
  if (caller.kind !== 'seen') return false
  const { kind, script } = caller.process
  return kind === 'program' || (kind === 'interpreter' && script !== null)
}

/**
 * Returns what calls that may share a question have in common; null if a call shares with no other.
 * Callers that are not certain share only within one process.
 */
export function toShareKey(caller: Caller): string | null {
  const found = findProcess(caller)
  if (found === null) return null
  if (caller.kind === 'seen') return toProgramKey(caller, found)
  return JSON.stringify([found.pid, found.startedAtTicks])
}

/** Returns what calls that a denial is for have in common. Callers without a process are all alike. */
export function toDenialKey(caller: Caller): string {
  const found = findProcess(caller)
  return found === null || caller.kind === 'untold' ? 'unknown' : toProgramKey(caller, found)
}

/** Returns what calls of one file have in common, whatever started it. All that were not found are alike. */
export function toFileKey(caller: Caller): string {
  const found = findProcess(caller)
  if (found === null || caller.kind === 'untold') return 'unknown'
  return JSON.stringify([caller.uid, found.executable.path, found.script?.path ?? null])
}

/** A tool acts for the process that started it. */
function toProgramKey(
  caller: Exclude<Caller, { kind: 'untold' }>,
  { executable, script, parents }: CallerProcess,
): string {
  const [parent] = parents
  const startedBy = canLast(caller) ? [] : [parent?.pid, parent?.startedAtTicks]
  const path = script?.path ?? null
  return JSON.stringify([caller.kind, caller.uid, executable.path, path, ...startedBy])
}

/** True if a caller that was identified twice is still the same process, which runs the same files. */
export function isUnchanged(one: Caller, other: Caller): boolean {
  return JSON.stringify(toIdentity(one)) === JSON.stringify(toIdentity(other))
}

function toIdentity(caller: Caller): unknown {
  const found = findProcess(caller)
  if (found === null || caller.kind === 'untold') return caller.kind
  const { pid, startedAtTicks, executable, script } = found
  return [caller.kind, caller.uid, pid, startedAtTicks, executable, script]
}

/**
 * True if `other` may finish what `one` began: it is the same process, one that the process started, or a
 * tool that was started by the same process as the first tool. Unknown callers may not.
 */
export function mayFinish(one: Caller, other: Caller): boolean {
  if (one.kind === 'untold' && other.kind === 'untold') return true
  const [first, second] = [findProcess(one), findProcess(other)]
  if (first === null || second === null || !isSameUser(one, other)) return false
  const isFirst = (found: ProcessId): boolean => isSameId(found, first)
  return isFirst(second) || second.parents.some(isFirst) || areTwins(first, second)
}

/** Bash runs the last command of an argument in its own process, which then is the parent of the first tool. */
function areTwins(first: CallerProcess, second: CallerProcess): boolean {
  const [parent] = first.parents
  return (
    first.kind === 'tool' &&
    second.kind === 'tool' &&
    first.executable.path === second.executable.path &&
    parent !== undefined &&
    [second, ...second.parents.slice(0, 1)].some((found) => isSameId(found, parent))
  )
}

function isSameUser(one: Caller, other: Caller): boolean {
  return one.kind !== 'untold' && other.kind !== 'untold' && one.uid === other.uid
}
