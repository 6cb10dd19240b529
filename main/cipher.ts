// Seals what is kept on the disk, where no keyring of the system's does.

import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { diskError, errnoOf } from './errno.js'
import { readRegularFile } from './regular-file.js'
import { removeLeftovers, replaceFile } from './replace-file.js'

/** Fails with an Error whose message is the end of a sentence for a person. */
export type Cipher = {
  seal(plain: string): Promise<string>
  /** `stale`: it should be sealed anew, for it was sealed in a way that is going out of use. */
  open(sealed: string): Promise<{ plain: string; stale: boolean }>
}

/** The key exists, but is not to be had until Latchkey is started again. */
export class KeyUnavailable extends Error {
  override readonly name = 'KeyUnavailable'
}

const KEY_BYTES = 32
const SALT_BYTES = 16
/** AES-GCM. @see NIST SP 800-38D sections 5.2.1.1 and 8.2.2 */
const IV_BYTES = 12
const TAG_BYTES = 16
/** A sealed session cannot be passed off as something else that the same key sealed. */
const PURPOSE = Buffer.from('latchkey session 1')

/** 128 MiB of memory for a guess. @see RFC 7914 section 2; OWASP Password Storage Cheat Sheet */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 }

/** Seals with a key that is made of a passphrase, by scrypt. */
export function passphraseCipher(passphrase: string): Cipher {
  let known: { salt: Buffer; key: Promise<Buffer> } | null = null

  // One salt, and so one derivation, for as long as the program runs.
  const keyFor = (salt: Buffer): Promise<Buffer> => {
    if (!known?.salt.equals(salt)) known = { salt, key: deriveKey(passphrase, salt) }
    return known.key
  }
  return {
    async seal(plain) {
      const salt = known?.salt ?? randomBytes(SALT_BYTES)
      return join([salt, ...encrypt(await keyFor(salt), plain)])
    },
    async open(sealed) {
      const [salt, ...rest] = split(sealed, 4)
      if (salt?.length !== SALT_BYTES) throw new Error(DAMAGED)
      const plain = decrypt(
        await keyFor(salt),
        rest,
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
    seal: async (plain) => join(encrypt(read() ?? make(), plain)),
    async open(sealed) {
      const key = read()
      if (key === null) throw new Error(`its key, ${path}, is missing or damaged`)
      return { plain: decrypt(key, split(sealed, 3), 'its key is another one'), stale: false }
    },
  }
}

const DAMAGED = 'the file is damaged'

function deriveKey(passphrase: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, KEY_BYTES, COST, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}

function encrypt(key: Buffer, plain: string): [iv: Buffer, tag: Buffer, text: Buffer] {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(PURPOSE)
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  return [iv, cipher.getAuthTag(), text]
}

function decrypt(key: Buffer, parts: readonly Buffer[], otherwise: string): string {
  const [iv, tag, text] = parts
  if (iv?.length !== IV_BYTES || tag?.length !== TAG_BYTES || !text) throw new Error(DAMAGED)
  const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(PURPOSE).setAuthTag(tag)
  try {
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')
  } catch (cause) {
    // Another key, or a file that was tampered with: nothing tells them apart.
    throw new Error(`${otherwise}, or ${DAMAGED}`, { cause })
  }
}

function join(parts: readonly Buffer[]): string {
  return parts.map((part) => part.toString('base64url')).join('.')
}

function split(sealed: string, count: number): Buffer[] {
  const parts = sealed.split('.')
  if (parts.length !== count) throw new Error(DAMAGED)
  return parts.map((part) => {
    const bytes = Buffer.from(part, 'base64url')
    // Node passes over what is no base64url, and over bits that are left over at the end.
    if (bytes.toString('base64url') !== part) throw new Error(DAMAGED)
    return bytes
  })
}
