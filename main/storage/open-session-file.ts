// Opens session.json, which holds the only session.

import type { Session } from '../oauth/session.js'
import { openSealed, requireKey, wireSession, type Ciphers } from './open-sealed.js'
import type { SealedFor } from './seal.js'
import type { SessionFile } from './session-file.js'
import { requireOneOwner, type SessionOwner } from './session-store.js'

/**
 * Opens a file for these providers and client IDs; without `owners`, for any. Opening proves the owner
 * that the file names, but for version 1, whose owner is compared after it is opened. Fails with
 * `storage-failed`.
 */
export async function openSessionFile(
  file: SessionFile,
  ciphers: Ciphers,
  owners?: readonly SessionOwner[],
): Promise<{ session: Session; stale: boolean }> {
  requireKey(file.tier, ciphers)
  if (file.version !== 1 && owners !== undefined) requireOneOwner(file, owners)
  const binding = file.version === 1 ? 'version-1' : toSessionBinding(file)
  const { content, stale } = await openSealed(file, { ciphers, binding, schema: wireSession })
  if (owners !== undefined) requireOneOwner(content, owners)
  return { session: content, stale }
}

/** Returns what the session in session.json is bound to when it is sealed. */
export function toSessionBinding({ issuer, clientId }: SessionOwner): SealedFor {
  return { purpose: 'session', issuer, clientId }
}
