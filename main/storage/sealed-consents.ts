// Keeps the consents to programs in consents.json, sealed with the key that seals the sessions.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { AuthError } from '../base/errors.js'
import { diskError, readErrno } from '../base/errno.js'
import {
  anyOf,
  either,
  listOf,
  nullable,
  number,
  objectOf,
  string,
  wholeNumber,
  type Schema,
} from '../base/schema.js'
import { createSerialQueue } from '../base/serial-queue.js'
import { removeLeftovers, replaceFile } from './atomic-file.js'
import { createMemoryConsents, type ConsentStore, type Grant } from './consent-store.js'
import { openSealed, requireKey, toMessage, type Ciphers } from './open-sealed.js'
import { readRegularFile } from './regular-file.js'
import { CONSENTS_VERSION } from './seal.js'
import {
  deleteFileAside,
  deleteSessionFile,
  isOfNewerVersion,
  MOST_BYTES,
  moveSessionFileAside,
  readVersionedJson,
  storageFailed,
  tier,
  type SealedTier,
} from './session-file.js'
import { STORED_CONSENT_MESSAGES } from './storage-messages.js'
import { STORED_SESSION_REASONS } from './stored-session-messages.js'

export const CONSENTS_FILE = 'consents.json'
/** The name of a file of consents that was moved out of the way. */
export const UNOPENED_CONSENTS_FILE = 'consents.unopened.json'

const PURPOSE = { purpose: 'consents' } as const

const consentsFile = objectOf({
  version: anyOf<typeof CONSENTS_VERSION>([CONSENTS_VERSION]),
  tier,
  purpose: anyOf(['consents']),
  sealed: string,
})

const programFile = objectOf({ path: string, file: string })
const common = {
  id: string,
  name: string,
  owner: objectOf({ issuer: string, clientId: string }),
  account: objectOf({ sub: string, name: string, email: string }),
  purposes: listOf(anyOf(['token', 'access-token', 'identity', 'id-token', 'sign-in'])),
  allowedAtMs: number,
  usedAtMs: nullable(number),
}
const grant: Schema<Grant> = either(
  objectOf({
    ...common,
    kind: anyOf(['program']),
    uid: nullable(wholeNumber(0, Number.MAX_SAFE_INTEGER)),
    executable: programFile,
    script: nullable(programFile),
    changedAtMs: nullable(number),
  }),
  objectOf({ ...common, kind: anyOf(['key']), hash: string, scope: nullable(string) }),
)
/** The content of the file. If one grant is malformed, all are rejected. */
const content = objectOf({ grants: listOf(grant) })

export type SealedConsentsOptions = { dataDir: string; tier: SealedTier; ciphers: Ciphers }

type Store = {
  path: string
  tier: SealedTier
  ciphers: Ciphers
  /** The content of the file that was read or written last. Null if it was another one, or none. */
  knownText: string | null
  /** What the last write could not store. Null if it stored everything. */
  unsaved: readonly Grant[] | null
}

/**
 * Keeps grants in consents.json. Without grants, there is no file. A key file can be planted together with
 * a list that it opens, so such a list counts only if nothing better protects the sessions.
 */
export function createSealedConsents(options: SealedConsentsOptions): ConsentStore {
  const { 'key-file': keyFile, ...better } = options.ciphers
  const isByKeyFile = options.tier === 'key-file' && keyFile !== undefined
  const store: Store = {
    path: join(options.dataDir, CONSENTS_FILE),
    tier: options.tier,
    ciphers: isByKeyFile ? { ...better, 'key-file': keyFile } : better,
    knownText: null,
    unsaved: null,
  }
  const enqueue = createSerialQueue()
  return {
    read: () => enqueue(() => readGrants(store)),
    write: (grants) =>
      enqueue(async () => {
        store.unsaved = grants
        await writeGrants(store, grants)
        store.unsaved = null
      }),
    clear: () =>
      enqueue(async () => {
        store.unsaved = []
        clearFiles(store.path)
        store.unsaved = null
      }),
  }
}

