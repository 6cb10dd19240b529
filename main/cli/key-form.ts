// What a key looks like to the command line, which does not load the consents.

/** @see `KEY_PREFIX` in main/consent/consents.ts */
const KEY = 'latchkey_[\\w-]{43}'
const WHOLE = new RegExp(`^${KEY}$`)
const PART = new RegExp(KEY)

/** True for a text that is a key, and nothing else. */
export function isKey(text: string): boolean {
  return WHOLE.test(text)
}

/** True for a text with a key in it. */
export function containsKey(text: string): boolean {
  return PART.test(text)
}
