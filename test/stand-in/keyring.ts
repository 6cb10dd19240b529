// The system's keyring behind `safeStorage`: Chromium's keys on each system, and their effects.

import { setTimeout } from 'node:timers/promises'
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import type { SafeStorage } from 'electron'
import type { Keyring, Platform } from './contract.js'

type KeyringDeps = {
  platform: Platform
  /** Whether the keyring is available now. */
  keyring(): Keyring
  isReady(): boolean
  /** The value of --password-store. Empty if it is not given. */
  passwordStore(): string
}

type UsedOfSafeStorage = Pick<
  SafeStorage,
  'decryptStringAsync' | 'encryptStringAsync' | 'isAsyncEncryptionAvailable'
> &
  // Linux only: other systems don't have this function.
  Partial<Pick<SafeStorage, 'getSelectedStorageBackend'>>

/** Null: the key exists, but is unavailable. */
type Keys = ReadonlyMap<string, Buffer | null>

/** `safeStorage` with a fake keyring. */
export function createSafeStorage(ports: KeyringDeps): UsedOfSafeStorage {
  const { platform, isReady } = ports
  const keyring = (): Keyring => ({ ...ports.keyring(), ...SWITCHES[ports.passwordStore()] })
  let asked: Keys | null = null
  /** Electron's only encryptor keeps the keys that it first received, even if there were none. */
  const keys = (): Keys => (asked ??= makeKeys(platform, keyring()))
  const inUse = (): [string?, (Buffer | null)?] =>
    [...keys()].find(([, found]) => found !== null) ?? []
  const algorithm = platform === 'win32' ? AEAD : CBC

  return {
    async isAsyncEncryptionAvailable() {
      if (!isReady()) return false
      // Waits until the user has answered, and the driver sets another keyring.
      while (keyring().asks) await setTimeout(20)
      keys()
      return true
    },
    async encryptStringAsync(plainText) {
      if (!isReady()) throw new Error(NOT_READY)
      if (plainText === '') return Buffer.alloc(0)
      const [tag, key] = inUse()
      if (tag === undefined || !key) {
        throw new Error(
          'Error while encrypting the text provided to safeStorage.encryptStringAsync.',
        )
      }
      return Buffer.concat([Buffer.from(tag), algorithm.encrypt(Buffer.from(plainText), key)])
    },
    async decryptStringAsync(encrypted) {
      if (!isReady()) throw new Error(NOT_READY)
      if (!Buffer.isBuffer(encrypted)) {
        throw new Error('Expected the first argument of decryptStringAsync() to be a buffer')
      }
      if (encrypted.length === 0) return { shouldReEncrypt: false, result: '' }
      const sealedBy = encrypted.subarray(0, TAG_LENGTH).toString('latin1')
      const found = keys().get(sealedBy)
      if (found === null) {
        throw new Error(
          'safeStorage.decryptStringAsync is temporarily unavailable. Please try again.',
        )
      }
      try {
        if (!found) throw new Error('no such key')
        const result = algorithm.decrypt(encrypted.subarray(TAG_LENGTH), found).toString()
        return { shouldReEncrypt: sealedBy !== inUse()[0], result }
      } catch {
        throw new Error(
          'Error while decrypting the ciphertext provided to safeStorage.decryptStringAsync.',
        )
      }
    },
    ...(platform === 'linux' && {
      getSelectedStorageBackend: () => (isReady() ? keyring().backend : 'unknown'),
    }),
  }
}

const NOT_READY = 'safeStorage cannot be used before app is ready'
const TAG_LENGTH = 3

const SWITCHES: Readonly<Record<string, Partial<Keyring>>> = {
  basic: { backend: 'basic_text', givesKey: false },
  'gnome-libsecret': { backend: 'gnome_libsecret' },
  kwallet: { backend: 'kwallet' },
  kwallet5: { backend: 'kwallet5' },
  kwallet6: { backend: 'kwallet6' },
}

/** The keys by the tag before their sealed texts. The first one seals. */
function makeKeys(platform: Platform, { givesKey, machine, hasNewerKey }: Keyring): Keys {
  const key = (tag: string): Buffer | null => (givesKey ? keyFrom(`${tag} of ${machine}`) : null)
  const newer = hasNewerKey ? key('v12') : null
  if (platform !== 'linux')
    return new Map([...(newer ? [['v12', newer] as const] : []), ['v10', key('v10')]])
  // v12 is the portal's, v11 the Secret Service's or KWallet's, and v10 the publicly known one.
  const known = keyFrom('peanuts')
  return new Map([
    ['v12', newer],
    ['v11', key('v11')],
    ['v10', known],
  ])
}

function keyFrom(secret: string): Buffer {
  return createHash('sha256').update(secret).digest().subarray(0, 16)
}

type Algorithm = {
  encrypt(plain: Buffer, key: Buffer): Buffer
  /** Throws if it detects an error. */
  decrypt(encrypted: Buffer, key: Buffer): Buffer
}

// Chromium's cipher on Linux and macOS: it checks only the padding, and gives the same bytes each time.
const BLANKS = Buffer.alloc(16, ' ')
const CBC: Algorithm = {
  encrypt(plain, key) {
    const cipher = createCipheriv('aes-128-cbc', key, BLANKS)
    return Buffer.concat([cipher.update(plain), cipher.final()])
  },
  decrypt(encrypted, key) {
    const decipher = createDecipheriv('aes-128-cbc', key, BLANKS)
    return Buffer.concat([decipher.update(encrypted), decipher.final()])
  },
}

const AEAD: Algorithm = {
  encrypt(plain, key) {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-128-gcm', key, nonce)
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  },
  decrypt(encrypted, key) {
    const nonce = encrypted.subarray(0, 12)
    const decipher = createDecipheriv('aes-128-gcm', key, nonce, { authTagLength: 16 })
    decipher.setAuthTag(encrypted.subarray(-16))
    return Buffer.concat([decipher.update(encrypted.subarray(12, -16)), decipher.final()])
  },
}