/**
 * Keeps grants in memory. The file of an earlier run, which cannot be opened now, is reported once: by the
 * first `read`, which fails.
 */
export function createConsentsBesideFiles(dataDir: string): ConsentStore {
  const path = join(dataDir, CONSENTS_FILE)
  const inMemory = createMemoryConsents()
  let isReported = false
  return {
    async read() {
      const grants = await inMemory.read()
      if (isReported) return grants
      isReported = true
      const found = readFile(path)
      if (found !== null) requireKey(found.file.tier, {}, cannotOpen)
      return grants
    },
    async write(grants) {
      isReported = true
      await inMemory.write(grants)
    },
    async clear() {
      await inMemory.clear()
      clearFiles(path)
    },
  }
}

async function readGrants(store: Store): Promise<readonly Grant[]> {
  if (store.unsaved !== null) return store.unsaved
  const { path, ciphers } = store
  store.knownText = null
  const found = readFile(path)
  if (found === null) return []
  const opened = await openSealed(found.file, {
    ciphers,
    binding: PURPOSE,
    schema: content,
    fail: cannotOpen,
  })
  store.knownText = found.text
  return opened.content.grants
}

/** Reads the file without opening it; null if there is none. Fails with `storage-failed`. */
function readFile(path: string) {
  const found = readVersionedJson(path, CONSENTS_VERSION, cannotOpen)
  if (found === null) return null
  const parsed = consentsFile.safeParse(found.json)
  if (!parsed.success) throw cannotOpen(STORED_SESSION_REASONS.damaged(path))
  return { file: parsed.data, text: found.text }
}

/**
 * 1. Seal the grants, if there are any.
 * 2. Move a file aside that this store has neither read nor written.
 * 3. Replace the file, or delete it if there are no grants. That needs neither a key nor room on the disk.
 */
async function writeGrants(store: Store, grants: readonly Grant[]): Promise<void> {
  const { path } = store
  const text = grants.length === 0 ? null : await sealGrants(store, grants)
  if (isOfNewerVersion(path, CONSENTS_VERSION)) {
    throw cannotStore(STORED_SESSION_REASONS.notOverwritten(path))
  }
  if (!isKnown(store)) moveSessionFileAside(path, CONSENTS_VERSION)
  try {
    removeLeftovers(path)
    if (text === null) rmSync(path, { force: true })
    else replaceFile(path, text)
  } catch (cause) {
    throw cannotStore(STORED_SESSION_REASONS.cannotWrite(path, diskError(cause)), cause)
  }
  store.knownText = text
}

async function sealGrants(store: Store, grants: readonly Grant[]): Promise<string> {
  const { tier: sealedBy, ciphers } = store
  let sealed: string
  try {
    sealed = await ciphers[sealedBy]!.seal(JSON.stringify({ grants }), PURPOSE)
  } catch (cause) {
    throw cannotStore(toMessage(cause), cause)
  }
  const file = { version: CONSENTS_VERSION, tier: sealedBy, ...PURPOSE, sealed }
  const text = `${JSON.stringify(file, null, 2)}\n`
  if (Buffer.byteLength(text) > MOST_BYTES) throw cannotStore(STORED_CONSENT_MESSAGES.tooLarge)
  return text
}

/** True if there is no file, or if it is the one that was read or written last. */
function isKnown({ path, knownText }: Store): boolean {
  try {
    return readRegularFile(path, { mostBytes: MOST_BYTES }).toString('utf8') === knownText
  } catch (thrown) {
    return readErrno(thrown) === 'ENOENT'
  }
}

function clearFiles(path: string): void {
  deleteSessionFile(path)
  deleteFileAside(path)
}

function cannotOpen(reason: string, cause?: unknown): AuthError {
  return storageFailed(STORED_CONSENT_MESSAGES.notOpened(reason), cause)
}

function cannotStore(reason: string, cause?: unknown): AuthError {
  return storageFailed(STORED_CONSENT_MESSAGES.notStored(reason), cause)
}
