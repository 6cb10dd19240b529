// The provider and client that a session belongs to.

import type { Session } from '../oauth/session.js'

export type SessionOwner = Pick<Session, 'issuer' | 'clientId'>

export function isSameOwner({ issuer, clientId }: SessionOwner, owner: SessionOwner): boolean {
  return issuer === owner.issuer && clientId === owner.clientId
}
