// Decides which programs may have tokens: the only place that does.

import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.js'
import { asAuthError } from '../base/errors.js'
import type { Caller } from '../net/caller.js'
import type { ConsentStore } from '../storage/consent-store.js'
import { isSameOwner, type SessionOwner } from '../storage/session-owner.js'
import type {
  ConsentAccount,
  ConsentAnswer,
  ConsentEnd,
  ConsentList,
  ConsentQuestion,
  ConsentRefusal,
  ConsentRequest,
  ConsentSettings,
  Verdict,
} from './consent.js'
import { createDenials, type Denials, type HeldDenials } from './denials.js'
import { findEntries, type FoundEntries } from './find-entries.js'
import { createGrants, isOf, type Grants, type HeldKey, type Wanted } from './grants.js'
import { canLast, isUnchanged } from './program.js'
import { createQuestions, type Asked, type QuestionResult, type Questions } from './questions.js'

export type Consents = {
  /** Reads the stored consents. Until then programs are asked about as if there were none. */
  restore(): Promise<void>
  /** Decides about a call. Waits for the person if they must be asked, for at most a minute. */
  ask(request: ConsentRequest): Promise<Verdict>
  /** True if a call like this is allowed without a question. Asks nobody. */
  isAllowed(wanted: Wanted): boolean
  /** Returns why the person would not be asked about a call that is not allowed; null if they would. */
  findRefusal(wanted: Wanted): ConsentRefusal | null
  /** Answers the question that is shown. False: that question is not shown, or it can't be answered like this. */
  answer(questionId: string, answer: ConsentAnswer): boolean
  /** Allows the program that completed a sign-in, if it can be told from others. */
  allowSignedIn(caller: Caller, account: ConsentAccount): void
  /** Lists what the person can take back. */
  list(): ConsentList
  /** The person has opened the list. Programs that ask in vain are refused for short times again. */
  listOpened(): void
  /** Finds what a word names: one entry by its ID, else the grant of this name and all its denials. */
  find(app: string): FoundEntries
  /**
   * Takes back and ends what {@link Consents.find} finds. False: there is none, or several grants have the
   * name. Fails with `storage-failed` if the grant may come back.
   */
  forget(app: string): Promise<boolean>
  /** Makes a key, and returns it. It is not kept. Fails with `storage-failed`. */
  createKey(wanted: {
    name: string
    account: ConsentAccount
    /** Separated by spaces; null for all that was granted. */
    scope: string | null
  }): Promise<{ id: string; key: string }>
  /** Finds the grant of a key; null if there is none. Marks it as used. */
  findKey(key: string): HeldKey | null
  /** True if even allowed programs and keys get nothing at the moment. */
  isPaused(): boolean
  /** True if nothing new may begin, because the screen is locked and the person can't see it. */
  isLocked(): boolean
  /** Ends the questions, because nobody can answer them now. */
  screenLocked(): void
  /**
   * Ends the consents of a person who was signed out: for this run, or for good. Keys end only for good.
   * Fails with `storage-failed` if they may come back.
   */
  signedOut(person: SessionOwner & { sub: string }, options: { forGood: boolean }): Promise<void>
  /** Returns what the Latchkey that replaces this one needs, when the settings change. */
  handOver(): Handover
  /** Goes on where an earlier part of this run stopped. */
  takeOver(handover: Handover): void
  /** Refuses all that wait, and stores when each grant was used last. */
  close(): Promise<void>
}

/** What lasts for this run and is not stored. */
export type Handover = { suspended: readonly string[]; denials: HeldDenials }

export type ConsentDeps = {
  settings: ConsentSettings
  store: ConsentStore
  clock: Clock
  isScreenLocked(): boolean
  /** False if nobody would see a question. */
  canAsk(): boolean
  onAsked(question: ConsentQuestion): void
  onEnded(question: ConsentQuestion, end: ConsentEnd): void
  onChange(list: ConsentList): void
  /** Called if consents could not be read or stored, with a message for a person. */
  onFailure(message: string): void
}

type Parts = {
  deps: ConsentDeps
  grants: Grants
  denials: Denials
  questions: Questions
  /** Nobody is asked any longer. */
  isClosed: boolean
}

export function createConsents(deps: ConsentDeps): Consents {
  const { settings } = deps
  const parts = createParts(deps)
  const { grants, denials, questions } = parts
  const isPaused = (): boolean => settings.pauseWhenLocked && deps.isScreenLocked()
  return {
    restore: () => orTell(deps, grants.restore()),
    ask: (request) => decide(parts, request),
    isAllowed: (wanted) => !isPaused() && isAllowed(parts, wanted),
    findRefusal: (wanted) => findRefusal(parts, wanted),
    answer: (questionId, answer) => questions.answer(questionId, answer),
    allowSignedIn(caller, account) {
      if (settings.mode !== 'ask' || !canLast(caller)) return
      // The provider may have asked nobody, and nobody has seen the browser.
      if (!deps.isScreenLocked()) grants.allow(caller, account, ['token'])
    },
    list: () => list(parts),
    listOpened: denials.forgiveAll,
    find: (app) => findEntries(list(parts), app),
    forget: (app) => forget(parts, app),
    async createKey({ name, account, scope }) {
      const key = `${KEY_PREFIX}${randomBytes(KEY_BYTES).toString('base64url')}`
      const { id } = await grants.addKey(account, { name, hash: hashKey(key), scope })
      return { id, key }
    },
    findKey: (key) => (key.startsWith(KEY_PREFIX) && grants.findKey(hashKey(key))) || null,
    isPaused,
    isLocked: () => settings.mode === 'ask' && deps.isScreenLocked(),
    screenLocked: () => questions.endAll('locked'),
    signedOut: (person, { forGood }) => endOf(parts, person, forGood),
    handOver: () => ({ suspended: grants.suspended(), denials: denials.handOver() }),
    takeOver: (handover) => {
      grants.suspendAgain(handover.suspended)
      denials.takeOver(handover.denials)
    },
    async close() {
      parts.isClosed = true
      questions.endAll('unanswered')
      await orTell(deps, grants.flush())
    },
  }
}

