// Who signed in: the ID token checked, and what userinfo adds.

import { createHash, timingSafeEqual } from 'node:crypto'
import { decodeProtectedHeader, errors, type JSONWebKeySet, type JWTPayload } from 'jose'
import { z } from 'zod'
import { spanOf } from '../clock.js'
import type { ProviderMetadata } from './discovery.js'
import { AuthError, tooManyRequests } from './errors.js'
import { parseJson, type Http } from './http.js'
import { parseKeySet, verifyByKeys } from './keys.js'
import type { TokenSet } from './token.js'

/** A person, as the provider names them. */
export type Account = {
  sub: string
  /** For people to read: the name, else the nickname, the email or the `sub`. */
  name: string
  /** Empty where the provider gives none. */
  email: string
}

/** `Alice Adams (alice@example.com)`, or the name alone where the address adds nothing. */
export function labelOf({ name, email }: Account): string {
  return email === '' || email === name ? name : `${name} (${email})`
}

export type ExpectedIdentity = {
  clientId: string
  /** Null for a renewed ID token, which belongs to no request of its own. */
  nonce: string | null
  /** The organization that was asked for (Auth0): the ID token must name it. */
  organization?: string | null
  /** Seconds; where it was asked for, the ID token's `auth_time` is checked against it. */
  maxAgeS: number | null
  /** How far the provider's clock is ahead of ours, in milliseconds; null where it did not say. */
  providerAheadMs: number | null
}

/** How far the provider's clock and ours may differ. */
const CLOCK_TOLERANCE_S = 30
/** An ID token that comes straight from the token endpoint was made just now. */
const OLDEST_ID_TOKEN_S = 600

export type KeySet = {
  /** The provider's signing keys, fetched once; `again` fetches them anew. */
  read(options?: { again?: boolean; signal?: AbortSignal }): Promise<JSONWebKeySet>
}

/**
 * Reads and remembers a provider's key set. Fails with `invalid-metadata` and the codes of
 * {@link Http}; a failure is not remembered.
 *
 * @see RFC 7517 section 5
 */
export function createKeySet(http: Http, metadata: Pick<ProviderMetadata, 'jwksUri'>): KeySet {
  let known: Promise<JSONWebKeySet> | null = null

  const fetchKeys = async (signal?: AbortSignal): Promise<JSONWebKeySet> => {
    const response = await http({
      method: 'GET',
      url: metadata.jwksUri,
      purpose: "reading the provider's keys",
      ...(signal && { signal }),
    })
    const keySet = parseKeySet(parseJson(response.body))
    if (response.status === 429) throw tooManyRequests(response.retryAfterMs)
    if (response.status !== 200 || keySet === null) {
      throw new AuthError(
        response.status >= 500 ? 'provider-error' : 'invalid-metadata',
        "The provider's signing keys could not be read, so its answer could not be checked. " +
          'Try again later.',
        { retryAfterMs: response.retryAfterMs },
      )
    }
    return keySet
  }

  return {
    read({ again = false, signal } = {}) {
      if (known === null || again) {
        const fetched = fetchKeys(signal)
        known = fetched
        fetched.catch(() => {
          if (known === fetched) known = null
        })
      }
      return known
    },
  }
}

/**
 * Checks an ID token: signature by the provider's keys with an announced asymmetric algorithm,
 * `iss`, `aud`, `azp`, `nonce`, `exp`, `iat`, `auth_time` where `max_age` was asked for, `at_hash`
 * where present. An unknown `kid` makes the key set be fetched again, once.
 * Fails with `invalid-id-token` and the codes of {@link KeySet}.
 *
 * @see OpenID Connect Core 1.0 sections 3.1.3.7 and 3.1.3.8
 */
export async function verifyIdToken(
  keys: KeySet,
  metadata: Pick<ProviderMetadata, 'issuer' | 'signingAlgorithms'>,
  tokens: Pick<TokenSet, 'idToken' | 'accessToken'>,
  expected: ExpectedIdentity,
  nowMs: number,
  signal?: AbortSignal,
): Promise<Claims> {
  const readKeys = (again: boolean): Promise<JSONWebKeySet> =>
    keys.read({ again, ...(signal && { signal }) })

  let claims: JWTPayload
  try {
    claims = await verifyByKeys(tokens.idToken, await readKeys(false), () => readKeys(true), {
      algorithms: [...metadata.signingAlgorithms],
      issuer: metadata.issuer,
      audience: expected.clientId,
      requiredClaims: ['sub', 'exp', 'iat'],
      maxTokenAge: OLDEST_ID_TOKEN_S,
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(nowMs),
    })
  } catch (thrown) {
    if (thrown instanceof AuthError) throw thrown
    signal?.throwIfAborted()
    throw wrongClock(thrown, expected.providerAheadMs) ?? refusal(explain(thrown, tokens.idToken))
  }

  const { sub, aud, azp, nonce, auth_time: authTime, at_hash: atHash } = claims
  if (typeof sub !== 'string' || sub === '') throw refusal('it names nobody')
  if (azp === undefined ? Array.isArray(aud) && aud.length > 1 : azp !== expected.clientId) {
    throw refusal('it was made for another application')
  }
  if (expected.nonce !== null && nonce !== expected.nonce)
    throw refusal('it does not belong to this sign-in')
  if (expected.maxAgeS !== null) {
    const oldestS = nowMs / 1000 - expected.maxAgeS - CLOCK_TOLERANCE_S
    if (typeof authTime !== 'number' || authTime < oldestS) {
      throw refusal('the provider did not ask you to sign in anew, as it was asked to')
    }
  }
  if (expected.organization && !isOf(expected.organization, claims)) {
    throw refusal('it is for another organization')
  }
  if (atHash !== undefined && !matchesHash(atHash, tokens)) {
    throw refusal('it does not belong to the access token beside it')
  }
  return { ...claims, sub }
}

