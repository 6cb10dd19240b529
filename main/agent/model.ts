// The model: who is signed in, and which sign-ins are under way. Types, and functions that sum them up.

import type { ErrorCode } from '../base/errors.js'
import type { CallbackDiagnostic } from '../oauth/callback-listener.js'
import type { ConsentEnd, ConsentList, ConsentQuestion } from '../consent/consent.js'
import type { StatusState } from '../ipc.js'
import type { Account } from '../oauth/account.js'
import { isSameOwner, type SessionOwner } from '../storage/session-owner.js'

/** Which account a session belongs to, and how people and programs name it. */
export type AccountRef = {
  /** Random and stable: it stays the same while the account is in the list, also after a restart. */
  id: string
  /** The name of its provider in the settings. */
  provider: string
  issuer: string
  clientId: string
  account: Account
}

/** The session of one account. */
export type AccountSession = AccountRef &
  (({ kind: 'signed-in'; renewal: Renewal } & Lifetime) | { kind: 'needs-sign-in'; reason: string })

/** The session of an account, or none. */
export type SessionState = { kind: 'signed-out' } | AccountSession

/** In milliseconds since the epoch. */
export type Lifetime = {
  /** When the access token expires; null if the provider does not say. */
  expiresAtMs: number | null
  /** When the session is renewed next; null if it cannot be renewed and ends with the token. */
  renewsAtMs: number | null
  /** Oddities of the provider's answer, for the log and `diagnose`; absent if there were none. */
  odd?: readonly string[]
}

/** `after`: the failure that this renewal retries. Until the renewal ends, the session shows it. */
export type Renewal =
  { kind: 'idle' } | { kind: 'renewing'; after: RenewalFailure | null } | RenewalFailure

/** `offline`: the provider cannot be reached. `failing`: it answers, but sends no token. */
export type RenewalFailure = { kind: 'offline' | 'failing'; message: string }

/** One sign-in under way, keyed by its `state`. */
export type SignIn = {
  state: string
  origin: Origin
  /** The name of the provider in the settings. */
  provider: string
  phase: 'waiting' | 'answered' | 'exchanging'
  /** When the wait ends, in milliseconds since the epoch. */
  deadlineMs: number
  /** The authorization URL; null until the listener is open, and after the answer. */
  link: string | null
  /** A message for the person while the sign-in waits; null if there is none. */
  message: string | null
  /** The most telling request that reached the callback listener and was not an answer. */
  diagnostic: CallbackDiagnostic
  /** True if the sign-in still waits for the browser, but its app has hung up. */
  abandoned: boolean
  /** The app that asked, if the system tells. A label, not a proof. */
  program: string | null
  /** Set while the person is asked whether to keep a session that the sign-in was not for. */
  question: OtherPerson | null
  /** The person who should sign in; null: anyone may. */
  expected: Account | null
}

/** A person whom the sign-in was not for. Their session is kept only if the user agrees. */
export type OtherPerson = {
  id: string
  expected: Account
  got: Account
  /** When the session is discarded, in milliseconds since the epoch. */
  deadlineMs: number
}

export type Origin = 'tray' | 'api'

/**
 * How the last sign-in or sign-out ended. `message` and `reason` are for a person. `of`: the sign-in that
 * failed; absent if it could not begin. `wasDefault`: whether the account was the default one.
 */
export type LastResult =
  | { kind: 'done'; id: string; message: string | null }
  | { kind: 'denied'; code: ErrorCode; reason: string; of?: SignInRef }
  | { kind: 'failed'; code: ErrorCode; reason: string; of?: SignInRef }
  | { kind: 'expired'; reason: string; of?: SignInRef }
  | { kind: 'cancelled' }
  | ({ kind: 'signed-out'; message: string | null; wasDefault: boolean } & Pick<
      AccountRef,
      'account' | 'provider'
    >)

/** What a sign-in was for. */
export type SignInRef = Pick<SignIn, 'provider' | 'expected'>

/** The end of a sign-in without a session. */
export type SignInResult = Extract<
  LastResult,
  { kind: 'denied' | 'failed' | 'expired' | 'cancelled' }
>

