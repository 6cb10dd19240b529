// Fetches and reads the keys that a provider signs with, and tries them until one fits.

import {
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose'
import { AuthError, tooManyRequests } from '../base/errors.js'
import { listOf, objectOf, unknown } from '../base/schema.js'
import { parseJson, type Http } from '../net/http.js'
import { METADATA_MESSAGES, PURPOSES } from './oauth-messages.js'

export type KeySet = {
  /**
   * Returns the provider's signing keys. They are fetched again if `again` is true, or if they are older
   * than `maxAgeMs` milliseconds (an hour, unless the caller needs newer ones).
   */
  read(options?: ReadOptions): Promise<JSONWebKeySet>
  /** True if the keys are so old that the provider may have replaced one under the same name. */
  areOutdated(): boolean
}

type ReadOptions = { again?: boolean; maxAgeMs?: number; signal?: AbortSignal }

/**
 * Fetches the key set. Fails with `invalid-metadata`, `provider-error` and the codes of {@link Http}.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-5}
 */
export async function fetchKeySet(
  http: Http,
  jwksUri: string,
  signal?: AbortSignal,
): Promise<JSONWebKeySet> {
  const response = await http({
    method: 'GET',
    url: jwksUri,
    purpose: PURPOSES.keys,
    ...(signal && { signal }),
  })
  const keySet = parseKeySet(parseJson(response.body))
  if (response.status === 429) throw tooManyRequests(response.retryAfterMs)
  if (response.status === 200 && keySet !== null) return keySet
  throw new AuthError(
    response.status >= 500 ? 'provider-error' : 'invalid-metadata',
    METADATA_MESSAGES.unreadableKeys,
    { retryAfterMs: response.retryAfterMs },
  )
}

const wireKeySet = objectOf({ keys: listOf(unknown) })

/** The public members of a key, by its type. A Map, because the type is untrusted text. */
const PUBLIC_MEMBERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['RSA', ['n', 'e']],
  ['EC', ['crv', 'x', 'y']],
  ['OKP', ['crv', 'x']],
  ['AKP', ['pub']],
])

/**
 * Reads a key set. Returns null if the JSON is not one. Leaves out entries that can't be read, and
 * members that a public key doesn't need.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-5}
 */
export function parseKeySet(json: unknown): JSONWebKeySet | null {
  const parsed = wireKeySet.safeParse(json)
  return parsed.success ? { keys: parsed.data.keys.flatMap(parseKey) } : null
}

function parseKey(entry: unknown): JWK[] {
  if (typeof entry !== 'object' || entry === null) return []
  const members = entry as Readonly<Record<string, unknown>>
  const { kty } = members
  const names = typeof kty === 'string' ? PUBLIC_MEMBERS.get(kty) : undefined
  if (!names?.every((name) => isFilled(members[name])) || isWeak(members)) return []
  const { key_ops: operations } = members
  return [
    {
      ...pick(members, ['kty', ...names]),
      ...pick(members, ['alg', 'use']),
      ...(Array.isArray(operations) && { key_ops: operations as string[] }),
      ...readKid(members['kid']),
    },
  ]
}

const FEWEST_RSA_BITS = 2048

/**
 * True for an RSA key that is too short, or with which anyone can sign: if the exponent is 1, the
 * signature is the message. An even exponent has no inverse, so no valid key has one.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8017#section-3.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc7518#section-3.3}
 */
function isWeak({ kty, n, e }: Readonly<Record<string, unknown>>): boolean {
  if (kty !== 'RSA') return false
  const exponent = toBigInt(e)
  return exponent < 3n || exponent % 2n === 0n || toBigInt(n) >> BigInt(FEWEST_RSA_BITS - 1) === 0n
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc7518#section-2} (Base64urlUInt) */
function toBigInt(value: unknown): bigint {
  const hex = Buffer.from(String(value), 'base64url').toString('hex')
  return hex === '' ? 0n : BigInt(`0x${hex}`)
}

/** Reads the name of a key. A number is read as text. */
function readKid(kid: unknown): { kid?: string } {
  if (typeof kid === 'number') return { kid: String(kid) }
  return isFilled(kid) ? { kid } : {}
}

function pick(
  members: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => isFilled(members[name])).map((name) => [name, members[name]]),
  )
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

export type VerificationKeys = {
  keySet: JSONWebKeySet
  isOutdated: boolean
  readAgain(): Promise<JSONWebKeySet>
}

/**
 * Verifies a JWT with the key that its `kid` names. Without such a key, tries each key that could have
 * signed it. If no key fits, gets a newer set from `readAgain`, once, unless the set has the named key
 * and is not outdated. Throws jose's errors.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys}
 */
export async function verifyByKeys(
  jwt: string,
  { keySet, isOutdated, readAgain }: VerificationKeys,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return await verifyByAny(jwt, keySet, options)
  } catch (thrown) {
    if (!isUnsigned(thrown) || (!isOutdated && isNamed(jwt, keySet))) throw thrown
    return verifyByAny(jwt, await readAgain(), options)
  }
}

function isUnsigned(thrown: unknown): boolean {
  return (
    thrown instanceof errors.JWKSNoMatchingKey ||
    thrown instanceof errors.JWSSignatureVerificationFailed
  )
}

/** True if the set has the key that the JWT names. */
function isNamed(jwt: string, keySet: JSONWebKeySet): boolean {
  const { kid } = readKid(decodeProtectedHeader(jwt).kid)
  return kid !== undefined && hasKey(keySet, kid)
}

function hasKey({ keys }: JSONWebKeySet, kid: string): boolean {
  return keys.some((key) => key.kid === kid)
}

async function verifyByAny(
  jwt: string,
  keySet: JSONWebKeySet,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  const choose: JWTVerifyGetKey = (header, token) => {
    const { kid: _kid, ...rest } = header
    const named = readKid(header.kid)
    return importKeys(candidatesFor(named.kid, keySet))({ ...rest, ...named }, token)
  }
  try {
    return (await jwtVerify(jwt, choose, options)).payload
  } catch (thrown) {
    if (!(thrown instanceof errors.JWKSMultipleMatchingKeys)) throw thrown
    for await (const key of thrown) {
      try {
        return (await jwtVerify(jwt, key, options)).payload
      } catch (failed) {
        // Another key may fit. Any other error than the signature applies to all keys.
        if (!(failed instanceof errors.JWSSignatureVerificationFailed)) throw failed
      }
    }
    throw new errors.JWSSignatureVerificationFailed()
  }
}

/** Makes the function that chooses a key. It keeps the keys that it has imported, as long as their set. */
function importKeys(keySet: JSONWebKeySet): ChooseKey {
  const known = imported.get(keySet) ?? createLocalJWKSet(keySet)
  imported.set(keySet, known)
  return known
}

type ChooseKey = ReturnType<typeof createLocalJWKSet>
const imported = new WeakMap<JSONWebKeySet, ChooseKey>()

/** Returns the whole set, or only the keys without a name if the named key is missing. */
function candidatesFor(kid: string | undefined, keySet: JSONWebKeySet): JSONWebKeySet {
  if (kid === undefined || hasKey(keySet, kid)) return keySet
  const nameless = keySet.keys.filter((key) => key.kid === undefined)
  return { keys: nameless.map((key) => ({ ...key, kid })) }
}
