// What the person is asked about a program, and what they decide. Types only.

import type { Caller, Doubt } from '../net/caller.js'
import type { Account } from '../oauth/account.js'
import type { Grant, Purpose } from '../storage/consent-store.js'
import type { SessionOwner } from '../storage/session-owner.js'

/** `seen`: the system tells which program it is. `uncertain`: it may be another one. */
export type Grade = 'seen' | 'uncertain'

/** A program, as the person is shown it. Its script is what the program itself says. */
export type AskingProgram = {
  /** Null if the program was not found. */
  name: string | null
  executable: string | null
  script: string | null
  pid: number | null
  /** The names of the programs above it, the nearest first. */
  startedBy: readonly string[]
  grade: Grade
  doubts: readonly Doubt[]
}

/** An account in the list, as far as consents need it. */
export type ConsentAccount = SessionOwner & { id: string; provider: string; account: Account }

/**
 * What a call would do that gives the program nothing for later: each call of the purpose `manage`, and a
 * sign-out, which a program may do that may have access tokens. The person allows this, and nothing else.
 */
export type ConsentAction =
  /** Of the account that the question names, for all programs. */
  | { kind: 'sign-out' }
  | { kind: 'list-accounts' }
  | { kind: 'list-apps' }
  /** Of the account that the question names. */
  | { kind: 'make-default' }
  /** `app`: the name of an app or a key. `id`: names it in the list; null if nothing there has the name. */
  | { kind: 'forget-app'; app: string; id: string | null }
  /** `scope`: separated by spaces; null if the key is for all scopes of the account. */
  | { kind: 'make-key'; name: string; scope: string | null }

export type ConsentQuestion = {
  id: string
  program: AskingProgram
  /** Null if nobody is signed in at the provider yet. */
  account: Omit<ConsentAccount, keyof SessionOwner> | null
  purpose: Purpose
  /** Null if the program wants something for itself. */
  action: ConsentAction | null
  /** False if the program can only be allowed once. */
  canLast: boolean
  /** When the wait for the answer ends, in milliseconds since the epoch. */
  deadlineMs: number
}

/** `once`: for the calls that wait. `always`: until the person takes it back. */
export type ConsentAnswer = 'once' | 'always' | 'denied'

/** `unanswered`: the time is over, or the screen was locked. `withdrawn`: the caller has hung up. */
export type ConsentEnd = ConsentAnswer | 'unanswered' | 'withdrawn'

/** Why a program gets nothing. */
export type ConsentRefusal =
  | 'denied'
  | 'unanswered'
  /** The screen is locked. */
  | 'locked'
  /** There is nobody to ask: Latchkey runs in the background, without a window. */
  | 'nobody-to-ask'
  /** Too many questions wait already. */
  | 'too-many'
  /** The caller has hung up. */
  | 'withdrawn'
  /** Another program holds the connection by now. */
  | 'changed'

export type Verdict = { kind: 'allowed' } | { kind: 'refused'; reason: ConsentRefusal }

/** One call that wants something. */
export type ConsentRequest = {
  caller: Caller
  /** Null if nobody is signed in at the provider yet. */
  account: ConsentAccount | null
  purpose: Purpose
  /** Absent if the program wants something for itself. */
  action?: ConsentAction
  /** Aborts when the caller hangs up. */
  signal: AbortSignal
  /** Identifies the caller again, after a wait. */
  lookAgain(): Promise<Caller>
}

/** A program that was denied, and is refused without a question until then. */
export type Denial = {
  id: string
  program: AskingProgram
  account: Omit<ConsentAccount, keyof SessionOwner> | null
  /** In milliseconds since the epoch. */
  untilMs: number
}

/** Everything that the person can look at and take back. */
export type ConsentList = { grants: readonly Grant[]; denials: readonly Denial[] }

/** How consents work in this run. */
export type ConsentSettings = {
  mode: 'ask' | 'off'
  /** The real paths of executables and scripts that are allowed without a question. */
  allow: readonly string[]
  /** True if allowed programs get nothing while the screen is locked. */
  pauseWhenLocked: boolean
}
