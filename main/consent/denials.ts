// Remembers which programs were denied or got no answer, so that they are refused for a while without a question.

import { createAccountId } from '../storage/account-store.js'
import type { Purpose } from '../storage/consent-store.js'
import type { ConsentRequest, Denial } from './consent.js'
import { createPauses, FIRST_MS, type HeldPause, type Why } from './pauses.js'
import { canLast, pickConsentAccount, toAskingProgram, toDenialKey } from './program.js'

/** How many are remembered. With more, the oldest is forgotten. */
const MOST_DENIALS = 256

type About = Pick<ConsentRequest, 'caller' | 'account' | 'purpose'>

export type Denials = {
  add(about: About, why: Why): void
  /** Says why a call is refused without a question; null if the person may be asked. */
  find(about: About): Why | null
  list(): readonly Denial[]
  /** True if the list differs from the one at the last call of this function. */
  hasChanged(): boolean
  handOver(): HeldDenials
  takeOver(held: HeldDenials): void
  /** Ends denials, and begins with short pauses again. False: there was none of these. */
  remove(isOver: (denial: Denial) => boolean): boolean
  /** The person has allowed a program: begins with short pauses again. */
  forgive(about: About): void
  /** The person has seen the list: begins with short pauses again for all programs. */
  forgiveAll(): void
}

/** A denial, with what it is about. */
type HeldDenial = {
  denial: Denial
  about: About
  why: Why
  /** Until when all calls of the program for this account are refused, in milliseconds since the epoch. */
  untilMs: number
  /** Until when those for one purpose are. */
  untilMsByPurpose: Readonly<Partial<Record<Purpose, number>>>
}

/** What lasts for this run. Each denial stands beside what the calls have in common. */
export type HeldDenials = {
  denials: readonly (readonly [key: string, held: HeldDenial])[]
  pauses: readonly HeldPause[]
}

export function createDenials(nowMs: () => number): Denials {
  /** By what the calls have in common. */
  const held = new Map<string, HeldDenial>()
  const pauses = createPauses(nowMs)
  let told: readonly Denial[] = []
  const dropOld = (): void => {
    for (const [key, { denial }] of held) if (denial.untilMs <= nowMs()) held.delete(key)
    for (const key of [...held.keys()].slice(0, -MOST_DENIALS)) held.delete(key)
  }
  const list = (): readonly Denial[] => {
    dropOld()
    return [...held.values()].map(({ denial }) => denial)
  }
  return {
    add(about, why) {
      const key = toKey(about)
      const pauseMs = pauses.lengthen(about, why)
      const before = held.get(key)
      held.delete(key)
      held.set(key, toHeld(about, { why, before, nowMs: nowMs(), pauseMs }))
      dropOld()
    },
    find(about) {
      dropOld()
      const alive = (one: HeldDenial): boolean => isAlive(one, about.purpose, nowMs())
      const own = held.get(toKey(about))
      if (own && alive(own)) return own.why
      return findManyAlike([...held.values()].filter(alive), about)?.why ?? null
    },
    list,
    hasChanged() {
      const now = list()
      const isSame = now.length === told.length && now.every((one, index) => one === told[index])
      told = now
      return !isSame
    },
    handOver() {
      dropOld()
      return { denials: [...held], pauses: pauses.handOver() }
    },
    takeOver(given) {
      for (const [key, denial] of given.denials) held.set(key, denial)
      pauses.takeOver(given.pauses)
    },
    remove(isOver) {
      const gone = [...held].filter(([, { denial }]) => isOver(denial))
      for (const [key, { about }] of gone) {
        held.delete(key)
        pauses.reset(about)
      }
      return gone.length > 0
    },
    forgive: pauses.reset,
    forgiveAll: pauses.resetAll,
  }
}

type Times = { why: Why; before: HeldDenial | undefined; nowMs: number; pauseMs: number }

function toHeld(about: About, { why, before, nowMs, pauseMs }: Times): HeldDenial {
  const { caller, account, purpose } = about
  // All other calls of the program are refused, too, but not for longer than the first time.
  const untilMs = Math.max(nowMs + FIRST_MS[why], before?.untilMs ?? 0)
  const ofPurposes = { ...before?.untilMsByPurpose, [purpose]: nowMs + pauseMs }
  const denial = {
    id: createAccountId(),
    program: toAskingProgram(caller),
    account: account && pickConsentAccount(account),
    untilMs: Math.max(untilMs, ...Object.values(ofPurposes)),
  }
  const held = { denial, about: { caller, account, purpose } }
  return { ...held, why, untilMs, untilMsByPurpose: ofPurposes }
}

function isAlive(
  { untilMs, untilMsByPurpose }: HeldDenial,
  purpose: Purpose,
  nowMs: number,
): boolean {
  return untilMs > nowMs || (untilMsByPurpose[purpose] ?? 0) > nowMs
}

/**
 * How many runs of a tool, each started by another process, are asked about. With more, a loop in a script
 * would ask the person again and again.
 */
export const MOST_RUNS = 3

/** Finds a denial of the same file, if that many runs of it were denied. */
function findManyAlike(
  held: readonly HeldDenial[],
  { caller, account }: About,
): HeldDenial | undefined {
  const { executable, script } = toAskingProgram(caller)
  if (canLast(caller) || executable === null) return undefined
  const alike = held.filter(
    ({ denial: { program, account: other } }) =>
      program.executable === executable && program.script === script && other?.id === account?.id,
  )
  return alike.length < MOST_RUNS ? undefined : alike.at(-1)
}

function toKey({ caller, account }: Pick<About, 'caller' | 'account'>): string {
  return JSON.stringify([toDenialKey(caller), account?.id ?? null])
}
