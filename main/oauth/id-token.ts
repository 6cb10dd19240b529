// Who signed in: the ID token checked, and what userinfo adds.

import { createHash, timingSafeEqual } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, errors, type JSONWebKeySet, type JWTPayload } from 'jose'
import { z } from 'zod'
import { spanOf } from '../base/clock.js'
import type { ProviderMetadata } from './metadata.js'
import { AuthError } from '../base/errors.js'
import { parseJson, type Http } from '../net/http.js'
import { verifyByKeys, type KeySet } from './key-set.js'
import { UNPRINTABLE } from '../base/unprintable.js'
import type { TokenSet } from './token-endpoint.js'

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
  nonce: string
  /** The organization that was asked for (Auth0): the ID token must name it. */
  organization?: string | null
  /** Seconds; where it was asked for, the ID token's `auth_time` is checked against it. */
  maxAgeS: number | null
  /** How far the provider's clock is ahead of ours, in milliseconds; null where it did not say. */
  clockSkewMs: number | null
}

/** How far the provider's clock and ours may differ. */
const CLOCK_TOLERANCE_S = 30
/** An ID token that comes straight from the token endpoint was made just now. */
const OLDEST_ID_TOKEN_S = 600

type Signed = Pick<TokenSet, 'idToken' | 'accessToken'>
type Trusted = Pick<ProviderMetadata, 'issuer' | 'signingAlgorithms'>

/**
 * Checks an ID token: signature by the provider's keys with an announced asymmetric algorithm,
 * `iss`, `aud`, `azp`, `nonce`, `exp`, `iat`, `auth_time` where `max_age` was asked for, `at_hash`
 * where present. An unknown `kid` makes the key set be fetched again, once.
 * Fails with `invalid-id-token`, `wrong-clock` and the codes of {@link KeySet}.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation}
 */
export async function verifyIdToken(
  keys: KeySet,
  metadata: Trusted,
  tokens: Signed,
  expected: ExpectedIdentity,
  nowMs: number,
  signal?: AbortSignal,
): Promise<Claims> {
  const { clientId, clockSkewMs } = expected
  const verified = await verifySigned(keys, metadata, tokens.idToken, clientId, nowMs, signal)
  const { failure } = verified
  if (failure) throw wrongClock(clockSkewMs, 'then sign in again') ?? untimely(failure)
  const claims = requireParty(verified.claims, clientId)

  const { nonce, auth_time: authTime } = claims
  if (nonce !== expected.nonce) throw refusal('it does not belong to this sign-in')
  if (expected.maxAgeS !== null) requireRecent(authTime, expected.maxAgeS, nowMs / 1000)
  if (expected.organization && !isOf(expected.organization, claims)) {
    throw refusal('it is for another organization')
  }
  requireHash(claims, tokens)
  return claims
}

/**
 * Checks a renewed ID token; null if it is outdated: it has expired, or is no newer than the one that
 * is `held`. Providers send the first one again, or one that they keep; what it says was true once, so
 * it is as good as none. But whoever it names must be the person whose session it is.
 * Fails with `invalid-id-token`, `wrong-clock`, `another-account` and the codes of {@link KeySet}.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse}
 */
export async function verifyRenewedIdToken(
  keys: KeySet,
  metadata: Trusted,
  tokens: Signed,
  held: { sub: string; idToken: string },
  expected: Pick<ExpectedIdentity, 'clientId' | 'clockSkewMs'>,
  nowMs: number,
): Promise<Claims | null> {
  const { clientId, clockSkewMs } = expected
  const verified = await verifySigned(keys, metadata, tokens.idToken, clientId, nowMs)
  const { failure } = verified
  const isExpired = failure instanceof errors.JWTExpired
  if (failure && !isExpired) {
    throw wrongClock(clockSkewMs, 'and Latchkey goes on') ?? untimely(failure)
  }
  const claims = requireParty(verified.claims, clientId)
  if (claims.sub !== subjectOf(held.sub)) throw anotherAccount()
  if (isExpired || !isNewer(claims, held.idToken)) return null
  requireHash(claims, tokens)
  return claims
}

/** What the signature vouches for; `failure` says what is wrong with its times. */
type Verified = {
  claims: JWTPayload
  failure: errors.JWTExpired | errors.JWTClaimValidationFailed | null
}

const TIMES: ReadonlySet<string> = new Set(['exp', 'iat', 'nbf'])

