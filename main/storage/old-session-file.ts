// session.json, which held the only session before Latchkey could hold several accounts: read and opened.

import { anyOf, objectOf, string, type Schema } from '../base/schema.js'
import { UNPRINTABLE } from '../base/unprintable.js'
import type { Session } from '../oauth/session.js'
import { openSealed, requireKey, wireSession, type Ciphers } from './open-sealed.js'
import { BOUND_VERSION, type SealedForOwner } from './seal.js'
import {
  cannotOpen,
  readVersionedJson,
  storageFailed,
  tier,
  type SealedTier,
} from './session-file.js'
import { isSameOwner, type SessionOwner } from './session-owner.js'
import { STORED_SESSION_MESSAGES, STORED_SESSION_REASONS } from './stored-session-messages.js'

export const OLD_SESSION_FILE = 'session.json'

/** The name of a session.json that was moved out of the way. */
export const OLD_UNOPENED_FILE = 'session.unopened.json'

/** Not bound to an owner. */
type UnboundFile = { version: 1; tier: SealedTier; sealed: string }
type BoundFile = SealedForOwner & {
  version: typeof BOUND_VERSION
  tier: SealedTier
  sealed: string
}

const unboundFile: Schema<UnboundFile> = objectOf({ version: anyOf([1]), tier, sealed: string })
const boundFile: Schema<BoundFile> = objectOf({
  version: anyOf<typeof BOUND_VERSION>([BOUND_VERSION]),
  tier,
  purpose: anyOf(['session']),
  issuer: string,
  clientId: string,
  sealed: string,
})

/**
 * The header of session.json, which is authentic only after the file has been opened with it. Until then,
 * it explains why the file does not open, and it lets an uninstall or a full sign-out open the session of
 * any provider, to end it.
 */
export type OldSessionFile = UnboundFile | BoundFile

/** Reads the file; null if there is none. Fails with `storage-failed`. */
export function readOldSessionFile(path: string): OldSessionFile | null {
  const found = readVersionedJson(path, BOUND_VERSION)
  if (found === null) return null
  const bound = boundFile.safeParse(found.json)
  const parsed = bound.success ? bound : unboundFile.safeParse(found.json)
  if (!parsed.success) throw cannotOpen(STORED_SESSION_REASONS.damaged(path))
  return parsed.data
}

/**
 * Opens the file for these providers and client IDs; without `owners`, for any. Opening proves the owner
 * that the file names. A file of version 1 names none, so its owner is compared after it is opened. Fails
 * with `storage-failed`.
 */
export async function openOldSessionFile(
  file: OldSessionFile,
  ciphers: Ciphers,
  owners?: readonly SessionOwner[],
): Promise<Session> {
  requireKey(file.tier, ciphers)
  if (file.version !== 1 && owners !== undefined) requireOneOwner(file, owners)
  const { content } = await openSealed(file, {
    ciphers,
    binding: file.version === 1 ? 'version-1' : toBinding(file),
    schema: wireSession,
  })
  if (owners !== undefined) requireOneOwner(content, owners)
  return content
}

function toBinding({ purpose, issuer, clientId }: BoundFile): SealedForOwner {
  return { purpose, issuer, clientId }
}

/** Fails if a session belongs to none of these providers and clients. */
function requireOneOwner(session: SessionOwner, owners: readonly SessionOwner[]): void {
  if (owners.some((owner) => isSameOwner(session, owner))) return
  const { issuer, clientId } = session
  throw storageFailed(STORED_SESSION_MESSAGES.otherOwner(quote(issuer), quote(clientId)))
}

/** Makes text of the header safe to print, because any program that can write the file chooses it. */
function quote(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd').slice(0, 200)
}
