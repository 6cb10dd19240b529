// A clock that stands still until the test moves it.

import type { Clock } from '../../main/base/clock.js'

export type TestClock = Clock & {
  /** Moves the clock forward, and runs the timers that become due. */
  advance(ms: number): void
  /**
   * Jumps to another time without running timers, as after a sleep or a clock change. Negative
   * values move the clock back.
   */
  leap(ms: number): void
  /** The number of timers that are set. */
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