export type Model = {
  /** One session for each account, in the order in which the accounts were added. */
  accounts: readonly AccountSession[]
  /** The ID of the account that the person made the default; null if they chose none. */
  chosenId: string | null
  signIns: readonly SignIn[]
  /** True if several providers are configured. */
  hasSeveralProviders: boolean
  /** Null at first. A cancelled sign-in does not change it. */
  lastResult: Exclude<LastResult, { kind: 'cancelled' }> | null
  /** Why stored sessions differ from those in memory. The newest problem is the last. */
  storageProblems: readonly StorageProblem[]
  /** What the person is asked about a program; null if no program waits for an answer. */
  consentQuestion: ConsentQuestion | null
  /** The programs and keys that may have tokens, and those that were denied. */
  consents: ConsentList
}

/** `id`: the account's; null if it is not known whose session it is. `message` is for a person. */
export type StorageProblem = { id: string | null; message: string }

/** Why no browser was opened: none could be, or too many were. */
export type BrowserFailure = 'no-browser' | 'too-many-launches'

export type Event =
  | {
      type: 'sign-in-started'
      state: string
      origin: Origin
      provider: string
      deadlineMs: number
      /** The person who should sign in. Absent or null: anyone may. */
      expected?: Account | null
    }
  | { type: 'link-ready'; state: string; link: string; program?: string | null }
  /**
   * `link`: replaces the earlier link, because the person's tab continues there. `failure`: why no browser
   * was opened, if the message is about that.
   */
  | {
      type: 'sign-in-message-changed'
      state: string
      message: string
      link?: string
      failure?: BrowserFailure
    }
  /** `message`: what to do about it; null if the person can do nothing yet. */
  | {
      type: 'callback-diagnosed'
      state: string
      diagnostic: CallbackDiagnostic
      message: string | null
    }
  | { type: 'sign-in-abandoned'; state: string }
  | { type: 'sign-in-resumed'; state: string }
  | { type: 'callback-answered'; state: string }
  | { type: 'exchange-started'; state: string }
  | { type: 'other-person-asked'; state: string; question: OtherPerson }
  | ({ type: 'signed-in'; state: string } & AccountRef & Lifetime)
  /** `ended`: why the session had ended already; absent if it is alive. */
  | ({ type: 'restored'; ended?: string } & AccountRef & Lifetime)
  | { type: 'sign-in-ended'; state: string; result: SignInResult }
  | { type: 'sign-in-rejected'; result: Extract<SignInResult, { kind: 'failed' }> }
  | { type: 'renewal-started'; id: string }
  | ({ type: 'renewed'; id: string } & Lifetime)
  | {
      type: 'renewal-failed'
      id: string
      renewal: RenewalFailure['kind']
      code: ErrorCode
      reason: string
      /** When the renewal is tried again, in milliseconds since the epoch. */
      renewsAtMs: number
      /** How many renewals in a row have failed, including this one. */
      failures: number
    }
  | { type: 'session-ended'; id: string; reason: string }
  /** `everywhere`: every account is being signed out. */
  | { type: 'signed-out'; id: string; everywhere?: true }
  | { type: 'default-chosen'; id: string }
  | { type: 'revocation-failed'; message: string }
  | { type: 'storage-failed'; id: string | null; message: string }
  | { type: 'storage-recovered'; id: string | null }
  | { type: 'consent-asked'; question: ConsentQuestion }
  | { type: 'consent-ended'; question: ConsentQuestion; end: ConsentEnd }
  | { type: 'consents-changed'; consents: ConsentList }

export const initialModel: Model = {
  accounts: [],
  chosenId: null,
  signIns: [],
  hasSeveralProviders: false,
  lastResult: null,
  storageProblems: [],
  consentQuestion: null,
  consents: { grants: [], denials: [] },
}

/**
 * Returns the state of the whole in one word, from the first of these that exists:
 * 1. The phase of the tray's sign-in.
 * 2. The state of the account with the worst problem.
 * 3. The phase of the newest sign-in of an app.
 * 4. The last result, if it is a failure.
 */
