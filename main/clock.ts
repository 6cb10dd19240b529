// Time, as a port: the programs use the system's, tests their own.

export type Clock = {
  /** Milliseconds since the epoch, by the wall clock. */
  nowMs(): number
  /** Runs `run` once after `ms` milliseconds; the returned function calls it off. */
  after(ms: number, run: () => void): () => void
}

/**
 * Runs `run` once when the wall clock has reached `atMs`, though the machine sleeps meanwhile, which
 * timers do not count, or the clock is set. Late by a nap at most; the returned function calls it off.
 */
export function at(clock: Clock, atMs: number, run: () => void): () => void {
  let callOff: () => void
  const wait = (): void => {
    const leftMs = atMs - clock.nowMs()
    callOff = leftMs > LONGEST_NAP_MS ? clock.after(LONGEST_NAP_MS, wait) : clock.after(leftMs, due)
  }
  const due = (): void => (clock.nowMs() < atMs ? wait() : run())
  wait()
  return () => callOff()
}

const LONGEST_NAP_MS = 30_000

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
