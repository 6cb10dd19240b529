// What secrets look like that people put into a wrong place, so that no message repeats them (S38).

import { MASK } from './secret.js'

/** @see `KEY_PREFIX` in main/consent/consents.ts */
const KEY = 'latchkey_[\\w-]{43}'
const WHOLE = new RegExp(`^${KEY}$`)
const PART = new RegExp(KEY)

/** Also a key that was not copied whole. */
const KEY_LIKE = 'latchkey_[\\w-]{16,}'

/**
 * A JSON web token: its header begins with `{"`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7515#section-3.1}
 */
const TOKEN_LIKE = 'eyJ[\\w-]*\\.[\\w.-]*'

const SECRET_LIKE = new RegExp(`${KEY_LIKE}|${TOKEN_LIKE}`, 'g')

/** True for a text that is a key, and nothing else. */
export function isKey(text: string): boolean {
  return WHOLE.test(text)
}

/** True for a text with a key in it. */
export function containsKey(text: string): boolean {
  return PART.test(text)
}

/** Replaces keys and tokens in a text with a mask. */
export function maskSecrets(text: string): string {
  return text.replace(SECRET_LIKE, MASK)
}

/** Replaces the usernames and passwords of URLs in a text. */
export function maskPasswords(text: string): string {
  return text.replace(/\/\/[^\s/?#"]*@/g, '//…@')
}
