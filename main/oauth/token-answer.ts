// Reads the token endpoint's answer. Each member that can't be read counts as absent.

import { parseJson } from '../net/http.js'

/** A member is null if the answer lacks it or if it can't be read. */
export type TokenAnswer = {
  readonly accessToken: string | null
  readonly tokenType: string | null
  /** In seconds; a hundred years at most. */
  readonly expiresInS: number | null
  readonly refreshToken: string | null
  readonly idToken: string | null
  readonly scope: string | null
  readonly error: string | null
  readonly errorDescription: string | null
  /** The names of members that can't be read. */
  readonly unreadable: readonly string[]
}

/** Listed with the unreadable members if the lifetime of the access token is unknown. */
export const NO_EXPIRY = 'no-expiry'

/** A hundred years. A longer lifetime could exceed the range of dates. */
const LONGEST_LIFE_S = 3_155_760_000

/**
 * Reads an answer of the token endpoint with any status. Providers send `null` or an empty text
 * for missing members, numbers as text, and lists for texts with spaces. Each is read as intended. A
 * text is read only if it is valid in a header.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#appendix-A} (the characters)
 */
export function readTokenAnswer(body: string): TokenAnswer {
  const json = parseJson(body)
  const members: Readonly<Record<string, unknown>> =
    typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : {}
  const unreadable: string[] = []
  const read = <Value>(name: string, parse: (value: unknown) => Value | null): Value | null => {
    const value = members[name]
    if (value === undefined || value === null || value === '') return null
    const parsed = parse(value)
    if (parsed === null) unreadable.push(name)
    return parsed
  }
  return {
    accessToken: read('access_token', wireText),
    tokenType: read('token_type', wireText),
    expiresInS: read('expires_in', toSeconds),
    refreshToken: read('refresh_token', wireText),
    idToken: read('id_token', wireText),
    scope: read('scope', toScope),
    error: read('error', anyText),
    errorDescription: read('error_description', anyText),
    unreadable,
  }
}

/**
 * When an access token expires by its own `exp`, in milliseconds since the epoch by the provider's
 * clock. Null if the token is not a JWT or has no `exp`. This only decides when to renew, so the
 * signature, which is for the resource server, is not checked.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068#section-2.2}
 */
export function expiryInToken(accessToken: string): number | null {
  const parts = accessToken.split('.')
  if (parts.length !== 3) return null
  const claims = parseJson(Buffer.from(parts[1]!, 'base64url').toString())
  if (typeof claims !== 'object' || claims === null || !('exp' in claims)) return null
  const { exp } = claims
  return typeof exp === 'number' && exp > 0 && exp <= LATEST_EXP_S ? exp * 1000 : null
}

/** The year 2200. */
const LATEST_EXP_S = 7_258_118_400

/** Reads a list of one text as that text. */
function oneOf(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value
}

function wireText(value: unknown): string | null {
  const text = oneOf(value)
  return typeof text === 'string' && /^[\x20-\x7e]+$/.test(text) ? text : null
}

function anyText(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function toSeconds(value: unknown): number | null {
  const given = oneOf(value)
  const isNumeric = typeof given === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(given)
  const seconds = isNumeric ? Number(given) : given
  return typeof seconds === 'number' && seconds >= 0 ? Math.min(seconds, LONGEST_LIFE_S) : null
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.3} */
function toScope(value: unknown): string | null {
  const items: unknown[] = Array.isArray(value) ? value : [value]
  if (!items.every((item) => typeof item === 'string')) return null
  const tokens = items.join(' ').split(/\s+/).filter(Boolean)
  const areTokens = tokens.every((token) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(token))
  return tokens.length > 0 && areTokens ? tokens.join(' ') : null
}
