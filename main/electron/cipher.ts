// Seals what is kept with a key from the system's keyring, where there is one.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { app, safeStorage } from 'electron'
import type { Cipher } from '../cipher.js'

/**
 * The keyring as a cipher; or, where it gives no key, a note that says why and what to do.
 *
 * Call when the app is ready, and show the person something before: the system may ask them to
 * unlock the keyring or to agree, and this waits for their answer. Electron asks it once a run, so
 * that a keyring which is opened later is found at the next start.
 *
 * @see https://www.electronjs.org/docs/latest/api/safe-storage
 */
export async function keyringCipher(): Promise<{ cipher: Cipher } | { note: string }> {
  // On Linux it is available without a keyring too: only what it seals shows which key it has.
  const givesKey = await safeStorage
    .isAsyncEncryptionAvailable()
    .then(async (isAvailable) => isAvailable && (await open(await seal(PROBE))).plain === PROBE)
    .catch(() => false)
  return givesKey ? { cipher: { seal, open } } : { note: noteOf(findReason()) }
}

const PROBE = 'probe'

/** What is sealed: a tier's name, a key that the keyring sealed, and the text under that key. */
const SEALED = /^keyring:([A-Za-z\d+/]+={0,2})\.([A-Za-z\d+/]+={0,2})$/

const CANNOT_SEAL =
  'the keyring does not seal it (unlock the keyring and start Latchkey again to have it kept)'
const CANNOT_OPEN_NOW =
  'the keyring does not open it just now (unlock the keyring and start Latchkey again to have the ' +
  'session back)'
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
      throw new Error(isPassing ? CANNOT_OPEN_NOW : CANNOT_OPEN, { cause })
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

const ALGORITHM = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

// On Linux and macOS Chromium uses AES-CBC, which opens changed bytes too, as others. So it seals
// only a key, and the text itself is under one that notices.
function lock(plain: string, key: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, nonce)
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), text])
}

/** Throws where a byte of it, or the key, is another one. */
function unlock(locked: Buffer, key: Buffer): string {
  const textStart = NONCE_BYTES + TAG_BYTES
  const nonce = locked.subarray(0, NONCE_BYTES)
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(locked.subarray(NONCE_BYTES, textStart))
  return Buffer.concat([decipher.update(locked.subarray(textStart)), decipher.final()]).toString()
}

type Reason = 'turned-off' | 'none' | 'secret-service' | 'kwallet' | 'keychain' | 'dpapi'

function findReason(): Reason {
  if (process.platform === 'darwin') return 'keychain'
  if (process.platform === 'win32') return 'dpapi'
  if (app.commandLine.getSwitchValue('password-store') === 'basic') return 'turned-off'
  // The name goes by the desktop, not by what runs there.
  const backend = safeStorage.getSelectedStorageBackend()
  if (backend === 'gnome_libsecret') return 'secret-service'
  return backend.startsWith('kwallet') ? 'kwallet' : 'none'
}

function noteOf(reason: Reason): string {
  const { why, remedy } = NOTES[reason]
  return (
    `${why}, so the session stays in memory and ends with Latchkey. ` +
    `${remedy}; or turn on "Keep the session without a keyring" in Latchkey's settings.`
  )
}

// Whether a keyring is missing, locked or was refused, Electron does not say.
const NOTES: Readonly<Record<Reason, { why: string; remedy: string }>> = {
  'turned-off': {
    why: 'Latchkey was started with --password-store=basic, which turns the keyring off',
    remedy: 'Start it without that flag',
  },
  none: {
    why: 'No keyring was found on this desktop',
    remedy:
      'Install and unlock gnome-keyring, KWallet or another Secret Service and start Latchkey again',
  },
  'secret-service': {
    why: 'The keyring of this desktop is locked or does not run',
    remedy: 'Install or unlock gnome-keyring (Passwords and Keys) and start Latchkey again',
  },
  kwallet: {
    why: 'KWallet is closed, turned off or does not run',
    remedy: 'Turn it on and open it (System Settings, KDE Wallet) and start Latchkey again',
  },
  keychain: {
    why: 'macOS gave Latchkey no key from the keychain, because it is locked or was denied',
    remedy: 'Start Latchkey again and choose Always Allow when you are asked',
  },
  dpapi: {
    why: 'Windows gave Latchkey no key: its data protection (DPAPI) failed for this user',
    remedy: 'Sign in to Windows again and start Latchkey again',
  },
}
