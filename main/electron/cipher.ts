// Seals what is kept with a key from the system's keyring, where there is one.

import { randomBytes } from 'node:crypto'
import { app, safeStorage } from 'electron'
import { KeyUnavailable, type Cipher } from '../cipher.js'
import { keyringNote, restartAdvice, type MissingKeyring } from '../keyring-note.js'
import { decrypt, encrypt, IV_BYTES, KEY_BYTES, TAG_BYTES } from '../seal.js'
import type { Keyring } from '../vault.js'

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
    .then(async (isAvailable) => isAvailable && (await open(await seal(PROBE))).plain === PROBE)
    .catch(() => false)
  if (givesKey) return { cipher: { seal, open } satisfies Cipher }
  const reason = findReason()
  return { note: keyringNote(reason), restartAdvice: restartAdvice(reason) }
}

const PROBE = 'probe'

/** What is sealed: a tier's name, a key that the keyring sealed, and the text under that key. */
const SEALED = /^keyring:([A-Za-z\d+/]+={0,2})\.([A-Za-z\d+/]+={0,2})$/

const CANNOT_SEAL =
  'the keyring does not seal it (unlock the keyring and restart Latchkey to have it kept)'
const CANNOT_OPEN_NOW =
  'the keyring does not open it just now (unlock the keyring and restart Latchkey to have the session back)'
const CANNOT_OPEN =
  'it is damaged, or was sealed on another computer, by another user or with a keyring that is gone'

async function seal(plain: string): Promise<string> {
  const key = randomBytes(KEY_BYTES)
  const wrapped = await safeStorage
    .encryptStringAsync(key.toString('base64'))
    .catch((cause: unknown) => {
      throw new Error(CANNOT_SEAL, { cause })
    })
  if (isUnprotected(wrapped)) throw new Error(CANNOT_SEAL)
  return `keyring:${wrapped.toString('base64')}.${lock(plain, key).toString('base64')}`
}

async function open(sealed: string): Promise<{ plain: string; stale: boolean }> {
  const [, wrapped, locked] = SEALED.exec(sealed) ?? []
  if (wrapped === undefined || locked === undefined) throw new Error(CANNOT_OPEN)
  const wrappedKey = Buffer.from(wrapped, 'base64')
  if (isUnprotected(wrappedKey)) throw new Error(CANNOT_OPEN)
  const { result, shouldReEncrypt } = await safeStorage
    .decryptStringAsync(wrappedKey)
    .catch((cause: unknown) => {
      const isPassing = /temporarily unavailable/i.test(String(cause))
      if (isPassing) throw new KeyUnavailable(CANNOT_OPEN_NOW, { cause })
      throw new Error(CANNOT_OPEN, { cause })
    })
  try {
    const plain = unlock(Buffer.from(locked, 'base64'), Buffer.from(result, 'base64'))
    return { plain, stale: shouldReEncrypt }
  } catch (cause) {
    throw new Error(CANNOT_OPEN, { cause })
  }
}

/**
 * Whether this was sealed with a key that is the same on every machine: what Chromium does on Linux
 * where no keyring answers. On Windows and macOS the same tag stands for the keyring's own key.
 */
function isUnprotected(wrapped: Buffer): boolean {
  if (process.platform === 'darwin' || process.platform === 'win32') return false
  return wrapped.subarray(0, 3).toString('latin1') === 'v10'
}

// On Linux and macOS Chromium uses AES-CBC, which also opens changed bytes, as other ones. So the keyring
// seals only a key, and the text itself is sealed with that key, which notices any change.
function lock(plain: string, key: Buffer): Buffer {
  return Buffer.concat(encrypt(key, plain, NOTHING_ADDED))
}

/** Throws if a byte of the text or of the key was changed. */
function unlock(locked: Buffer, key: Buffer): string {
  const textStart = IV_BYTES + TAG_BYTES
  const parts = [
    locked.subarray(0, IV_BYTES),
    locked.subarray(IV_BYTES, textStart),
    locked.subarray(textStart),
  ]
  return decrypt(key, parts, NOTHING_ADDED, 'its key is another one')
}

const NOTHING_ADDED = Buffer.alloc(0)

function findReason(): MissingKeyring {
  if (process.platform === 'darwin') return 'keychain'
  if (process.platform === 'win32') return 'dpapi'
  if (app.commandLine.getSwitchValue('password-store') === 'basic') return 'turned-off'
  // The name goes by the desktop, not by what runs there.
  const backend = safeStorage.getSelectedStorageBackend()
  if (backend === 'gnome_libsecret') return 'secret-service'
  return backend.startsWith('kwallet') ? 'kwallet' : 'none'
}
