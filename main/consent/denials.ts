// Remembers which programs were denied, so that they are refused for a while without a question.

import { createAccountId } from '../storage/account-store.js'
import type { ConsentRequest, Denial } from './consent.js'
import { canLast, pickConsentAccount, toAskingProgram, toDenialKey } from './program.js'

/** In milliseconds: how long a program that the person denied is refused. */
export const DENIED_MS = 600_000
/** In milliseconds: how long a program is refused if nobody answered. */
export const UNANSWERED_MS = 60_000
/** How many are remembered. With more, the oldest is forgotten. */
const MOST_DENIALS = 256

type About = Pick<ConsentRequest, 'caller' | 'account'>

export type Denials = {
  add(about: About, forMs: number): void
  /** Finds the denial that a call falls under. */
  find(about: About): Denial | undefined
  list(): readonly Denial[]
  handOver(): readonly HeldDenial[]
  takeOver(denials: readonly HeldDenial[]): void
  /** Ends denials. False: there was none of these. */
  remove(isOver: (denial: Denial) => boolean): boolean
}

/** A denial, by what the calls have in common. */
export type HeldDenial = readonly [key: string, denial: Denial]

export function createDenials(nowMs: () => number): Denials {
  /** By what the calls have in common. */
  const held = new Map<string, Denial>()
  const dropOld = (): void => {
    for (const [key, { untilMs }] of held) if (untilMs <= nowMs()) held.delete(key)
    for (const key of [...held.keys()].slice(0, -MOST_DENIALS)) held.delete(key)
  }
  return {
    add(about, forMs) {
      const key = toKey(about)
      const { caller, account } = about
      const untilMs = nowMs() + forMs
      held.delete(key)
      held.set(key, {
        id: createAccountId(),
        program: toAskingProgram(caller),
        account: account && pickConsentAccount(account),
        untilMs,
      })
      dropOld()
    },
    find(about) {
      dropOld()
      return held.get(toKey(about)) ?? findManyAlike([...held.values()], about)
    },
    list() {
      dropOld()
      return [...held.values()]
    },
    handOver() {
      dropOld()
      return [...held]
    },
    takeOver(denials) {
      for (const [key, denial] of denials) held.set(key, denial)
    },
    remove(isOver) {
      const gone = [...held].filter(([, denial]) => isOver(denial))
      for (const [key] of gone) held.delete(key)
      return gone.length > 0
    },
  }
}

/**
 * How many runs of a tool, each started by another process, are asked about. With more, a loop in a script
 * would ask the person again and again.
 */
export const MOST_RUNS = 3

/** Finds a denial of the same file, if that many runs of it were denied. */
function findManyAlike(denials: readonly Denial[], { caller, account }: About): Denial | undefined {
  const { executable, script } = toAskingProgram(caller)
  if (canLast(caller) || executable === null) return undefined
  const alike = denials.filter(
    ({ program, account: other }) =>
      program.executable === executable && program.script === script && other?.id === account?.id,
  )
  return alike.length < MOST_RUNS ? undefined : alike.at(-1)
}

function toKey({ caller, account }: About): string {
  return JSON.stringify([toDenialKey(caller), account?.id ?? null])
}
