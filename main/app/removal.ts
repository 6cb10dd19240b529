// The result of removing something, as messages for people.

import { REMOVAL_MESSAGES } from './app-messages.js'

/** What was removed, what could not be removed, and what was kept on purpose: one message each. */
export type Removal = {
  done: readonly string[]
  failed: readonly string[]
  stays: readonly string[]
}

export const NOTHING: Removal = { done: [], failed: [], stays: [] }

export function fail(message: string): Removal {
  return { ...NOTHING, failed: [message] }
}

export function mergeRemovals(removals: readonly Removal[]): Removal {
  return {
    done: removals.flatMap(({ done }) => done),
    failed: removals.flatMap(({ failed }) => failed),
    stays: removals.flatMap(({ stays }) => stays),
  }
}

/** Leaves out the files of a directory that was removed as a whole. */
export function shorten({ done, ...rest }: Removal, directory: string): Removal {
  const whole = REMOVAL_MESSAGES.removed(directory)
  if (!done.includes(whole)) return { done, ...rest }
  const isInside = (line: string): boolean => line.startsWith(whole.slice(0, -1)) && line !== whole
  return { ...rest, done: done.filter((line) => !isInside(line)) }
}
