// Keeps a session in a file, sealed by a cipher.

import { diskError } from '../base/errno.js'
import { createSerialQueue } from '../base/serial-queue.js'
import type { Session } from '../oauth/session.js'
import { removeLeftovers } from './atomic-file.js'
import { cannotStore, isKeyUnavailable, toMessage, type Ciphers } from './open-sealed.js'
import { openSessionFile, toSessionBinding } from './open-session-file.js'
import {
  deleteFileAside,
  deleteSessionFile,
  isOfNewerVersion,
  moveSessionFileAside,
  readSessionFile,
  writeSessionFile,
  type SealedTier,
  type SessionFile,
} from './session-file.js'
import type { SessionOwner, SessionStore } from './session-store.js'
import { STORED_SESSION_REASONS } from './stored-session-messages.js'

type Store = { path: string; tier: SealedTier; ciphers: Ciphers }

/**
 * Keeps a session in a file, sealed by the cipher of `tier`. A file that another cipher has sealed is
 * read too, and then sealed again by this one. A file that cannot be read stays as it is until the
 * next write.
 */
export function createSealedStore(path: string, tier: SealedTier, ciphers: Ciphers): SessionStore {
  const store: Store = { path, tier, ciphers }
  const enqueue = createSerialQueue()
  let isLocked = false

  return {
    read: (owner) =>
      enqueue(async () => {
        isLocked = false
        const file = readFile(path)
        if (file === null) return null
        try {
          return await readSession(store, file, owner)
        } catch (thrown) {
          isLocked = isKeyUnavailable(file.tier, ciphers, thrown)
          throw thrown
        }
      }),
    write: (session) =>
      enqueue(async () => {
        await writeSession(store, session)
        isLocked = false
      }),
    clear: () =>
      enqueue(async () => {
        deleteSessionFile(path)
        isLocked = false
      }),
    setAside: () =>
      enqueue(async () => {
        const aside = moveSessionFileAside(path)
        isLocked = false
        return aside
      }),
    clearAside: () => enqueue(async () => deleteFileAside(path)),
    isLocked: () => isLocked,
  }
}

function readFile(path: string): SessionFile | null {
  try {
    removeLeftovers(path)
  } catch {
    // Leftovers do no harm: the session is read from its own file.
  }
  return readSessionFile(path)
}

async function readSession(
  store: Store,
  file: SessionFile,
  owner: SessionOwner | undefined,
): Promise<Session> {
  const { session, stale } = await openSessionFile(file, store.ciphers, owner && [owner])
  if (stale || file.tier !== store.tier || file.version === 1) {
    // If this fails, the file can still be read as it is.
    await writeSession(store, session).catch(() => undefined)
  }
  return session
}

async function writeSession({ path, tier, ciphers }: Store, session: Session): Promise<void> {
  const sealedFor = toSessionBinding(session)
  let sealed: string
  try {
    sealed = await ciphers[tier]!.seal(JSON.stringify(session), sealedFor)
  } catch (cause) {
    throw cannotStore(toMessage(cause), cause)
  }
  if (isOfNewerVersion(path)) throw cannotStore(STORED_SESSION_REASONS.notOverwritten(path))
  try {
    writeSessionFile(path, tier, sealedFor, sealed)
  } catch (cause) {
    throw cannotStore(STORED_SESSION_REASONS.cannotWrite(path, diskError(cause)), cause)
  }
}
