// Where the sessions of several accounts are stored between runs: what a store does.

import { createHash, randomBytes } from 'node:crypto'
import type { AuthError } from '../base/errors.js'
import type { Session } from '../oauth/session.js'
import type { SessionOwner } from './session-owner.js'

/** A session with what only Latchkey knows of its account. */
export type StoredAccount = { id: string; addedAtMs: number; session: Session }

/** One person at one provider. */
export type Person = SessionOwner & { sub: string }

export type StoredAccounts = {
  /** In the order in which they were added. */
  accounts: readonly StoredAccount[]
  /** Why some files did not open, each reason once. */
  problems: readonly AuthError[]
}

/** What one session file holds, for uninstalling. */
export type StoredFile = { path: string } & ({ session: Session } | { problem: AuthError })

/** Calls are carried out in the order they are made in. All fail with `storage-failed`. */
export type AccountStore = {
  /**
   * Reads the accounts of these providers and client IDs; without `owners`, all of them. Takes
   * `session.json` over first, which earlier versions of Latchkey wrote. A file that does not open is a
   * problem: it stays, and the others are read.
   */
  readAll(owners?: readonly SessionOwner[]): Promise<StoredAccounts>
  /** Writes an account's session, but never over a file of a newer version of Latchkey. */
  write(account: StoredAccount): Promise<void>
  /** Deletes an account's session. */
  delete(id: string): Promise<void>
  /** Deletes every session, those moved aside as well. Tries all, and then fails with the first failure. */
  clear(): Promise<void>
  /** Returns the id of the default account; null if none was chosen, or if it is not stored. */
  readDefault(): Promise<string | null>
  writeDefault(id: string | null): Promise<void>
  /**
   * Moves the files of this person that could not be opened out of the way, and returns a new path; null
   * if there are none. Otherwise the earlier session would come back at a later start. Absent if nothing
   * is stored.
   */
  setAside?(person: Person): Promise<string | null>
  /**
   * S19: Deletes what was moved aside for this person, and their files that were neither read nor written.
   * Absent if nothing is stored.
   */
  clearAside?(person: Person): Promise<void>
  /**
   * True while a session is stored that only the keyring opens, and the keyring gave no key. Absent if
   * nothing is stored.
   */
  isLocked?(): boolean
}

/** 32 characters that look different from each other, so that an id can be typed. */
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
 * Hashes a person for the header of their file. A file that cannot be opened can be recognised as this
 * person's. The id is hashed as well, so that two files do not show that they are of one person.
 */
export function hashPerson(id: string, { issuer, clientId, sub }: Person): string {
  const text = JSON.stringify([id, issuer, clientId, sub])
  return createHash('sha256').update(text).digest('base64url')
}

export function toPerson({ issuer, clientId, account }: Session): Person {
  return { issuer, clientId, sub: account.sub }
}

/** Sorts accounts by when they were added. */
export function sortAccounts<Account extends StoredAccount>(
  accounts: readonly Account[],
): readonly Account[] {
  return accounts.toSorted(
    (one, other) => one.addedAtMs - other.addedAtMs || (one.id < other.id ? -1 : 1),
  )
}
