// Opens the sealed content of session files, and says why some content does not open.

import type { AuthError } from '../base/errors.js'
import {
  boolean,
  listOf,
  looseObjectOf,
  nullable,
  number,
  objectOf,
  optional,
  string,
  type Schema,
} from '../base/schema.js'
import { parseJson } from '../net/http.js'
import { KeyUnavailable, type Cipher } from './cipher.js'
import type { Binding } from './seal.js'
import {
  cannotOpen,
  MISSING_KEY,
  storageFailed,
  type Fail,
  type SealedTier,
} from './session-file.js'
import { STORED_SESSION_MESSAGES, STORED_SESSION_REASONS } from './stored-session-messages.js'

export type Ciphers = Partial<Record<SealedTier, Cipher>>

const nullableText = nullable(string)
/** The content of a session file. */
export const wireSession = objectOf({
  issuer: string,
  clientId: string,
  account: objectOf({ sub: string, name: string, email: string }),
  claims: looseObjectOf({ sub: string }),
  tokens: objectOf({
    accessToken: string,
    accessTokenExpiresAtMs: nullable(number),
    obtainedAtMs: number,
    refreshToken: nullableText,
    idToken: string,
    scope: string,
  }),
  superseded: optional(listOf(string)),
  unanswered: optional(boolean),
})

/** Fails with `storage-failed` if nothing can open files of this tier. */
export function requireKey(tier: SealedTier, ciphers: Ciphers, fail: Fail = cannotOpen): Cipher {
  const opener = ciphers[tier]
  if (!opener) throw fail(MISSING_KEY[tier])
  return opener
}

type OpenSealed<Content> = {
  ciphers: Ciphers
  binding: Binding
  schema: Schema<Content>
  /** Makes the error; by default, that of a session. */
  fail?: Fail
}

/**
 * Opens what is sealed in a file, and parses it. `stale` means that it should be sealed again. Fails
 * with `storage-failed` if it does not open with this binding.
 */
export async function openSealed<Content>(
  { tier, sealed }: { tier: SealedTier; sealed: string },
  { ciphers, binding, schema, fail = cannotOpen }: OpenSealed<Content>,
): Promise<{ content: Content; stale: boolean }> {
  const opener = requireKey(tier, ciphers, fail)
  let opened: { plain: string; stale: boolean }
  try {
    opened = await opener.open(sealed, binding)
  } catch (cause) {
    throw fail(toMessage(cause), cause)
  }
  const parsed = schema.safeParse(parseJson(opened.plain))
  if (!parsed.success) throw fail(STORED_SESSION_REASONS.otherContent)
  return { content: parsed.data, stale: opened.stale }
}

/** True if the key exists, or may exist, but can't be used until the keyring is unlocked. */
export function isKeyUnavailable(tier: SealedTier, ciphers: Ciphers, thrown: unknown): boolean {
  if (!ciphers[tier]) return tier === 'keyring'
  return thrown instanceof Error && thrown.cause instanceof KeyUnavailable
}

/** The error for a session that could not be written. `reason` is the end of a sentence. */
export function cannotStore(reason: string, cause?: unknown): AuthError {
  return storageFailed(STORED_SESSION_MESSAGES.notStored(reason), cause)
}

export function toMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
