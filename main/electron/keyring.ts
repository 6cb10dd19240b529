// Seals what is kept with a key from the system's keyring, where there is one.

import { randomBytes } from 'node:crypto'
import { app, safeStorage } from 'electron'
import { KeyUnavailable, type Cipher } from '../storage/cipher.js'
import {
  missingKeyringMessage,
  restartAdvice,
  type MissingKeyring,
} from '../storage/missing-keyring.js'
import {
  additionalData,
  type Binding,
  decrypt,
  encrypt,
  IV_BYTES,
  joinParts,
  KEY_BYTES,
  type SealedFor,
  splitParts,
  TAG_BYTES,
} from '../storage/seal.js'
import type { Keyring } from '../storage/choose-storage.js'

/**
 * The keyring as a cipher; or, where it gives no key, a note that says why and what to do.
 *
 * Call when the app is ready, and show the person something before: the system may ask them to
 * unlock the keyring or to agree, and this waits for their answer. Electron asks it once in a process and
 * keeps the encryptor (`EnsureAsyncEncryptorRequested` in its electron_api_safe_storage.cc), with
 * the keys that it has then. A later call that says "temporarily unavailable, please try again" says so
 * until the next start: a keyring that is opened later is found only then, and the notes say so.
 *
 * @see https://www.electronjs.org/docs/latest/api/safe-storage
 */
export async function keyringCipher(): Promise<Keyring> {
  // On Linux it is available without a keyring too: only what it seals shows which key it has.
  const givesKey = await safeStorage
    .isAsyncEncryptionAvailable()
    .then(async (isAvailable) => isAvailable && (await opensProbe()))
    .catch(() => false)
  if (givesKey) return { cipher: { seal, open } satisfies Cipher }
  const reason = findReason()
  return { note: missingKeyringMessage(reason), restartAdvice: restartAdvice(reason) }
}

async function opensProbe(): Promise<boolean> {
  const probe = 'probe'
  const binding = { purpose: 'probe', issuer: '', clientId: '' } as const
  return (await open(await seal(probe, binding), binding)).plain === probe
}

/** What sealed texts begin with, before a key that the keyring sealed, and the text under that key. */
const PREFIX = 'keyring:'
const VERSION_1 = /^([A-Za-z\d+/]+={0,2})\.([A-Za-z\d+/]+={0,2})$/

const CANNOT_SEAL =
  'the keyring does not seal it (unlock the keyring and restart Latchkey to have it kept)'
const CANNOT_OPEN_NOW =
  'the keyring does not open it just now (unlock the keyring and restart Latchkey to have the session back)'
const CANNOT_OPEN =
  'it is damaged, or was sealed on another computer, by another user or with a keyring that is gone'

async function seal(plain: string, what: SealedFor): Promise<string> {
  const key = randomBytes(KEY_BYTES)
  const wrapped = await safeStorage
    .encryptStringAsync(key.toString('base64'))
    .catch((cause: unknown) => {
      throw new Error(CANNOT_SEAL, { cause })
    })
  if (isUnprotected(wrapped)) throw new Error(CANNOT_SEAL)
  return PREFIX + joinParts([wrapped, ...encrypt(key, plain, additionalData(what))])
}

async function open(sealed: string, binding: Binding): Promise<{ plain: string; stale: boolean }> {
  const { wrapped, parts } = read(sealed, binding)
  if (isUnprotected(wrapped)) throw new Error(CANNOT_OPEN)
  const { result, shouldReEncrypt } = await safeStorage
    .decryptStringAsync(wrapped)
    .catch((cause: unknown) => {
      const isPassing = /temporarily unavailable/i.test(String(cause))
      if (isPassing) throw new KeyUnavailable(CANNOT_OPEN_NOW, { cause })
      throw new Error(CANNOT_OPEN, { cause })
    })
  try {
    // Version 1 had no additional data here.
    const additional = binding === 'version-1' ? Buffer.alloc(0) : additionalData(binding)
    const key = Buffer.from(result, 'base64')
    return {
      plain: decrypt(key, parts, additional, 'its key is another one'),
      stale: shouldReEncrypt,
    }
  } catch (cause) {
    throw new Error(CANNOT_OPEN, { cause })
  }
}

/**
 * A sealed text's parts. On Linux and macOS Chromium uses AES-CBC, which also opens changed bytes, as
 * other ones. So the keyring seals only a key, and the text is sealed with that key, which notices any
 * change.
 */
function read(sealed: string, binding: Binding): { wrapped: Buffer; parts: readonly Buffer[] } {
  if (!sealed.startsWith(PREFIX)) throw new Error(CANNOT_OPEN)
  const text = sealed.slice(PREFIX.length)
  if (binding === 'version-1') return readVersion1(text)
  try {
    const [wrapped, ...parts] = splitParts(text, 4)
    return { wrapped: wrapped!, parts }
  } catch (cause) {
    throw new Error(CANNOT_OPEN, { cause })
  }
}

function readVersion1(text: string): { wrapped: Buffer; parts: readonly Buffer[] } {
  const [, wrapped, locked] = VERSION_1.exec(text) ?? []
  if (wrapped === undefined || locked === undefined) throw new Error(CANNOT_OPEN)
  const bytes = Buffer.from(locked, 'base64')
  const textStart = IV_BYTES + TAG_BYTES
  const parts = [
    bytes.subarray(0, IV_BYTES),
    bytes.subarray(IV_BYTES, textStart),
    bytes.subarray(textStart),
  ]
  return { wrapped: Buffer.from(wrapped, 'base64'), parts }
}

/**
 * Whether this was sealed with a key that is the same on every machine: what Chromium does on Linux
 * where no keyring answers. On Windows and macOS the same tag stands for the keyring's own key.
 */
function isUnprotected(wrapped: Buffer): boolean {
  if (process.platform === 'darwin' || process.platform === 'win32') return false
  return wrapped.subarray(0, 3).toString('latin1') === 'v10'
}

function findReason(): MissingKeyring {
  if (process.platform === 'darwin') return 'keychain'
  if (process.platform === 'win32') return 'dpapi'
  if (app.commandLine.getSwitchValue('password-store') === 'basic') return 'turned-off'
  // The name goes by the desktop, not by what runs there.
  const backend = safeStorage.getSelectedStorageBackend()
  if (backend === 'gnome_libsecret') return 'secret-service'
  return backend.startsWith('kwallet') ? 'kwallet' : 'none'
}
