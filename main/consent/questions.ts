// Asks the person about programs: one question at a time, for at most a minute.

import type { Clock } from '../base/clock.js'
import type { Caller } from '../net/caller.js'
import { createAccountId } from '../storage/account-store.js'
import type { Purpose } from '../storage/consent-store.js'
import type {
  ConsentAccount,
  ConsentAnswer,
  ConsentEnd,
  ConsentQuestion,
  ConsentRefusal,
  ConsentRequest,
} from './consent.js'
import { covers } from './grants.js'
import { canLast, pickConsentAccount, toAskingProgram, toFileKey, toShareKey } from './program.js'
import { hasRoom } from './queue-room.js'

/** In milliseconds: the longest that a call waits for the person. */
export const ANSWER_TIMEOUT_MS = 60_000
/** How many programs that were allowed are remembered. With more, the oldest is forgotten. */
const MOST_ALLOWED = 256

/** In milliseconds: how long a question stays that a tool has hung up. */
export const GRACE_MS = 5_000

/** What a call learns: the answer, or why there is none. */
export type QuestionResult = ConsentAnswer | ConsentRefusal

/** One question, and the calls that wait for its answer. */
export type Asked = {
  question: ConsentQuestion
  /** The program that was asked about. */
  request: Pick<ConsentRequest, 'caller' | 'account' | 'purpose' | 'action'>
  /** True once the person has been asked. */
  isShown: boolean
}

export type Questions = {
  /** Waits for the person's answer. */
  ask(request: ConsentRequest): Promise<QuestionResult>
  /** Answers the question that is shown. False: that question is not shown, or it can't be answered like this. */
  answer(questionId: string, answer: ConsentAnswer): boolean
  /** Ends every question without an answer. */
  endAll(reason: ConsentRefusal): void
  /** Withdraws the questions about an account, because it was signed out. */
  withdraw(isAbout: (account: ConsentAccount) => boolean): void
}

export type QuestionDeps = {
  clock: Clock
  /** True if the person has allowed a program for good, for any account. */
  isKnown(caller: Caller): boolean
  /** What the person has decided about a call since it was queued; null if they must still be asked. */
  findResult(request: Asked['request']): QuestionResult | null
  onAsked(question: ConsentQuestion): void
  /** Called before the calls get their result. Null: a question about more has taken this one's place. */
  onEnded(asked: Asked, end: ConsentEnd, result: QuestionResult | null): void
}

type Pending = Asked & {
  /** Equal for calls of one program for one account; null if no other call may share the question. */
  who: string | null
  /** The purposes of the calls that share the question: its own, and those that it includes. */
  purposes: ReadonlySet<Purpose>
  /** True if the person has allowed the program before. It need not wait for unknown ones. */
  isKnown: boolean
  /** The calls that wait, with the purpose of each. */
  waiting: Map<(result: QuestionResult) => void, Purpose>
  /** True if a call asked that does not wait: its program comes again later. */
  isForLater: boolean
  stopTimeout(): void
  /** Stops the end of the question that a hang-up has set. */
  stopGrace(): void
}

type State = {
  deps: QuestionDeps
  /** The first one is shown. */
  pending: Pending[]
  /**
   * When the permission for one more call ends, by program, account and purpose. A program that hung up before
   * the person allowed it once gets its answer when it calls again.
   */
  passes: Map<string, number>
  /** The programs that were allowed in this run, by their files. */
  allowed: Set<string>
}

export function createQuestions(deps: QuestionDeps): Questions {
  const state: State = { deps, pending: [], passes: new Map(), allowed: new Set() }
  const { pending } = state
  return {
    ask(request) {
      const who = toWho(request)
      if (who !== null && usePass(state, toPassKey(who, request.purpose))) {
        return Promise.resolve('once')
      }
      const asked = share(state, request, who) ?? open(state, request, who)
      if (asked === null) return Promise.resolve('too-many')
      asked.stopGrace()
      asked.isForLater ||= request.signal.aborted
      const result = wait(asked, request, () => allHaveLeft(state, asked))
      showFirst(state)
      return result
    },
    answer(questionId, answer) {
      const [first] = pending
      if (first?.question.id !== questionId) return false
      if (answer === 'always' && !first.question.canLast) return false
      if (answer === 'once') addPasses(state, first)
      if (answer !== 'denied') rememberAllowed(state, first.request.caller)
      end(state, first, answer, answer)
      return true
    },
    endAll(reason) {
      state.passes.clear()
      // Queued questions end first, so that none of them is shown.
      for (const one of pending.toReversed()) end(state, one, 'unanswered', reason)
    },
    withdraw(isAbout) {
      state.passes.clear()
      for (const one of pending.toReversed()) {
        const { account } = one.request
        if (account !== null && isAbout(account)) end(state, one, 'withdrawn', 'withdrawn')
      }
    },
  }
}

/**
 * All calls have hung up. Others of the program may still come, except after a call that shares with no other.
 * The runs of a tool end: the person may have stopped their own command, and may run it again.
 */
function allHaveLeft(state: State, asked: Pending): void {
  const withdraw = (): void => end(state, asked, 'withdrawn', 'withdrawn')
  if (asked.who === null) return withdraw()
  if (asked.isForLater || canLast(asked.request.caller)) return
  asked.stopGrace = state.deps.clock.after(GRACE_MS, withdraw)
}

/** Lets a call wait for a question of its program that asks for the same, or for more. */
function share(
  { pending }: State,
  { purpose }: ConsentRequest,
  who: string | null,
): Pending | undefined {
  const shared = pending.find(
    (one) => who !== null && one.who === who && covers([one.request.purpose], purpose),
  )
  if (shared) shared.purposes = new Set([...shared.purposes, purpose])
  return shared
}