function createParts(deps: ConsentDeps): Parts {
  const { store, clock } = deps
  const nowMs = (): number => clock.nowMs()
  const denials = createDenials(nowMs)
  const grants = createGrants({
    store,
    nowMs,
    onChange: () => tell(parts),
    onFailure: deps.onFailure,
  })
  const questions = createQuestions({
    clock,
    isKnown: (caller) => grants.isKnown(caller) || isListed(deps.settings, caller),
    findResult: (request) => findResult(parts, request),
    onAsked: deps.onAsked,
    onEnded(asked, end, result) {
      settle(parts, asked, result)
      if (asked.isShown) deps.onEnded(asked.question, end)
      if (denials.hasChanged()) tell(parts)
    },
  })
  const parts: Parts = { deps, grants, denials, questions, isClosed: false }
  return parts
}

function list({ grants, denials }: Parts): ConsentList {
  return { grants: grants.all(), denials: denials.list() }
}

function tell(parts: Parts): void {
  // The list that is told now counts as known.
  parts.denials.hasChanged()
  parts.deps.onChange(list(parts))
}

/** Tells the person if consents could not be read or stored. */
function orTell({ onFailure }: ConsentDeps, done: Promise<void>): Promise<void> {
  return done.catch((thrown: unknown) => onFailure(asAuthError(thrown).message))
}

/** Keys begin with this, so that people and tools that look for leaked secrets recognize them. */
export const KEY_PREFIX = 'latchkey_'
const KEY_BYTES = 32

/** A plain hash is enough: nobody can guess 256 random bits. */
function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('base64url')
}

/**
 * Decides about a call:
 * 1. Without a question, if the program is allowed, was denied, or nobody can answer.
 * 2. Else by the person's answer. After the wait the caller must still be the same program.
 */
async function decide(parts: Parts, request: ConsentRequest): Promise<Verdict> {
  const { deps, questions } = parts
  const { settings } = deps
  // 1.
  if (settings.pauseWhenLocked && deps.isScreenLocked()) return refuse('locked')
  if (isAllowed(parts, request)) return ALLOWED
  const reason = findRefusal(parts, request)
  if (reason !== null) return refuse(reason)

  // 2.
  const result = await questions.ask(request)
  if (result !== 'once' && result !== 'always') return refuse(result)
  const isSame = isUnchanged(request.caller, await request.lookAgain())
  return isSame ? ALLOWED : refuse('changed')
}

/** Why the person can't be asked; null if they can. */
function findRefusal({ deps, denials, isClosed }: Parts, wanted: Wanted): ConsentRefusal | null {
  if (deps.isScreenLocked()) return 'locked'
  if (isClosed) return 'unanswered'
  return deps.canAsk() ? denials.find(wanted) : 'nobody-to-ask'
}

const ALLOWED: Verdict = { kind: 'allowed' }

/** What the person has decided about a call that waits in the queue. */
function findResult(parts: Parts, wanted: Wanted): QuestionResult | null {
  if (isAllowed(parts, wanted)) return 'once'
  return parts.denials.find(wanted)
}

type Person = SessionOwner & { sub: string }

async function endOf({ questions, grants }: Parts, person: Person, forGood: boolean) {
  questions.withdraw(
    ({ account, ...owner }) => account.sub === person.sub && isSameOwner(owner, person),
  )
  if (forGood) await grants.remove((grant) => isOf(grant, person))
  else await grants.suspend(person)
}

function refuse(reason: ConsentRefusal): Verdict {
  return { kind: 'refused', reason }
}

function isAllowed({ deps: { settings }, grants }: Parts, wanted: Wanted): boolean {
  // Asked each time, also if consents are off: a key would outlive that setting.
  if (wanted.purpose === 'manage') return false
  return (
    settings.mode === 'off' || isInAllowList(settings, wanted) || grants.find(wanted) !== undefined
  )
}

/** An ID token proves to others who the person is, so the list does not include it. */
function isInAllowList(settings: ConsentSettings, { caller, purpose }: Wanted): boolean {
  return purpose !== 'id-token' && isListed(settings, caller)
}

function isListed({ allow }: ConsentSettings, caller: Caller): boolean {
  if (!canLast(caller)) return false
  const { executable, script } = caller.process
  return allow.includes(script === null ? executable.path : script.path)
}

/**
 * Keeps what the person decided. Programs that ask and hang up must not flood the person either. A question
 * that ended otherwise may be asked again at once.
 */
function settle(
  { grants, denials }: Parts,
  { request, isShown }: Asked,
  result: QuestionResult | null,
): void {
  const { caller, account, purpose, action } = request
  if (result === 'always' && canLast(caller) && action === undefined && account !== null) {
    grants.allow(caller, account, [purpose])
  }
  if (!isShown) return
  if (result === 'once' || result === 'always') denials.forgive(request)
  if (result === 'denied' || result === 'unanswered' || result === 'withdrawn') {
    denials.add(request, result)
  }
}

async function forget(parts: Parts, app: string): Promise<boolean> {
  const found = findEntries(list(parts), app)
  if (found.kind !== 'found') return false
  const isFound = ({ id }: { id: string }): boolean => found.ids.includes(id)
  if (parts.denials.remove(isFound)) tell(parts)
  if (parts.grants.all().some(isFound)) await parts.grants.remove(isFound)
  return true
}
