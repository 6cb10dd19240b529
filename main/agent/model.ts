// The model: who is signed in, and which sign-ins are under way. Types, and functions that sum them up.

import type { ErrorCode } from '../base/errors.js'
import type { CallbackDiagnostic } from '../oauth/callback-listener.js'
import type { StatusState } from '../ipc.js'
import type { Account } from '../oauth/account.js'

export type SessionState =
  | { kind: 'signed-out' }
  | ({
      kind: 'signed-in'
      account: Account
      renewal: Renewal
    } & Lifetime)
  | { kind: 'needs-sign-in'; account: Account; reason: string }

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
  phase: 'waiting' | 'answered' | 'exchanging'
  /** When the wait ends, in milliseconds since the epoch. */
  deadlineMs: number
  /** The authorization URL; null until the listener is open, and after the answer. */
  link: string | null
  /** A message for the person while the sign-in waits; null if there is none. */
  message: string | null
  /** What reached the callback listener and was not an answer: the most telling of it. */
  diagnostic: CallbackDiagnostic
  /** True if the sign-in still waits for the browser, but its app has hung up. */
  abandoned: boolean
  /** The app that asked, if the system tells. A label, not a proof. */
  program: string | null
}

export type Origin = 'tray' | 'api'

/** How the last sign-in or sign-out ended. `message` and `reason` are for a person. */
export type LastResult =
  | { kind: 'done'; replaced: Account | null; message: string | null }
  | { kind: 'denied'; code: ErrorCode; reason: string }
  | { kind: 'failed'; code: ErrorCode; reason: string }
  | { kind: 'expired'; reason: string }
  | { kind: 'cancelled' }
  | { kind: 'signed-out'; message: string | null }

/** The end of a sign-in without a session. */
export type SignInResult = Extract<
  LastResult,
  { kind: 'denied' | 'failed' | 'expired' | 'cancelled' }
>

export type Model = {
  session: SessionState
  signIns: readonly SignIn[]
  /** Null at first. A cancelled sign-in does not change it. */
  lastResult: Exclude<LastResult, { kind: 'cancelled' }> | null
  /** Why the stored session differs from the one in memory, for a person; null if it does not. */
  storageProblem: string | null
}

export type Event =
  | { type: 'sign-in-started'; state: string; origin: Origin; deadlineMs: number }
  | { type: 'link-ready'; state: string; link: string; program?: string | null }
  /** `link`: replaces the earlier link, because the person's tab continues there. */
  | { type: 'sign-in-message-changed'; state: string; message: string; link?: string }
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
  | ({ type: 'signed-in'; state: string; account: Account } & Lifetime)
  | ({ type: 'restored'; account: Account } & Lifetime)
  | { type: 'sign-in-ended'; state: string; result: SignInResult }
  | { type: 'sign-in-rejected'; result: Extract<SignInResult, { kind: 'failed' }> }
  | { type: 'renewal-started' }
  | ({ type: 'renewed' } & Lifetime)
  | {
      type: 'renewal-failed'
      renewal: RenewalFailure['kind']
      code: ErrorCode
      reason: string
      /** When the renewal is tried again, in milliseconds since the epoch. */
      renewsAtMs: number
      /** How many renewals in a row have failed, including this one. */
      failures: number
    }
  | { type: 'session-ended'; reason: string }
  | { type: 'signed-out' }
  | { type: 'revocation-failed'; message: string }
  | { type: 'storage-failed'; message: string }
  | { type: 'storage-recovered' }

export const initialModel: Model = {
  session: { kind: 'signed-out' },
  signIns: [],
  lastResult: null,
  storageProblem: null,
}

/**
 * Returns the state in one word, from the first of these that exists:
 * 1. The phase of the tray's sign-in.
 * 2. The session, or the one that has ended.
 * 3. The phase of the newest sign-in of an app.
 * 4. The last result, if it is a failure.
 */
export function summarize(model: Model): StatusState {
  const { session, lastResult } = model
  const signIn = shownSignIn(model)
  if (signIn) return signIn.phase
  switch (session.kind) {
    case 'signed-in':
      switch (renewalFailure(session.renewal)?.kind) {
        case 'offline':
          return 'offline'
        case 'failing':
          return 'renewal-failing'
        case undefined:
          return 'signed-in'
      }
    case 'needs-sign-in':
      return 'needs-sign-in'
    case 'signed-out':
      return lastResult !== null && isFailure(lastResult) ? 'failed' : 'signed-out'
  }
}

/** Finds the sign-in whose phase {@link summarize} returns. */
export function shownSignIn(model: Model): SignIn | undefined {
  const tray = traySignIn(model)
  if (tray || model.session.kind !== 'signed-out') return tray
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
  outcome: LastResult,
): outcome is Extract<LastResult, { kind: 'denied' | 'failed' | 'expired' }> {
  return outcome.kind === 'denied' || outcome.kind === 'failed' || outcome.kind === 'expired'
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