function open(state: State, request: ConsentRequest, who: string | null): Pending | null {
  const { deps, pending } = state
  const { caller, purpose } = request
  const isKnown = isKnownProgram(state, caller)
  const waiting = pending.map((one) => ({ caller: one.request.caller, isKnown: one.isKnown }))
  const less = who === null ? [] : findLess(state, who, purpose)
  if (less.length === 0 && !hasRoom(waiting, { caller, isKnown })) return null
  const opened: Pending = {
    question: toQuestion(request, deps.clock.nowMs() + ANSWER_TIMEOUT_MS),
    request,
    isShown: false,
    who,
    purposes: new Set([purpose, ...less.flatMap((one) => [...one.purposes])]),
    isKnown,
    waiting: new Map(),
    isForLater: false,
    stopGrace: () => undefined,
    stopTimeout: deps.clock.after(ANSWER_TIMEOUT_MS, () =>
      end(state, opened, 'unanswered', 'unanswered'),
    ),
  }
  pending.splice(findPlace(state, opened, less[0]), 0, opened)
  for (const one of less) remove(state, one, 'withdrawn', null)
  return opened
}

/**
 * Finds the questions about a program and account that ask for less, and that no call waits for: the program
 * asks again and again. One question for more is better than two, and names what is wanted.
 */
function findLess({ pending }: State, who: string, purpose: Purpose): readonly Pending[] {
  return pending.filter(
    (one) => one.who === who && one.waiting.size === 0 && covers([purpose], one.request.purpose),
  )
}

/** `before`: the question whose place it takes. The question that is shown otherwise stays. */
function findPlace({ pending }: State, { isKnown }: Pending, before: Pending | undefined): number {
  if (before) return pending.indexOf(before)
  const unknown = pending.findIndex((one, index) => index > 0 && !one.isKnown)
  return isKnown && unknown !== -1 ? unknown : pending.length
}

/** A tool, or a program that is not certain, may be any program. */
function isKnownProgram({ deps, allowed }: State, caller: Caller): boolean {
  return canLast(caller) && (allowed.has(toFileKey(caller)) || deps.isKnown(caller))
}

function rememberAllowed({ allowed }: State, caller: Caller): void {
  allowed.add(toFileKey(caller))
  for (const key of [...allowed].slice(0, -MOST_ALLOWED)) allowed.delete(key)
}

function showFirst({ deps, pending }: State): void {
  const [first] = pending
  if (first === undefined || first.isShown) return
  first.isShown = true
  deps.onAsked(first.question)
}

function end(state: State, ended: Pending, how: ConsentEnd, result: QuestionResult): void {
  if (!remove(state, ended, how, result)) return
  for (const take of ended.waiting.keys()) take(result)
  endDecided(state)
  showFirst(state)
}

/** Takes a question out of the queue. False: it is over already. */
function remove(
  { deps, pending }: State,
  ended: Pending,
  how: ConsentEnd,
  result: QuestionResult | null,
): boolean {
  const index = pending.indexOf(ended)
  if (index === -1) return false
  pending.splice(index, 1)
  ended.stopTimeout()
  ended.stopGrace()
  deps.onEnded(ended, how, result)
  return true
}

/** Ends a queued question that the answer to another one has decided too. Its end then looks for the next. */
function endDecided(state: State): void {
  for (const one of state.pending) {
    const result = one.isShown ? null : state.deps.findResult(one.request)
    if (result !== null) return end(state, one, 'withdrawn', result)
  }
}

/** Calls that have hung up get the answer when they come again. The pass also ends if the clock is set back. */
function addPasses(
  { deps, passes }: State,
  { who, purposes, waiting, question: { deadlineMs } }: Pending,
): void {
  if (who === null) return
  const answered = new Set(waiting.values())
  for (const purpose of purposes) {
    const key = toPassKey(who, purpose)
    if (answered.has(purpose)) continue
    passes.set(key, deadlineMs)
    deps.clock.after(ANSWER_TIMEOUT_MS, () => passes.delete(key))
  }
}

function toPassKey(who: string, purpose: Purpose): string {
  return JSON.stringify([who, purpose])
}

function usePass({ deps, passes }: State, key: string): boolean {
  const untilMs = passes.get(key)
  return passes.delete(key) && untilMs !== undefined && untilMs > deps.clock.nowMs()
}

function toQuestion(
  { caller, account, purpose, action }: ConsentRequest,
  deadlineMs: number,
): ConsentQuestion {
  return {
    id: createAccountId(),
    program: toAskingProgram(caller),
    account: account && pickConsentAccount(account),
    purpose,
    action: action ?? null,
    canLast: canLast(caller) && action === undefined && account !== null,
    deadlineMs,
  }
}

function toWho({ caller, account, action }: ConsentRequest): string | null {
  // Two commands of one shell are one tool. What the person allows one of them is only for its own action.
  if (action !== undefined) return null
  const program = toShareKey(caller)
  return program === null ? null : JSON.stringify([program, account?.id ?? null])
}

/** Has a call wait. `onLastLeft` is called when the last call has hung up. */
function wait(
  { waiting }: Pending,
  { signal, purpose }: Pick<ConsentRequest, 'signal' | 'purpose'>,
  onLastLeft: () => void,
): Promise<QuestionResult> {
  return new Promise((resolve) => {
    const leave = (): void => {
      waiting.delete(take)
      resolve('withdrawn')
      if (waiting.size === 0) onLastLeft()
    }
    const take = (result: QuestionResult): void => {
      signal.removeEventListener('abort', leave)
      resolve(result)
    }
    waiting.set(take, purpose)
    if (signal.aborted) return leave()
    signal.addEventListener('abort', leave, { once: true })
  })
}