export function summarize(model: Model): StatusState {
  const states = new Set(model.accounts.map(toSessionState))
  return summarizeAs(model, WORST_FIRST.find((state) => states.has(state)) ?? null)
}

/** Returns the same for the default account alone. */
export function summarizeDefault(model: Model): StatusState {
  const account = defaultAccount(model)
  return summarizeAs(model, account && toSessionState(account))
}

function summarizeAs(model: Model, state: StatusState | null): StatusState {
  const { lastResult } = model
  const signIn = shownSignIn(model)
  if (signIn) return signIn.phase
  if (state !== null) return state
  return lastResult !== null && isFailure(lastResult) ? 'failed' : 'signed-out'
}

const WORST_FIRST = ['needs-sign-in', 'renewal-failing', 'offline', 'signed-in'] as const

/** Returns the state of one account in one word. */
export function toSessionState(session: AccountSession): (typeof WORST_FIRST)[number] {
  if (session.kind === 'needs-sign-in') return 'needs-sign-in'
  switch (renewalFailure(session.renewal)?.kind) {
    case 'offline':
      return 'offline'
    case 'failing':
      return 'renewal-failing'
    case undefined:
      return 'signed-in'
  }
}

/** Returns the session of the default account: the one that the person chose, else the first. */
export function defaultSession({
  accounts,
  chosenId,
}: Pick<Model, 'accounts' | 'chosenId'>): SessionState {
  const chosen = accounts.find(({ id }) => id === chosenId)
  return chosen ?? accounts[0] ?? { kind: 'signed-out' }
}

/** Returns the default account; null if nobody is signed in. */
export function defaultAccount(model: Pick<Model, 'accounts' | 'chosenId'>): AccountSession | null {
  const session = defaultSession(model)
  return session.kind === 'signed-out' ? null : session
}

/** Finds an account by its ID. */
export function findAccount({ accounts }: Model, id: string): AccountSession | undefined {
  return accounts.find((session) => session.id === id)
}

/** Finds the account at a provider: the default one if it is there, else the first one there. */
export function findAccountAt(model: Model, owner: SessionOwner): AccountSession | undefined {
  const isThere = (one: SessionState): one is AccountSession =>
    one.kind !== 'signed-out' && isSameOwner(one, owner)
  const chosen = defaultSession(model)
  return isThere(chosen) ? chosen : model.accounts.find(isThere)
}

/** Returns the ID of the default account; null if nobody is signed in. */
export function defaultId(model: Model): string | null {
  return defaultAccount(model)?.id ?? null
}

/** Finds the sign-in whose phase {@link summarize} returns. */
export function shownSignIn(model: Model): SignIn | undefined {
  const tray = traySignIn(model)
  if (tray || model.accounts.length > 0) return tray
  return model.signIns.findLast(({ abandoned }) => !abandoned) ?? model.signIns.at(-1)
}

/**
 * Finds the sign-in that the commands for cancelling, opening and copying act on: the one that is
 * shown, or else an app's sign-in during a session.
 */
export function reachableSignIn(model: Model): SignIn | undefined {
  return shownSignIn(model) ?? askingSignIn(model) ?? model.signIns.at(-1)
}

/** Finds the newest sign-in that an app asks for while someone is signed in. */
export function askingSignIn(model: Model): SignIn | undefined {
  if (shownSignIn(model)) return undefined
  return model.signIns.findLast(
    ({ phase, link, abandoned }) => phase === 'waiting' && link !== null && !abandoned,
  )
}

/** Finds the sign-in that the person started. */
export function traySignIn(model: Model): SignIn | undefined {
  return model.signIns.find((signIn) => signIn.origin === 'tray')
}

export function isFailure(
  result: LastResult,
): result is Extract<LastResult, { kind: 'denied' | 'failed' | 'expired' }> {
  return result.kind === 'denied' || result.kind === 'failed' || result.kind === 'expired'
}

/** Returns the failure that the renewal shows: its own, or the one that it retries. */
export function renewalFailure(renewal: Renewal): RenewalFailure | null {
  switch (renewal.kind) {
    case 'idle':
      return null
    case 'renewing':
      return renewal.after
    case 'offline':
    case 'failing':
      return renewal
  }
}
