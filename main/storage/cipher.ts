// Seals the stored session without a keyring: with a passphrase, or with a key file.

import { randomBytes, scrypt, type ScryptOptions } from 'node:crypto'
import { diskError, readErrno } from '../base/errno.js'
import { readRegularFile } from './regular-file.js'
import { removeLeftovers, replaceFile } from './atomic-file.js'
import {
  additionalData,
  type Binding,
  decrypt,
  encrypt,
  joinParts,
  KEY_BYTES,
  type SealedFor,
  splitParts,
} from './seal.js'
import { DAMAGED, STORED_SESSION_REASONS } from './stored-session-messages.js'

/** Seals and opens texts. Both fail with an Error whose message is the end of a sentence for a person. */
export type Cipher = {
  seal(plain: string, what: SealedFor): Promise<string>
  /**
   * Opens a text that was sealed with the same binding, and no other. `stale` means that it should be
   * sealed again, because the way it was sealed is being phased out.
   */
  open(sealed: string, binding: Binding): Promise<{ plain: string; stale: boolean }>
}

/** The key exists, but cannot be used until Latchkey is restarted. */
export class KeyUnavailable extends Error {
  override readonly name = 'KeyUnavailable'
}

const SALT_BYTES = 16
/** The additional data of every file of version 1. */
const VERSION_1 = Buffer.from('latchkey session 1')

/**
 * Each guess takes 128 MiB of memory.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7914#section-2}
 * @see {@link https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html}
 */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 }

/** Seals with a key that scrypt derives from a passphrase. Tests pass a lower cost. */
export function passphraseCipher(passphrase: string, cost: ScryptOptions = COST): Cipher {
  let known: { salt: Buffer; key: Promise<Buffer> } | null = null

  // The salt stays the same while the program runs, so that the key is derived once.
  const keyFor = (salt: Buffer): Promise<Buffer> => {
    if (!known?.salt.equals(salt)) known = { salt, key: deriveKey(passphrase, salt, cost) }
    return known.key
  }
  return {
    async seal(plain, what) {
      const salt = known?.salt ?? randomBytes(SALT_BYTES)
      return joinParts([salt, ...encrypt(await keyFor(salt), plain, additionalData(what))])
    },
    async open(sealed, binding) {
      const [salt, ...rest] = splitParts(sealed, 4)
      if (salt?.length !== SALT_BYTES) throw new Error(DAMAGED)
      const plain = decrypt(
        await keyFor(salt),
        rest,
        toAdditionalData(binding),
        STORED_SESSION_REASONS.otherPassphrase,
      )
      return { plain, stale: false }
    },
  }
}

/**
 * Seals with a key from a file beside the session. A copy of the session file alone is of no use then.
 * Programs that run as this user can read both files, so this is used only if the user chose it.
 */
export function keyFileCipher(path: string): Cipher {
  const read = (): Buffer | null => {
    let text: string
    try {
      text = readRegularFile(path, { mostBytes: 4096 }).toString('utf8')
    } catch (cause) {
      if (readErrno(cause) === 'ENOENT') return null
      throw new Error(STORED_SESSION_REASONS.keyNotRead(path, diskError(cause)), { cause })
    }
    const key = Buffer.from(text.trim(), 'base64url')
    return key.length === KEY_BYTES ? key : null
  }
  const make = (): Buffer => {
    const key = randomBytes(KEY_BYTES)
    try {
      removeLeftovers(path)
      replaceFile(path, `${key.toString('base64url')}\n`)
    } catch (cause) {
      throw new Error(STORED_SESSION_REASONS.keyNotWritten(path, diskError(cause)), { cause })
    }
    return key
  }
  return {
    seal: async (plain, what) => joinParts(encrypt(read() ?? make(), plain, additionalData(what))),
    async open(sealed, binding) {
      const key = read()
      if (key === null) throw new Error(STORED_SESSION_REASONS.keyMissing(path))
      const plain = decrypt(
        key,
        splitParts(sealed, 3),
        toAdditionalData(binding),
        STORED_SESSION_REASONS.otherKey,
      )
      return { plain, stale: false }
    },
  }
}

function deriveKey(passphrase: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, KEY_BYTES, cost, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}

function toAdditionalData(binding: Binding): Buffer {
  return binding === 'version-1' ? VERSION_1 : additionalData(binding)
}
