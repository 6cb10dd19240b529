// Decides which programs may have tokens: the only place that does.

import type { Caller } from '../net/caller.js'
import type { Grant } from '../storage/consent-store.js'
import type { SessionOwner } from '../storage/session-owner.js'
import type {
  ConsentAccount,
  ConsentAnswer,
  ConsentList,
  ConsentRequest,
  Verdict,
} from './consent.js'

export type Consents = {
  /** Reads the stored consents. Until then programs are asked about as if there were none. */
  restore(): Promise<void>
  /** Decides about a call. Waits for the person if they must be asked, for at most a minute. */
  ask(request: ConsentRequest): Promise<Verdict>
  /** True if a call like this is allowed without a question. Asks nobody. */
  isAllowed(request: Pick<ConsentRequest, 'caller' | 'account' | 'purpose'>): boolean
  /** Answers a question. False: there is no such question, or the program can't be allowed for good. */
  answer(questionId: string, answer: ConsentAnswer): boolean
  /** Allows the program that completed a sign-in, if it can be told from others. */
  allowSignedIn(caller: Caller, account: ConsentAccount): void
  /** Lists what the person can take back. */
  list(): ConsentList
  /**
   * Takes back a grant or ends a denial, by its ID, or by its name if only one has it. False: there is
   * none, or several have the name. Fails with `storage-failed` if the grant may come back.
   */
  forget(app: string): Promise<boolean>
  /** Makes a key, and returns it. It is shown once. Fails with `storage-failed`. */
  createKey(key: {
    name: string
    account: ConsentAccount
    scope: string | null
  }): Promise<{ id: string; key: string }>
  /** Finds the grant of a key; null if there is none. Marks it as used. */
  findKey(key: string): (Grant & { kind: 'key' }) | null
  /** True if even allowed programs and keys get nothing at the moment. */
  isPaused(): boolean
  /** Ends the consents of an account that was signed out: for this run, or for good. */
  signedOut(account: SessionOwner & { sub: string }, options: { forGood: boolean }): Promise<void>
  /** Refuses all that wait, and stores when each grant was used last. */
  close(): Promise<void>
}
