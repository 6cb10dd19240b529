// S26: limits how often the browser may be opened. The person has one budget, and all apps share another.

import type { Clock } from '../base/clock.js'

export const MOST_LAUNCHES = 5
const LAUNCH_WINDOW_MS = 60_000
export const LAUNCH_WINDOW_WORDS = 'a minute'

export type BrowserBudget = {
  /** Takes a launch that is used at once; false if none is left. */
  take(): boolean
  /** Sets a launch aside for later; null if none is left. */
  reserve(): Reservation | null
}

export type Reservation = {
  /** Starts the launch's minute: the browser is being opened. */
  use(): void
  /** Gives the launch back if it was not used. */
  release(): void
}

/** Makes a budget of {@link MOST_LAUNCHES} launches in any minute. */
export function createBrowserBudget(clock: Pick<Clock, 'nowMs'>): BrowserBudget {
  let usedAtMs: number[] = []
  const reserved = new Set<Reservation>()

  const reserve = (): Reservation | null => {
    const nowMs = clock.nowMs()
    // If the clock was set back by hours, a launch still counts for a minute only.
    usedAtMs = usedAtMs
      .map((atMs) => Math.min(atMs, nowMs))
      .filter((atMs) => atMs > nowMs - LAUNCH_WINDOW_MS)
    if (usedAtMs.length + reserved.size >= MOST_LAUNCHES) return null
    const reservation: Reservation = {
      use() {
        if (reserved.delete(reservation)) usedAtMs.push(clock.nowMs())
      },
      release: () => void reserved.delete(reservation),
    }
    reserved.add(reservation)
    return reservation
  }

  return {
    reserve,
    take() {
      const reservation = reserve()
      reservation?.use()
      return reservation !== null
    },
  }
}
