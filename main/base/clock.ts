// The clock as a dependency: the programs use the system's, tests their own.

export type Clock = {
  /** Milliseconds since the epoch, by the wall clock. */
  nowMs(): number
  /** Runs `run` once after `ms` milliseconds. The returned function cancels it. */
  after(ms: number, run: () => void): () => void
  /**
   * How long {@link at} may go without checking the wall clock, in milliseconds. Half a minute by
   * default. Infinity if the program learns of each waking of the computer, and then waits again.
   */
  longestNapMs?: number
}

/**
 * Runs `run` once when the wall clock has reached `atMs`, even if the computer sleeps in between, which
 * timers don't count. If the clock is set back, `run` runs after the same time has passed. It is late
 * by one nap at most (see {@link Clock.longestNapMs}). The returned function cancels it. `nowMs`:
 * the time that the caller read to compute `atMs`. The clock may have been set back since.
 */
export function at(clock: Clock, atMs: number, run: () => void, nowMs = clock.nowMs()): () => void {
  const { longestNapMs = LONGEST_NAP_MS } = clock
  let callOff: () => void
  const wait = (leftMs: number): void => {
    const napMs = Math.min(leftMs, longestNapMs)
    callOff = clock.after(napMs, () => {
      // The nap has passed even if the clock was changed.
      const stillMs = Math.min(leftMs - napMs, atMs - clock.nowMs())
      if (stillMs > 0) wait(stillMs)
      else run()
    })
  }
  wait(atMs - nowMs)
  return () => callOff()
}

/** Waits for a task for at most `ms` milliseconds. Null if it takes longer; the task then goes on. */
export async function within<Value>(
  clock: Clock,
  ms: number,
  task: Promise<Value>,
): Promise<Value | null> {
  let stopTiming: () => void = () => undefined
  const tooLong = new Promise<null>((resolve) => {
    stopTiming = clock.after(ms, () => resolve(null))
  })
  try {
    return await Promise.race([task, tooLong])
  } finally {
    stopTiming()
  }
}

const LONGEST_NAP_MS = 30_000

/** The most that the provider's clock and ours may differ, in milliseconds. */
export const CLOCK_TOLERANCE_MS = 30_000

/** setTimeout fires at once if the delay is longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(ms, run) {
    let timer: NodeJS.Timeout
    const wait = (leftMs: number): void => {
      const stepMs = Math.min(leftMs, LONGEST_TIMER_MS)
      timer = setTimeout(() => (leftMs > stepMs ? wait(leftMs - stepMs) : run()), stepMs)
    }
    wait(Math.max(0, ms))
    return () => clearTimeout(timer)
  },
}

/** Formats a span as `3 hours`, in the largest unit that gives at least 2. */
export function formatSpan(ms: number): string {
  const units = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
  ] as const
  for (const [unit, unitMs] of units) {
    if (ms >= 2 * unitMs) return `${Math.round(ms / unitMs)} ${unit}s`
  }
  return `${Math.round(ms / 1000)} seconds`
}
