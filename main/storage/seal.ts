// Seals texts with AES-256-GCM, bound to their purpose. Nothing else in Latchkey encrypts.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { DAMAGED, STORED_SESSION_REASONS } from './stored-session-messages.js'

/** @see {@link https://csrc.nist.gov/pubs/sp/800/38/d/final NIST SP 800-38D} sections 5.2.1.1 and 8.2.2 */
const ALGORITHM = 'aes-256-gcm'
export const KEY_BYTES = 32
export const IV_BYTES = 12
export const TAG_BYTES = 16

/** The purpose of a sealed text. The text opens for no other purpose, even with the same key. */
export type SealedFor = SealedForOwner | { readonly purpose: 'consents' }

export type SealedForOwner = {
  readonly purpose: 'session' | 'probe'
  readonly issuer: string
  readonly clientId: string
  /** The account of the session. Absent in session.json, which holds the only session. */
  readonly account?: { readonly id: string; readonly person: string }
}

/** What a text is bound to: its purpose, or nothing, like the first version of Latchkey's files. */
export type Binding = SealedFor | 'version-1'

/** The version of files that are bound to their purpose. */
export const BOUND_VERSION = 2
/** The version of files that are bound to their account as well. */
export const ACCOUNT_VERSION = 3
/** The version of the file of consents. They belong to several owners. */
export const CONSENTS_VERSION = 1

/**
 * Makes the additional data that binds a text to its purpose. It is an array in JSON, so that no two
 * bindings have the same bytes, whatever characters the names contain.
 */
export function additionalData(what: SealedFor): Buffer {
  if (what.purpose === 'consents') {
    return Buffer.from(JSON.stringify(['latchkey', CONSENTS_VERSION, what.purpose]))
  }
  const { purpose, issuer, clientId, account } = what
  const version = account ? ACCOUNT_VERSION : BOUND_VERSION
  const ofAccount = account ? [account.id, account.person] : []
  return Buffer.from(JSON.stringify(['latchkey', version, purpose, issuer, clientId, ...ofAccount]))
}

export type SealedParts = readonly [iv: Buffer, tag: Buffer, text: Buffer]

/** Seals a text with a new initialization vector. It opens with the same additional data only. */
export function encrypt(key: Buffer, plain: string, additional: Buffer): SealedParts {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES }).setAAD(additional)
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  return [iv, cipher.getAuthTag(), text]
}

/**
 * Opens what {@link encrypt} made. Fails with an Error whose message is the end of a sentence for a
 * person. `otherReason` is what a failed check can mean apart from damage.
 */
export function decrypt(
  key: Buffer,
  parts: readonly Buffer[],
  additional: Buffer,
  otherReason: string,
): string {
  const [iv, tag, text] = parts
  if (iv?.length !== IV_BYTES || tag?.length !== TAG_BYTES || !text) throw new Error(DAMAGED)
  try {
    const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES })
    decipher.setAAD(additional).setAuthTag(tag)
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')
  } catch (cause) {
    // Another key, other additional data and a changed byte all look the same.
    throw new Error(STORED_SESSION_REASONS.orDamaged(otherReason), { cause })
  }
}

/** Writes bytes as one text: base64url, with dots between the parts. */
export function joinParts(parts: readonly Buffer[]): string {
  return parts.map((part) => part.toString('base64url')).join('.')
}

/**
 * Reads what {@link joinParts} wrote. Fails with an Error unless there are `count` parts, spelt as
 * written.
 */
export function splitParts(sealed: string, count: number): Buffer[] {
  const parts = sealed.split('.')
  if (parts.length !== count) throw new Error(DAMAGED)
  return parts.map((part) => {
    const bytes = Buffer.from(part, 'base64url')
    // Node skips characters that are not base64url, and surplus bits at the end.
    if (bytes.toString('base64url') !== part) throw new Error(DAMAGED)
    return bytes
  })
}
