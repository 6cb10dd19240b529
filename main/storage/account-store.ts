// Where the sessions of several accounts are stored between runs: what a store does.

import { createHash, randomBytes } from 'node:crypto'
import type { AuthError } from '../base/errors.js'
import type { Account } from '../oauth/account.js'
import type { Session } from '../oauth/session.js'
import type { SessionOwner } from './session-owner.js'

/** A session, with the facts about its account that only Latchkey knows. */
export type StoredAccount = { id: string; addedAtMs: number; session: Session }

/** An account whose session has ended, without its tokens. It stays in the list until the user acts. */
export type EndedAccount = SessionOwner & {
  id: string
  addedAtMs: number
  account: Account
  /** The scope that the session was granted. */
  scope: string
  /** Why the session ended, as a sentence for a person. */
  reason: string
}

/** One person at one provider. */
export type Person = SessionOwner & { sub: string }

export type StoredAccounts = {
  /** In the order in which they were added. */
  accounts: readonly StoredAccount[]
  /** Accounts whose session has ended. Absent if there are none. */
  ended?: readonly EndedAccount[]
  /** Why some files did not open, each reason once. */
  problems: readonly AuthError[]
}

/** What one session file holds, to end its session. */
export type StoredFile = { path: string } & ({ session: Session } | { problem: AuthError })

/** What the files to delete held, and the first failure to delete one (`storage-failed`). */
export type DeletedFiles = { files: readonly StoredFile[]; failure: AuthError | null }

/** Runs calls in the order in which they are made. All fail with `storage-failed`. */
export type AccountStore = {
  /**
   * Reads the accounts of these providers and client IDs; without `owners`, all of them. First makes
   * `session.json`, which earlier versions of Latchkey wrote, the file of an account. A file that does not
   * open stays and becomes a problem. The others are still read.
   */
  readAll(owners?: readonly SessionOwner[]): Promise<StoredAccounts>
  /** Writes an account's session, but never over a file of a newer version of Latchkey. */
  write(account: StoredAccount): Promise<void>
  /** Replaces an account's session with a record that it has ended. */
  writeEnded(account: EndedAccount): Promise<void>
  /** Deletes an account's session, or the record that it has ended. */
  delete(id: string): Promise<void>
  /** Deletes every session file, also those moved aside. Tries all, then throws the first failure. */
  clear(): Promise<void>
  /** Returns the id of the default account; null if none was chosen, or if it is not stored. */
  readDefault(): Promise<string | null>
  writeDefault(id: string | null): Promise<void>
  /**
   * Moves this person's files that could not be opened aside, because the earlier session would otherwise
   * come back at a later start. Returns the new path of one; null if there are none. Absent if nothing is
   * stored.
   */
  setAside?(person: Person): Promise<string | null>
  /**
   * S19: Deletes this person's files that were moved aside, and those that were neither read nor written.
   * Tries all. Absent if nothing is stored.
   */
  clearAside?(person: Person): Promise<DeletedFiles>
  /**
   * S19: Deletes the files of these providers that were neither read nor written, also those moved aside,
   * and those whose provider cannot be read. Tries all. Absent if nothing is stored.
   */
  clearUnopened?(owners: readonly SessionOwner[]): Promise<DeletedFiles>
  /** Reads every session file, also those moved aside, and changes nothing. Absent if nothing is stored. */
  readFiles?(): Promise<readonly StoredFile[]>
  /**
   * True while a stored session needs the keyring to open, and the keyring gave no key. Absent if nothing
   * is stored.
   */
  isLocked?(): boolean
}

/** 32 characters that are hard to confuse, so that a person can type an id. */
const ID_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz234567'
const ID_LENGTH = 8

/** Creates a random id of 8 characters (40 bits). */
export function createAccountId(): string {
  const bytes = [...randomBytes(ID_LENGTH)]
  return bytes.map((byte) => ID_CHARACTERS[byte % ID_CHARACTERS.length]).join('')
}

export function isAccountId(text: string): boolean {
  return /^[a-z2-7]{8}$/.test(text)
}

/**
 * Hashes a person for the header of their file, so that a file can be matched to its person without being
 * opened. The hash includes the id, so that it does not show which files belong to the same person.
 */
export function hashPerson(id: string, { issuer, clientId, sub }: Person): string {
  const text = JSON.stringify([id, issuer, clientId, sub])
  return createHash('sha256').update(text).digest('base64url')
}

export function toPerson({
  issuer,
  clientId,
  account,
}: Pick<Session, 'issuer' | 'clientId' | 'account'>): Person {
  return { issuer, clientId, sub: account.sub }
}

/** Sorts accounts by when they were added. */
export function sortAccounts<One extends Pick<StoredAccount, 'id' | 'addedAtMs'>>(
  accounts: readonly One[],
): readonly One[] {
  return accounts.toSorted(
    (one, other) => one.addedAtMs - other.addedAtMs || (one.id < other.id ? -1 : 1),
  )
}
