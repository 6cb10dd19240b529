// A clock that stands still until it is told to go on.

import type { Clock } from '../../main/base/clock.js'

export type TestClock = Clock & {
  /** Moves on, and runs what falls due on the way. */
  advance(ms: number): void
  /**
   * Shows another time at once, and no timer has counted it: the machine slept so long, or the clock
   * was set. Negative: it was set back.
   */
  leap(ms: number): void
  /** How many timers are set. */
  pending(): number
}

export function createTestClock(startMs = Date.now()): TestClock {
  let nowMs = startMs
  const timers = new Set<{ atMs: number; run: () => void }>()
  return {
    nowMs: () => nowMs,
    after(ms, run) {
      const timer = { atMs: nowMs + ms, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    advance(ms) {
      const endMs = nowMs + ms
      for (;;) {
        const [due] = [...timers]
          .filter((timer) => timer.atMs <= endMs)
          .toSorted((one, other) => one.atMs - other.atMs)
        if (!due) break
        timers.delete(due)
        nowMs = Math.max(nowMs, due.atMs)
        due.run()
      }
      nowMs = endMs
    },
    leap(ms) {
      nowMs += ms
      for (const timer of timers) timer.atMs += ms
    },
    pending: () => timers.size,
  }
}
