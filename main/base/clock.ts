// Time, as a port: the programs use the system's, tests their own.

export type Clock = {
  /** Milliseconds since the epoch, by the wall clock. */
  nowMs(): number
  /** Runs `run` once after `ms` milliseconds; the returned function calls it off. */
  after(ms: number, run: () => void): () => void
}

/**
 * Runs `run` once when the wall clock has reached `atMs`, though the machine sleeps meanwhile, which
 * timers do not count; or, where the clock was set back, when as much time has passed. Late by a nap
 * at most; the returned function calls it off.
 */
export function at(clock: Clock, atMs: number, run: () => void): () => void {
  let callOff: () => void
  const wait = (leftMs: number): void => {
    const napMs = Math.min(leftMs, LONGEST_NAP_MS)
    callOff = clock.after(napMs, () => {
      // The nap itself has passed, whatever the clock shows now.
      const stillMs = Math.min(leftMs - napMs, atMs - clock.nowMs())
      if (stillMs > 0) wait(stillMs)
      else run()
    })
  }
  wait(atMs - clock.nowMs())
  return () => callOff()
}

/** Waits for a task, and no longer than `ms` milliseconds: then it goes on by itself, and this is null. */
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

/** How far the provider's clock and ours may differ, in milliseconds. */
export const CLOCK_TOLERANCE_MS = 30_000

/** setTimeout fires at once when asked for more than this. */
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

/** `3 hours`, in the largest unit that it has two of. */
export function spanOf(ms: number): string {
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
