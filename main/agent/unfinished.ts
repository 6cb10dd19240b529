// The work that closing waits for: tasks, and requests that spend a code or a refresh token.

import { within, type Clock } from '../base/clock.js'
import type { Http } from '../net/http.js'

/**
 * In milliseconds. Longer than any request that spends nothing. A request that spends something is
 * waited for until it ends. A keyring prompt may stay open forever, and is not.
 */
const LONGEST_CLOSE_MS = 15_000

export type Unfinished = {
  /** Has closing wait for a task; returns it. The task must not reject. */
  track(task: Promise<void>): Promise<void>
  /** Sends a request. Closing waits for its answer if it spends something. */
  http: Http
  /** Resolves when `drain` and all tasks have ended, or when nothing is left but a keyring prompt. */
  finish(drain: () => Promise<void>): Promise<void>
}

export function trackUnfinished(http: Http, clock: Clock): Unfinished {
  const tasks = new Set<Promise<void>>()
  const spending = new Set<Promise<unknown>>()
  return {
    track(task) {
      const tracked = task.finally(() => tasks.delete(tracked))
      tasks.add(tracked)
      return tracked
    },
    http(request) {
      const sent = http(request)
      if (request.spends) {
        const forget = (): unknown => spending.delete(sent)
        spending.add(sent)
        sent.then(forget, forget)
      }
      return sent
    },
    async finish(drain) {
      const drainAll = async (): Promise<true> => {
        await drain()
        while (tasks.size > 0) await Promise.all(tasks)
        return true
      }
      const drained = drainAll()
      while (!(await within(clock, LONGEST_CLOSE_MS, drained)) && spending.size > 0) {
        // The answer brings tokens that must be stored, or ended at the provider.
        await Promise.allSettled(spending)
      }
    },
  }
}
