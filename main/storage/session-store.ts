// What is kept of a signed-in session: in memory, or sealed in one file of the data directory.

import type { Session } from '../oauth/session.js'
import { lstatSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { AuthError } from '../base/errors.js'
import { parseJson } from '../net/http.js'
import { keyFileCipher, KeyUnavailable, passphraseCipher, type Cipher } from './cipher.js'
import { diskError, errnoOf } from '../base/errno.js'
import { UNLOCK_AND_RESTART } from './keyring-note.js'
import { removeLeftovers } from './atomic-file.js'
import type { Binding, SealedFor } from './seal.js'
import {
  isOfNewerVersion,
  readSessionFile,
  type SealedTier,
  type SessionFile,
  storageFailed,
  unreadable,
  writeSessionFile,
} from './session-file.js'
import { createSerialQueue } from '../base/serial-queue.js'
import { UNPRINTABLE } from '../base/unprintable.js'

/** Whose client a session belongs to. */
export type SessionOwner = Pick<Session, 'issuer' | 'clientId'>

/** Calls are carried out in the order they are made in. All fail with `storage-failed`. */
export type SessionStore = {
  /**
   * Reads the session of this owner: one of another provider or client ID does not open.
   * Without an owner, whatever session it is, as when all of them are to be ended.
   */
  read(owner?: SessionOwner): Promise<Session | null>
  /** Never writes over a file of a newer version of Latchkey. */
  write(session: Session): Promise<void>
  clear(): Promise<void>
  /**
   * Moves what could not be opened out of the way, and gives its new path; null where there is nothing.
   * Absent where nothing is kept. Otherwise the earlier person's session would come back at a later start.
   */
  setAside?(): Promise<string | null>
  /** True while a session is kept that only the keyring opens, and it gave no key. Absent where nothing is. */
  isLocked?(): boolean
}

/** What protects what is kept; in memory, nothing is. */
export type StorageTier = 'keyring' | 'passphrase' | 'key-file' | 'memory'

export type Storage = {
  sessionStore: SessionStore
  tier: StorageTier
  /** Why nothing better protects the session, and what to do, for a person; null where all is well. */
  note: string | null
  /** What to do so that a restart finds the keyring, for a person; null or absent where that does not help. */
  restartAdvice?: string | null
}

/** The system's keyring; or why it cannot be used, and what to do so that a restart finds it. */
export type Keyring = { cipher: Cipher } | { note: string; restartAdvice: string | null }

export const SESSION_FILE = 'session.json'
/** What a sign-in has replaced though it could not be opened. */
export const UNOPENED_FILE = 'session.unopened.json'
export const KEY_FILE = 'session.key'

/**
 * Chooses how a session is kept: by the keyring; where there is none, by a passphrase; where there is
 * none either, by a key beside it if the person has chosen that; else in memory only.
 */
export function chooseStorage(options: {
  dataDir: string
  keyring: Keyring | null
  passphrase: string | null
  keepWithoutKeyring: boolean
  /** Where it is kept, in the data directory. */
  fileName?: string
}): Storage {
  const { dataDir, keyring, passphrase, keepWithoutKeyring, fileName = SESSION_FILE } = options
  const path = join(dataDir, fileName)
  const ciphers: Ciphers = {
    ...(keyring && 'cipher' in keyring && { keyring: keyring.cipher }),
    ...(passphrase !== null && { passphrase: passphraseCipher(passphrase) }),
    'key-file': keyFileCipher(join(dataDir, KEY_FILE)),
  }
  const restartAdvice =
    keyring && ('cipher' in keyring ? UNLOCK_AND_RESTART : keyring.restartAdvice)
  const sealed = (tier: SealedTier, note: string | null): Storage => ({
    sessionStore: createSealedStore(path, tier, ciphers),
    tier,
    note,
    restartAdvice,
  })
  if (ciphers.keyring) return sealed('keyring', null)
  if (ciphers.passphrase) return sealed('passphrase', null)
  const why = keyring && 'note' in keyring ? keyring.note : NO_PASSPHRASE
  return keepWithoutKeyring
    ? sealed('key-file', KEPT_WITHOUT_KEYRING)
    : { sessionStore: createMemoryStore(path), tier: 'memory', note: why, restartAdvice }
}

const NO_PASSPHRASE =
  'The session stays in memory and ends with Latchkey. To keep it, start Latchkey with a passphrase ' +
  'of yours in the environment variable LATCHKEY_PASSPHRASE.'
export const KEPT_WITHOUT_KEYRING =
  'The session is kept without a keyring, as you chose: programs that run as you could read it.'

/**
 * Keeps a session in memory. `path`: the file of an earlier run, which cannot be opened now; a sign-out
 * removes it too.
 */
export function createMemoryStore(path?: string): SessionStore {
  let held: Session | null = null
  let isLocked = false
  return {
    async read(owner) {
      const file = held === null && path !== undefined ? readSessionFile(path) : null
      isLocked = file?.tier === 'keyring'
      if (file !== null) throw unreadable(MISSING_KEY[file.tier])
      if (held !== null && owner !== undefined) requireOwner(held, owner)
      return held
    },
    write(session) {
      held = session
      return Promise.resolve()
    },
    async clear() {
      held = null
      if (path !== undefined) removeFile(path)
      isLocked = false
    },
    ...(path !== undefined && {
      async setAside() {
        const aside = moveAside(path)
        isLocked = false
        return aside
      },
      isLocked: () => isLocked,
    }),
  }
}

type Ciphers = Partial<Record<SealedTier, Cipher>>

const nullableText = z.string().nullable()
const wireSession = z.object({
  issuer: z.string(),
  clientId: z.string(),
  account: z.object({ sub: z.string(), name: z.string(), email: z.string() }),
  claims: z.looseObject({ sub: z.string() }),
  tokens: z.object({
    accessToken: z.string(),
    accessTokenExpiresAtMs: z.number().nullable(),
    obtainedAtMs: z.number(),
    refreshToken: nullableText,
    idToken: z.string(),
    scope: z.string(),
  }),
  superseded: z.array(z.string()).exactOptional(),
})

/**
 * Keeps a session in a file, sealed by the cipher of `tier`. What another cipher at hand has sealed is
 * read too, and sealed anew. A file that cannot be read stays as it is until the next write.
 */
function createSealedStore(path: string, tier: SealedTier, ciphers: Ciphers): SessionStore {
  const cipher = ciphers[tier]!
  const enqueue = createSerialQueue()
  let isLocked = false

  const write = async (session: Session): Promise<void> => {
    const what = bindingOf(session)
    let sealed: string
    try {
      sealed = await cipher.seal(JSON.stringify(session), what)
    } catch (cause) {
      throw notKept(messageOf(cause), cause)
    }
    if (isOfNewerVersion(path)) {
      throw notKept(`${path} was written by a newer version of Latchkey and is not overwritten`)
    }
    try {
      writeSessionFile(path, tier, what, sealed)
    } catch (cause) {
      throw unwritable(path, cause)
    }
    isLocked = false
  }

  const read = async (owner?: SessionOwner): Promise<Session | null> => {
    isLocked = false
    try {
      removeLeftovers(path)
    } catch {
      // They hold nothing that could be read, and are not in the way.
    }
    const file = readSessionFile(path)
    if (file === null) return null
    const { session, stale } = await openSession(file, ciphers, owner).catch((thrown: unknown) => {
      isLocked = isKeyUnavailable(file, ciphers, thrown)
      throw thrown
    })
    if (stale || file.tier !== tier || file.version === 1) {
      // Only an improvement: what is there can be read.
      await write(session).catch(() => undefined)
    }
    return session
  }

  return {
    read: (owner) => enqueue(() => read(owner)),
    write: (session) => enqueue(() => write(session)),
    clear: () =>
      enqueue(async () => {
        removeFile(path)
        isLocked = false
      }),
    setAside: () =>
      enqueue(async () => {
        const aside = moveAside(path)
        isLocked = false
        return aside
      }),
    isLocked: () => isLocked,
  }
}

/** True if the key exists, or may exist, but can't be used until the keyring is unlocked. */
function isKeyUnavailable(file: SessionFile, ciphers: Ciphers, thrown: unknown): boolean {
  if (!ciphers[file.tier]) return file.tier === 'keyring'
  return thrown instanceof Error && thrown.cause instanceof KeyUnavailable
}

/** Opens a file as the expected owner's, whatever the file says: the owner is authenticated with it. */
async function openSession(
  file: SessionFile,
  ciphers: Ciphers,
  owner: SessionOwner | undefined,
): Promise<{ session: Session; stale: boolean }> {
  const opener = ciphers[file.tier]
  if (!opener) throw unreadable(MISSING_KEY[file.tier])
  if (file.version !== 1 && owner !== undefined) requireOwner(file, owner)
  let opened: { plain: string; stale: boolean }
  try {
    opened = await opener.open(file.sealed, expectedBinding(file, owner))
  } catch (cause) {
    throw unreadable(messageOf(cause), cause)
  }
  const parsed = wireSession.safeParse(parseJson(opened.plain))
  if (!parsed.success) throw unreadable('its content is not that of this version of Latchkey')
  if (owner !== undefined) requireOwner(parsed.data, owner)
  return { session: parsed.data, stale: opened.stale }
}

function expectedBinding(file: SessionFile, owner: SessionOwner | undefined): Binding {
  return file.version === 1 ? 'version-1' : bindingOf(owner ?? file)
}

function bindingOf({ issuer, clientId }: SessionOwner): SealedFor {
  return { purpose: 'session', issuer, clientId }
}

/** Fails if the session is another provider's or client's. */
function requireOwner({ issuer, clientId }: SessionOwner, owner: SessionOwner): void {
  if (issuer === owner.issuer && clientId === owner.clientId) return
  throw storageFailed(
    'The session that was kept on this computer belongs to another provider or client ID ' +
      `(${quoted(issuer)}, client ID ${quoted(clientId)}). Sign in again.`,
  )
}

/** Anyone who can write the file can write what it says of itself. */
function quoted(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd').slice(0, 200)
}

/** What seals the session in a file; null if the file is missing or holds no session. */
export function tierOfFile(path: string): StorageTier | null {
  try {
    return readSessionFile(path)?.tier ?? null
  } catch {
    return null
  }
}

/** One is kept: whoever wants it back renames it. */
function moveAside(path: string): string | null {
  const aside = join(dirname(path), UNOPENED_FILE)
  // A folder in its place is none of ours, and the next write says so.
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return null
  if (isOfNewerVersion(aside)) {
    throw storageFailed(
      `${path} cannot be moved out of the way: ${aside} was written by a newer version of Latchkey and is ` +
        'not overwritten.',
    )
  }
  try {
    renameSync(path, aside)
    return aside
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return null
    throw storageFailed(`${path} cannot be moved out of the way (${diskError(cause)}).`, cause)
  }
}

function removeFile(path: string): void {
  try {
    rmSync(path, { force: true })
    removeLeftovers(path)
  } catch (cause) {
    throw storageFailed(`${path} cannot be removed (${diskError(cause)}).`, cause)
  }
}

/** Why a file of each tier cannot be opened, where its key is not there. */
export const MISSING_KEY: Readonly<Record<SealedTier, string>> = {
  keyring: "the system's keyring, which protects it, cannot be used now",
  passphrase: 'the passphrase that protects it was not given',
  'key-file': 'it was kept without a keyring, and that is turned off now',
}

function notKept(why: string, cause?: unknown): AuthError {
  return storageFailed(
    `The session could not be kept on this computer: ${why}. It lasts until Latchkey is closed.`,
    cause,
  )
}

/** What a person is told of a session that is held, and whose file could not be written. */
export function unwritable(path: string, cause: unknown): AuthError {
  return notKept(`${path} cannot be written (${diskError(cause)})`, cause)
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
