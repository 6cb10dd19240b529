// How long a program that was denied, or got no answer, is not asked about: longer each time in a row.

import type { Purpose } from '../storage/consent-store.js'
import type { ConsentRequest } from './consent.js'
import { toFileKey } from './program.js'

/** `denied`: by the person. `unanswered`: for a minute. `withdrawn`: the program hung up before. */
export type Why = 'denied' | 'unanswered' | 'withdrawn'

/** In milliseconds: the first pause after a denial. */
export const DENIED_MS = 600_000
/** In milliseconds: the first pause if nobody answered. */
export const UNANSWERED_MS = 60_000
/** In milliseconds: the first pause if the program hung up. A person may have stopped their own command. */
export const WITHDRAWN_MS = 2_000
/** In milliseconds: the longest pause. A program that stays away for as long begins with the first again. */
export const LONGEST_PAUSE_MS = 3_600_000
/** How many programs are remembered. With more, the one that was paused longest ago is forgotten. */
export const MOST_PAUSES = 256

/** In milliseconds: the first pause. */
export const FIRST_MS: Readonly<Record<Why, number>> = {
  denied: DENIED_MS,
  unanswered: UNANSWERED_MS,
  withdrawn: WITHDRAWN_MS,
}

/** Each pause is this many times as long as the one before. */
const GROWTH = 2

type About = Pick<ConsentRequest, 'caller' | 'account' | 'purpose'>

export type Pauses = {
  /** Counts one more question in vain, and returns the length of the pause, in milliseconds. */
  lengthen(about: About, why: Why): number
  /** The next pause of a program for an account is the first again, for all purposes. */
  reset(about: Pick<About, 'caller' | 'account'>): void
  resetAll(): void
  handOver(): readonly HeldPause[]
  takeOver(pauses: readonly HeldPause[]): void
}

/** How often a program was asked about in vain for each purpose, and until when that is remembered. */
type Counts = {
  byPurpose: Readonly<Partial<Record<Purpose, Readonly<Record<Why, number>>>>>
  /** In milliseconds since the epoch. */
  untilMs: number
}

/** The counts of a program and an account, by what their calls have in common. */
export type HeldPause = readonly [key: string, counts: Counts]

const NONE: Readonly<Record<Why, number>> = { denied: 0, unanswered: 0, withdrawn: 0 }

export function createPauses(nowMs: () => number): Pauses {
  const held = new Map<string, Counts>()
  const dropOld = (): void => {
    for (const [key, { untilMs }] of held) if (untilMs <= nowMs()) held.delete(key)
    for (const key of [...held.keys()].slice(0, -MOST_PAUSES)) held.delete(key)
  }
  return {
    lengthen(about, why) {
      dropOld()
      const key = toKey(about)
      const byPurpose = held.get(key)?.byPurpose
      const before = byPurpose?.[about.purpose] ?? NONE
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_MS[why] * GROWTH ** before[why])
      // A denial is an answer: somebody is there.
      const kept = why === 'denied' ? NONE : before
      const counts = { ...kept, [why]: before[why] + 1 }
      held.delete(key)
      held.set(key, {
        byPurpose: { ...byPurpose, [about.purpose]: counts },
        untilMs: nowMs() + pauseMs + LONGEST_PAUSE_MS,
      })
      dropOld()
      return pauseMs
    },
    reset: (about) => void held.delete(toKey(about)),
    resetAll: () => held.clear(),
    handOver() {
      dropOld()
      return [...held]
    },
    takeOver(pauses) {
      for (const [key, counts] of pauses) held.set(key, counts)
    },
  }
}

/** All runs of one file count together, whatever started them. */
function toKey({ caller, account }: Pick<About, 'caller' | 'account'>): string {
  return JSON.stringify([toFileKey(caller), account?.id ?? null])
}