/** Checks the signature, `iss` and `aud`, then the times. Fails with `invalid-id-token`. */
async function verifySigned(
  keys: KeySet,
  metadata: Trusted,
  idToken: string,
  clientId: string,
  nowMs: number,
  signal?: AbortSignal,
): Promise<Verified> {
  const readKeys = (again: boolean): Promise<JSONWebKeySet> =>
    keys.read({ again, ...(signal && { signal }) })
  try {
    const isOutdated = keys.areOutdated()
    const keySet = await readKeys(false)
    const found = { keySet, isOutdated, readAgain: () => readKeys(true) }
    const claims = await verifyByKeys(idToken, found, {
      algorithms: [...metadata.signingAlgorithms],
      issuer: metadata.issuer,
      audience: clientId,
      requiredClaims: ['sub', 'exp', 'iat'],
      maxTokenAge: OLDEST_ID_TOKEN_S,
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(nowMs),
    })
    return { claims, failure: null }
  } catch (thrown) {
    if (thrown instanceof AuthError) throw thrown
    signal?.throwIfAborted()
    // jose looks at the times last: by then the signature, `iss` and `aud` are right.
    if (isOfTime(thrown)) return { claims: thrown.payload, failure: thrown }
    throw refusal(explain(thrown, idToken))
  }
}

function isOfTime(thrown: unknown): thrown is errors.JWTExpired | errors.JWTClaimValidationFailed {
  return (
    (thrown instanceof errors.JWTExpired || thrown instanceof errors.JWTClaimValidationFailed) &&
    thrown.reason === 'check_failed' &&
    TIMES.has(thrown.claim)
  )
}

/** Whom it names, and that it was made for us. */
function requireParty(claims: JWTPayload, clientId: string): Claims {
  const { sub, aud, azp } = claims
  if (typeof sub !== 'string' || sub === '') throw refusal('it names nobody')
  if (azp === undefined ? Array.isArray(aud) && aud.length > 1 : azp !== clientId) {
    throw refusal('it was made for another application')
  }
  return { ...claims, sub: subjectOf(sub) }
}

function requireRecent(authTime: unknown, maxAgeS: number, nowS: number): void {
  const isTime = typeof authTime === 'number'
  if (!isTime || authTime < nowS - maxAgeS - CLOCK_TOLERANCE_S) {
    throw refusal('the provider did not ask you to sign in anew, as it was asked to')
  }
  if (authTime > nowS + CLOCK_TOLERANCE_S) {
    throw refusal('it says that you signed in at a time that is yet to come')
  }
}

function requireHash({ at_hash: atHash }: Claims, tokens: Signed): void {
  if (atHash !== undefined && !matchesHash(atHash, tokens)) {
    throw refusal('it does not belong to the access token beside it')
  }
}

function isNewer({ iat }: Claims, heldIdToken: string): boolean {
  const { iat: heldIat } = decodeJwt(heldIdToken)
  return heldIat === undefined || (typeof iat === 'number' && iat > heldIat)
}

function anotherAccount(): AuthError {
  return new AuthError(
    'another-account',
    'The provider renewed the session for somebody else, so Latchkey ended it. Sign in again.',
  )
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
  return parsed.success ? { ...parsed.data, sub: subjectOf(parsed.data.sub) } : null
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

/** @see {@link https://openid.net/specs/openid-connect-core-1_0.html#IDToken} */
const LONGEST_SUBJECT = 255

/**
 * Names a person by their `sub`, in a form that can be shown and kept everywhere. One that is too long
 * or cannot be printed ends in its own hash, so that no two of them are the same.
 */
export function subjectOf(sub: string): string {
  if (sub.length <= LONGEST_SUBJECT && sub.search(UNPRINTABLE) === -1) return sub
  const hash = createHash('sha256').update(Buffer.from(sub, 'utf16le')).digest('base64url')
  return `${shorten(sub)}…${hash}`
}

function shorten(text: string): string {
  const shown = text.replace(/\s+/g, ' ').replace(UNPRINTABLE, '�').trim()
  return shown.slice(0, LONGEST_NAME).replace(HALF, '')
}

/** Names the account for a person to read. */
export function accountOf(claims: Claims): Account {
  const text = (name: string): string => {
    const value = claims[name]
    return typeof value === 'string' ? shorten(value) : ''
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
    `The provider's proof of who signed in (its ID token) was refused: ${why}. Latchkey did ` +
      'not use it. Try again; if it happens again, tell its administrator.',
  )
}

function untimely({ claim }: NonNullable<Verified['failure']>): AuthError {
  return refusal(CLAIM_WORDS[claim] ?? 'one of its times is wrong')
}

const CLAIM_WORDS: Readonly<Record<string, string>> = {
  iss: 'it is from another provider',
  aud: 'it was made for another application',
  exp: 'it has expired already',
  iat: 'it was not made just now',
  nbf: 'it is not valid yet',
  sub: 'it names nobody',
}

function explain(thrown: unknown, idToken: string): string {
  if (thrown instanceof errors.JWTClaimValidationFailed) {
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

/** Where ours differs from the clock that the provider shows: then it is that, and not the ID token. */
function wrongClock(clockSkewMs: number | null, then: string): AuthError | null {
  if (clockSkewMs === null || Math.abs(clockSkewMs) <= CLOCK_TOLERANCE_S * 1000) return null
  return new AuthError(
    'wrong-clock',
    `This computer's clock is ${spanOf(Math.abs(clockSkewMs))} ${clockSkewMs > 0 ? 'behind' : 'ahead of'} the ` +
      `provider's, so who signed in could not be checked. Set the clock right, ${then}.`,
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
