// Where the consents to programs are stored between runs: what a store does.

import type { Account } from '../oauth/account.js'
import type { SessionOwner } from './session-owner.js'

/** What a program wants. */
export type Purpose =
  /** The tokens of the PKCE API: an access token and an ID token. They say who the person is, too. */
  | 'token'
  /** An access token alone. It says who the person is, too. */
  | 'access-token'
  /** The person's name and address. */
  | 'identity'
  /** An ID token, which proves to others who the person is. */
  | 'id-token'
  /** A sign-in that asks the person nothing (prompt=none). */
  | 'sign-in'
  /**
   * To see and change the person's decisions. Latchkey asks each time, and never stores the answer.
   */
  | 'manage'

/** A consent that lasts. Its ID is random, and stays the same for as long as it is in the list. */
export type Grant = {
  id: string
  /** Whose tokens the program gets: one person at one provider. */
  owner: SessionOwner
  account: Account
  purposes: readonly Purpose[]
  /** In milliseconds since the epoch. */
  allowedAtMs: number
  /** When it was used last, in milliseconds since the epoch; null if never. */
  usedAtMs: number | null
} & (ProgramGrant | KeyGrant)

export type ProgramGrant = {
  kind: 'program'
  name: string
  /** The user whose process it is; null if the system has no user IDs. */
  uid: number | null
  executable: StoredFile
  script: StoredFile | null
  /** When the program's files were first seen changed, in milliseconds since the epoch; null if never. */
  changedAtMs: number | null
}

/** `file`: what identified the file when the consent was given. */
type StoredFile = { path: string; file: string }

export type KeyGrant = {
  kind: 'key'
  name: string
  /** The SHA-256 hash of the key, in base64url. */
  hash: string
  /** The most that its tokens may be for, separated by spaces; null for all that was granted. */
  scope: string | null
}

export type ConsentStore = {
  /**
   * Reads the grants; none if there are none. Fails with `storage-failed` if they cannot be opened; then
   * there are none either. Grants that the last `write` could not store are returned as if it had.
   */
  read(): Promise<readonly Grant[]>
  /**
   * Replaces the grants. A file that was not read is moved aside first, and one of a newer version of
   * Latchkey is never replaced. Fails with `storage-failed`.
   */
  write(grants: readonly Grant[]): Promise<void>
  /** Deletes all grants, also those in files that could not be opened. Fails with `storage-failed`. */
  clear(): Promise<void>
}

/** Keeps grants in memory only. */
export function createMemoryConsents(): ConsentStore {
  let held: readonly Grant[] = []
  return {
    read: async () => held,
    async write(grants) {
      held = grants
    },
    async clear() {
      held = []
    },
  }
}
