// Keeps a session in a file, sealed by a cipher.

import {
  boolean,
  listOf,
  looseObjectOf,
  nullable,
  number,
  objectOf,
  optional,
  string,
} from '../base/schema.js'
import type { AuthError } from '../base/errors.js'
import { diskError } from '../base/errno.js'
import { createSerialQueue } from '../base/serial-queue.js'
import { parseJson } from '../net/http.js'
import type { Session } from '../oauth/session.js'
import { removeLeftovers } from './atomic-file.js'
import { KeyUnavailable, type Cipher } from './cipher.js'
import type { Binding, SealedFor } from './seal.js'
import {
  cannotOpen,
  deleteFileAside,
  deleteSessionFile,
  isOfNewerVersion,
  MISSING_KEY,
  moveSessionFileAside,
  readSessionFile,
  storageFailed,
  writeSessionFile,
  type SealedTier,
  type SessionFile,
} from './session-file.js'
import { requireOwner, type SessionOwner, type SessionStore } from './session-store.js'
import { STORED_SESSION_MESSAGES, STORED_SESSION_REASONS } from './stored-session-messages.js'

export type Ciphers = Partial<Record<SealedTier, Cipher>>

const nullableText = nullable(string)
const wireSession = objectOf({
  issuer: string,
  clientId: string,
  account: objectOf({ sub: string, name: string, email: string }),
  claims: looseObjectOf({ sub: string }),
  tokens: objectOf({
    accessToken: string,
    accessTokenExpiresAtMs: nullable(number),
    obtainedAtMs: number,
    refreshToken: nullableText,
    idToken: string,
    scope: string,
  }),
  superseded: optional(listOf(string)),
  unanswered: optional(boolean),
})

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
          isLocked = isKeyUnavailable(file, ciphers, thrown)
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
  const { session, stale } = await openSession(file, store.ciphers, owner)
  if (stale || file.tier !== store.tier || file.version === 1) {
    // If this fails, the file can still be read as it is.
    await writeSession(store, session).catch(() => undefined)
  }
  return session
}

async function writeSession({ path, tier, ciphers }: Store, session: Session): Promise<void> {
  const sealedFor = toBinding(session)
  let sealed: string
  try {
    sealed = await ciphers[tier]!.seal(JSON.stringify(session), sealedFor)
  } catch (cause) {
    throw cannotStore(readMessage(cause), cause)
  }
  if (isOfNewerVersion(path)) throw cannotStore(STORED_SESSION_REASONS.notOverwritten(path))
  try {
    writeSessionFile(path, tier, sealedFor, sealed)
  } catch (cause) {
    throw cannotStore(STORED_SESSION_REASONS.cannotWrite(path, diskError(cause)), cause)
  }
}

/** True if the key exists, or may exist, but can't be used until the keyring is unlocked. */
function isKeyUnavailable(file: SessionFile, ciphers: Ciphers, thrown: unknown): boolean {
  if (!ciphers[file.tier]) return file.tier === 'keyring'
  return thrown instanceof Error && thrown.cause instanceof KeyUnavailable
}

/** Opens a file for the expected owner, not for the one that it names: opening proves the owner. */
async function openSession(
  file: SessionFile,
  ciphers: Ciphers,
  owner: SessionOwner | undefined,
): Promise<{ session: Session; stale: boolean }> {
  const opener = ciphers[file.tier]
  if (!opener) throw cannotOpen(MISSING_KEY[file.tier])
  if (file.version !== 1 && owner !== undefined) requireOwner(file, owner)
  let opened: { plain: string; stale: boolean }
  try {
    opened = await opener.open(file.sealed, expectedBinding(file, owner))
  } catch (cause) {
    throw cannotOpen(readMessage(cause), cause)
  }
  const parsed = wireSession.safeParse(parseJson(opened.plain))
  if (!parsed.success) throw cannotOpen(STORED_SESSION_REASONS.otherContent)
  if (owner !== undefined) requireOwner(parsed.data, owner)
  return { session: parsed.data, stale: opened.stale }
}

function expectedBinding(file: SessionFile, owner: SessionOwner | undefined): Binding {
  return file.version === 1 ? 'version-1' : toBinding(owner ?? file)
}

function toBinding({ issuer, clientId }: SessionOwner): SealedFor {
  return { purpose: 'session', issuer, clientId }
}

function cannotStore(reason: string, cause?: unknown): AuthError {
  return storageFailed(STORED_SESSION_MESSAGES.notStored(reason), cause)
}

function readMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
