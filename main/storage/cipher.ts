// Seals what is kept on the disk, where no keyring of the system's does.

import { randomBytes, scrypt, type ScryptOptions } from 'node:crypto'
import { diskError, errnoOf } from '../base/errno.js'
import { readRegularFile } from './regular-file.js'
import { removeLeftovers, replaceFile } from './atomic-file.js'
import {
  additionalData,
  type Binding,
  DAMAGED,
  decrypt,
  encrypt,
  joinParts,
  KEY_BYTES,
  type SealedFor,
  splitParts,
} from './seal.js'

/** Fails with an Error whose message is the end of a sentence for a person. */
export type Cipher = {
  seal(plain: string, what: SealedFor): Promise<string>
  /**
   * Opens only what was sealed with the same binding.
   * `stale`: it should be sealed anew, for it was sealed in a way that is going out of use.
   */
  open(sealed: string, binding: Binding): Promise<{ plain: string; stale: boolean }>
}

/** The key exists, but is not to be had until Latchkey is started again. */
export class KeyUnavailable extends Error {
  override readonly name = 'KeyUnavailable'
}

const SALT_BYTES = 16
/** What every file of version 1 was sealed with: it kept a session from being passed off as something else. */
const VERSION_1 = Buffer.from('latchkey session 1')

/** 128 MiB of memory for a guess. @see RFC 7914 section 2; OWASP Password Storage Cheat Sheet */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 }

/** Seals with a key that scrypt derives from a passphrase. Tests pass a lower cost. */
export function passphraseCipher(passphrase: string, cost: ScryptOptions = COST): Cipher {
  let known: { salt: Buffer; key: Promise<Buffer> } | null = null

  // One salt, and so one derivation, for as long as the program runs.
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
        additionalDataOf(binding),
        'the passphrase is not the one it was kept with',
      )
      return { plain, stale: false }
    },
  }
}

/**
 * Seals with a key from a file beside it. That keeps a copy of the one file from being of use, and no
 * program that runs as this user from reading both: only for who has chosen so.
 */
export function keyFileCipher(path: string): Cipher {
  const read = (): Buffer | null => {
    let text: string
    try {
      text = readRegularFile(path, { mostBytes: 4096 }).toString('utf8')
    } catch (cause) {
      if (errnoOf(cause) === 'ENOENT') return null
      throw new Error(`its key, ${path}, cannot be read (${diskError(cause)})`, { cause })
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
      throw new Error(`its key, ${path}, cannot be written (${diskError(cause)})`, { cause })
    }
    return key
  }
  return {
    seal: async (plain, what) => joinParts(encrypt(read() ?? make(), plain, additionalData(what))),
    async open(sealed, binding) {
      const key = read()
      if (key === null) throw new Error(`its key, ${path}, is missing or damaged`)
      const plain = decrypt(
        key,
        splitParts(sealed, 3),
        additionalDataOf(binding),
        'its key is another one',
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

function additionalDataOf(binding: Binding): Buffer {
  return binding === 'version-1' ? VERSION_1 : additionalData(binding)
}
