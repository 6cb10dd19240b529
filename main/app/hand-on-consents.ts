// Hands the consents to programs on to the Latchkey that replaces another one when the settings change.

import type { Settings } from '../settings/options.js'
import type { Storage } from '../storage/choose-storage.js'
import type { Grant } from '../storage/consent-store.js'
import type { Latchkey } from './compose.js'

/** The grants of the last Latchkey that was not the demo. */
export type HeldConsents = {
  /** Null if they could not be opened. Their file stays as it is then. */
  grants: readonly Grant[] | null
  storage: Storage
}

/**
 * Reads the grants of a Latchkey after it was closed. The demo's end with it, and the earlier ones, in
 * `before`, wait until it is over.
 */
export async function readHeldConsents(
  { storage }: Latchkey,
  settings: Settings,
  before: HeldConsents | null,
): Promise<HeldConsents | null> {
  if (settings.demo) return before
  return { grants: await storage.consentStore.read().catch(() => null), storage }
}

/**
 * Deletes the file of grants that the next Latchkey may not use, because the user has turned storing off.
 * Otherwise grants that are taken back meanwhile would be there again after storing is turned on. Fails
 * with `storage-failed`.
 */
export async function deleteUnusedConsents(
  held: HeldConsents | null,
  { demo, keepWithoutKeyring }: Settings,
): Promise<void> {
  const isUnused = held?.storage.tier === 'key-file' && !demo && !keepWithoutKeyring
  if (isUnused && held.grants !== null) await held.storage.consentStore.write([])
}

/**
 * Writes the grants to the store of the Latchkey that runs now. Grants that only its own file has are kept
 * too, unless that file is the one that the grants come from. Returns true if grants were added, so that
 * the consents must be read again.
 */
export async function handOnConsents(
  held: HeldConsents | null,
  { storage: { consentStore, tier } }: Latchkey,
  { demo }: Settings,
): Promise<boolean> {
  const grants = held?.grants ?? null
  if (held === null || grants === null || demo) return false
  const found = await consentStore.read().catch(() => [])
  const isSameFile = tier === held.storage.tier && tier !== 'memory'
  const isNew = ({ id }: Grant): boolean => grants.every((one) => one.id !== id)
  const all = isSameFile ? grants : [...grants, ...found.filter(isNew)]
  if (JSON.stringify(all) === JSON.stringify(found)) return false
  // What can't be stored lasts until Latchkey quits.
  await consentStore.write(all).catch(() => undefined)
  return !isSameFile
}
