// Where a session is stored between runs: what a store does, and whose session it gives out.

import type { Session } from '../oauth/session.js'
import { UNPRINTABLE } from '../base/unprintable.js'
import { storageFailed } from './session-file.js'
import { STORED_SESSION_MESSAGES } from './stored-session-messages.js'

/** The provider and client that a session belongs to. */
export type SessionOwner = Pick<Session, 'issuer' | 'clientId'>

/** Calls are carried out in the order they are made in. All fail with `storage-failed`. */
export type SessionStore = {
  /**
   * Reads the session of this owner. A session of another provider or client ID does not open. Without
   * an owner, reads any session, which uninstalling needs to end it.
   */
  read(owner?: SessionOwner): Promise<Session | null>
  /** Writes a session, but never over a file of a newer version of Latchkey. */
  write(session: Session): Promise<void>
  clear(): Promise<void>
  /**
   * Moves a session that could not be opened out of the way, and returns its new path; null if there is
   * none. Otherwise the previous user's session would come back at a later start. Absent if nothing is
   * stored.
   */
  setAside?(): Promise<string | null>
  /** Deletes the session that was moved out of the way. Absent if nothing is stored. */
  clearAside?(): Promise<void>
  /**
   * True while a session is stored that only the keyring opens, and the keyring gave no key. Absent if
   * nothing is stored.
   */
  isLocked?(): boolean
}

/** Fails if a session belongs to another provider or client. */
export function requireOwner(session: SessionOwner, owner: SessionOwner): void {
  requireOneOwner(session, [owner])
}

/** Fails if a session belongs to none of these providers and clients. */
export function requireOneOwner(
  { issuer, clientId }: SessionOwner,
  owners: readonly SessionOwner[],
): void {
  if (owners.some((owner) => isSameOwner({ issuer, clientId }, owner))) return
  throw storageFailed(STORED_SESSION_MESSAGES.otherOwner(quote(issuer), quote(clientId)))
}

export function isSameOwner({ issuer, clientId }: SessionOwner, owner: SessionOwner): boolean {
  return issuer === owner.issuer && clientId === owner.clientId
}

/** Any program that can write the file can write what the file says about itself. */
function quote(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd').slice(0, 200)
}
