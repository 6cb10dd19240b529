// How often the person's browser may be opened: a budget for the person, and one for all apps (S26).

import type { Clock } from '../base/clock.js'

export const MOST_OPENINGS = 5
export const OPENINGS_WINDOW_MS = 60_000

/** For whoever is not given one. */
export const OPENED_TOO_OFTEN = `The browser was opened ${MOST_OPENINGS} times in a minute.`

export type BrowserBudget = {
  /** Takes one, for a browser that is opened at once; false where none is left. */
  take(): boolean
  /** Sets one aside, for a browser that is opened a little later; null where none is left. */
  reserve(): Reservation | null
}

export type Reservation = {
  /** The browser is being opened: counts from now on. */
  use(): void
  /** It will not be: gives back what was not used. */
  release(): void
}

/** Makes the budget: at most {@link MOST_OPENINGS} in any {@link OPENINGS_WINDOW_MS}. */
export function createBrowserBudget(clock: Pick<Clock, 'nowMs'>): BrowserBudget {
  let usedAtMs: number[] = []
  const reserved = new Set<Reservation>()

  const reserve = (): Reservation | null => {
    const nowMs = clock.nowMs()
    // A clock that was set back must not hold an opening against the person for hours.
    usedAtMs = usedAtMs
      .map((atMs) => Math.min(atMs, nowMs))
      .filter((atMs) => atMs > nowMs - OPENINGS_WINDOW_MS)
    if (usedAtMs.length + reserved.size >= MOST_OPENINGS) return null
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