const wireUserinfo = z.looseObject({ sub: z.string() })

/** Claims that say whose they are. */
export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string }

/**
 * Reads userinfo. It only adds to what the ID token proves, so a provider that fails here costs the
 * person nothing: null.
 *
 * @see OpenID Connect Core 1.0 section 5.3
 */
export async function readUserinfo(
  http: Http,
  metadata: Pick<ProviderMetadata, 'userinfoEndpoint'>,
  accessToken: string,
  signal?: AbortSignal,
): Promise<Claims | null> {
  if (metadata.userinfoEndpoint === null) return null
  const request = http({
    method: 'GET',
    url: metadata.userinfoEndpoint,
    purpose: 'reading your profile',
    bearer: accessToken,
    ...(signal && { signal }),
  })
  const response = await request.catch((thrown: unknown) => {
    if (thrown instanceof AuthError) return null
    throw thrown
  })
  if (response === null || response.status !== 200) return null
  const parsed = wireUserinfo.safeParse(parseJson(response.body))
  return parsed.success ? parsed.data : null
}

/**
 * Adds userinfo to the ID token's claims, unless it is about somebody else. The ID token is signed,
 * userinfo is not: where both speak, the ID token is believed.
 *
 * @see OpenID Connect Core 1.0 section 5.3.2
 */
export function mergeClaims(idToken: Claims, userinfo: Claims | null): Claims {
  return userinfo?.sub === idToken.sub ? { ...userinfo, ...idToken } : idToken
}

/** In UTF-16 units; more is no name, and menus and terminals would suffer. */
const LONGEST_NAME = 200
/** The first half of a character that was cut in two. */
const HALF = /[\ud800-\udbff]$/

/** Names the account for a person to read. */
export function accountOf(claims: Claims): Account {
  const text = (name: string): string => {
    const value = claims[name]
    return typeof value === 'string' ? value.trim().slice(0, LONGEST_NAME).replace(HALF, '') : ''
  }
  const { sub } = claims
  const email = text('email')
  const name = text('name') || text('nickname') || text('preferred_username') || email || sub
  return { sub, name, email }
}

// Auth0 takes an organization by its ID or, where the tenant allows it, by its name.
function isOf(organization: string, { org_id: id, org_name: name }: JWTPayload): boolean {
  return (
    id === organization ||
    (typeof name === 'string' && name.toLowerCase() === organization.toLowerCase())
  )
}

// Without a cause: jose's errors hold every claim.
function refusal(why: string): AuthError {
  return new AuthError(
    'invalid-id-token',
    `The provider's proof of who signed in (its ID token) was refused: ${why}. Nothing was kept. ` +
      'Try again; if it happens again, tell its administrator.',
  )
}

const CLAIM_WORDS: Readonly<Record<string, string>> = {
  iss: 'it is from another provider',
  aud: 'it was made for another application',
  exp: "it has expired; check this computer's clock",
  iat: "its time does not fit; check this computer's clock",
  nbf: "it is not valid yet; check this computer's clock",
  sub: 'it names nobody',
}

function explain(thrown: unknown, idToken: string): string {
  if (thrown instanceof errors.JWTExpired || thrown instanceof errors.JWTClaimValidationFailed) {
    return CLAIM_WORDS[thrown.claim] ?? 'one of its claims is wrong'
  }
  if (thrown instanceof errors.JOSEAlgNotAllowed) {
    return /^HS\d+$/.test(decodeProtectedHeader(idToken).alg ?? '')
      ? 'it is signed with a client secret (HS256), which Latchkey has not; set RS256 or ES256 for ' +
          'your application at the provider'
      : 'it is not signed as the provider announced'
  }
  if (thrown instanceof errors.JWKSNoMatchingKey) return 'none of the provider’s keys signed it'
  if (thrown instanceof errors.JWSSignatureVerificationFailed) {
    return 'its signature is not the provider’s'
  }
  if (thrown instanceof errors.JWTInvalid || thrown instanceof errors.JWSInvalid) {
    return 'it is no signed token'
  }
  return 'the provider’s key for it could not be read'
}

/** Where it is the clocks that do not agree, and ours differs from the one that the provider shows. */
function wrongClock(thrown: unknown, aheadMs: number | null): AuthError | null {
  const isOfTime =
    (thrown instanceof errors.JWTExpired || thrown instanceof errors.JWTClaimValidationFailed) &&
    ['exp', 'iat', 'nbf'].includes(thrown.claim)
  if (!isOfTime || aheadMs === null || Math.abs(aheadMs) <= CLOCK_TOLERANCE_S * 1000) return null
  return new AuthError(
    'wrong-clock',
    `This computer's clock is ${spanOf(Math.abs(aheadMs))} ${aheadMs > 0 ? 'behind' : 'ahead of'} the ` +
      "provider's, so who signed in could not be checked. Set the clock right, then sign in again.",
  )
}

/** The left half of the access token's hash, by the hash of the ID token's algorithm. */
function matchesHash(atHash: unknown, tokens: Pick<TokenSet, 'idToken' | 'accessToken'>): boolean {
  if (typeof atHash !== 'string') return false
  const { alg = '' } = decodeProtectedHeader(tokens.idToken)
  const bits = /(256|384|512)$/.exec(alg)?.[1] ?? '512' // EdDSA with Ed25519 hashes with SHA-512
  const digest = createHash(`sha${bits}`).update(tokens.accessToken, 'ascii').digest()
  const computed = Buffer.from(digest.subarray(0, digest.length / 2).toString('base64url'))
  const given = Buffer.from(atHash)
  return given.length === computed.length && timingSafeEqual(given, computed)
}
