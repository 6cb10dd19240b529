// Encrypts the stored session with a key from the system's keyring, if there is one.

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
import { KEYRING } from './electron-messages.js'

/**
 * Opens the keyring as a cipher. If the keyring gives no key, returns a message with the reason and advice.
 *
 * Call when the app is ready and visible: the system may ask the person to unlock the keyring or to
 * agree, and this waits for the answer. Electron asks the keyring once per process and
 * keeps the encryptor with its keys (`EnsureAsyncEncryptorRequested` in electron_api_safe_storage.cc).
 * If it once says "temporarily unavailable, please try again", it says so until the next start. A keyring
 * that is unlocked later is found only by a restart, and the messages say so.
 *
 * @see {@link https://www.electronjs.org/docs/latest/api/safe-storage}
 */
export async function keyringCipher(): Promise<Keyring> {
  // On Linux, encryption is available without a keyring too. Only its output shows which key it uses.
  const givesKey = await safeStorage
    .isAsyncEncryptionAvailable()
    .then(async (isAvailable) => isAvailable && (await opensProbe()))
    .catch(() => false)
  if (givesKey) return { cipher: { seal, open } satisfies Cipher }
  const reason = findReason()
  return { message: missingKeyringMessage(reason), restartAdvice: restartAdvice(reason) }
}

async function opensProbe(): Promise<boolean> {
  const probe = 'probe'
  const binding = { purpose: 'probe', issuer: '', clientId: '' } as const
  return (await open(await seal(probe, binding), binding)).plain === probe
}

/** Sealed texts begin with this. The key that the keyring encrypted and the text under that key follow. */
const PREFIX = 'keyring:'
const VERSION_1 = /^([A-Za-z\d+/]+={0,2})\.([A-Za-z\d+/]+={0,2})$/

async function seal(plain: string, what: SealedFor): Promise<string> {
  const key = randomBytes(KEY_BYTES)
  const wrapped = await safeStorage
    .encryptStringAsync(key.toString('base64'))
    .catch((cause: unknown) => {
      throw new Error(KEYRING.cannotSeal, { cause })
    })
  if (isUnprotected(wrapped)) throw new Error(KEYRING.cannotSeal)
  return PREFIX + joinParts([wrapped, ...encrypt(key, plain, additionalData(what))])
}

async function open(sealed: string, binding: Binding): Promise<{ plain: string; stale: boolean }> {
  const { wrapped, parts } = read(sealed, binding)
  if (isUnprotected(wrapped)) throw new Error(KEYRING.cannotOpen)
  const { result, shouldReEncrypt } = await safeStorage
    .decryptStringAsync(wrapped)
    .catch((cause: unknown) => {
      const isPassing = /temporarily unavailable/i.test(String(cause))
      if (isPassing) throw new KeyUnavailable(KEYRING.cannotOpenNow, { cause })
      throw new Error(KEYRING.cannotOpen, { cause })
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
    throw new Error(KEYRING.cannotOpen, { cause })
  }
}

/**
 * Splits a sealed text. On Linux and macOS, Chromium uses AES-CBC, which decrypts changed bytes to other
 * bytes. So the keyring encrypts only a key, and AES-GCM with that key detects any change of the text.
 */
function read(sealed: string, binding: Binding): { wrapped: Buffer; parts: readonly Buffer[] } {
  if (!sealed.startsWith(PREFIX)) throw new Error(KEYRING.cannotOpen)
  const text = sealed.slice(PREFIX.length)
  if (binding === 'version-1') return readVersion1(text)
  try {
    const [wrapped, ...parts] = splitParts(text, 4)
    return { wrapped: wrapped!, parts }
  } catch (cause) {
    throw new Error(KEYRING.cannotOpen, { cause })
  }
}

function readVersion1(text: string): { wrapped: Buffer; parts: readonly Buffer[] } {
  const [, wrapped, locked] = VERSION_1.exec(text) ?? []
  if (wrapped === undefined || locked === undefined) throw new Error(KEYRING.cannotOpen)
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
 * True if this was encrypted with a key that is the same on every computer, as Chromium does on Linux if
 * no keyring answers. On Windows and macOS the same tag means the keyring's own key.
 */
function isUnprotected(wrapped: Buffer): boolean {
  if (process.platform === 'darwin' || process.platform === 'win32') return false
  return wrapped.subarray(0, 3).toString('latin1') === 'v10'
}

function findReason(): MissingKeyring {
  if (process.platform === 'darwin') return 'keychain'
  if (process.platform === 'win32') return 'dpapi'
  if (app.commandLine.getSwitchValue('password-store') === 'basic') return 'turned-off'
  // Chromium picks the backend by the desktop's name, not by the running services.
  const backend = safeStorage.getSelectedStorageBackend()
  if (backend === 'gnome_libsecret') return 'secret-service'
  return backend.startsWith('kwallet') ? 'kwallet' : 'none'
}
