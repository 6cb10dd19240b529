// The user's account: made from the provider's claims, in a form that can be shown and stored.

import { createHash } from 'node:crypto'
import { UNPRINTABLE } from '../base/unprintable.js'

/** A user, as the provider names them. */
export type Account = {
  sub: string
  /** For people to read: the name, else the nickname, the email or the `sub`. */
  name: string
  /** Empty if the provider gives none. */
  email: string
}

/** Copies the members that programs and people are shown, and no others. */
export function pickAccount({ name, email, sub }: Account): Account {
  return { name, email, sub }
}

/** Claims about the user that `sub` names. */
export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string }

/** Gives `Alice Adams (alice@example.com)`, or only the name if the address adds nothing. */
export function formatAccount({ name, email }: Account): string {
  return email === '' || email === name ? name : `${name} (${email})`
}

/** Makes an account from claims. Its texts are printable, and at most 200 UTF-16 units long. */
export function toAccount(claims: Claims): Account {
  const read = (name: string): string => {
    const value = claims[name]
    return typeof value === 'string' ? shorten(value) : ''
  }
  const { sub } = claims
  const email = read('email')
  const name = read('name') || read('nickname') || read('preferred_username') || email || sub
  return { sub, name, email }
}

/** In UTF-16 units. A longer text isn't a name, and would break menus and terminals. */
const MAX_NAME_LENGTH = 200
/** The first half of a surrogate pair that was cut in two. */
const HALF_PAIR = /[\ud800-\udbff]$/

/** @see {@link https://openid.net/specs/openid-connect-core-1_0.html#IDToken} */
const MAX_SUBJECT_LENGTH = 255

/**
 * Makes a `sub` that can be shown and stored everywhere. One that is too long or cannot be printed
 * ends in its own hash, so that two users never get the same.
 */
export function toSubject(sub: string): string {
  if (sub.length <= MAX_SUBJECT_LENGTH && sub.search(UNPRINTABLE) === -1) return sub
  const hash = createHash('sha256').update(Buffer.from(sub, 'utf16le')).digest('base64url')
  return `${shorten(sub)}…${hash}`
}

function shorten(text: string): string {
  const shown = text.replace(/\s+/g, ' ').replace(UNPRINTABLE, '�').trim()
  return shown.slice(0, MAX_NAME_LENGTH).replace(HALF_PAIR, '')
}
