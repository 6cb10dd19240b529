// Checks ID tokens: who signed in, at which provider, for which application, and when.

import { createHash, timingSafeEqual } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, errors, type JSONWebKeySet, type JWTPayload } from 'jose'
import { CLOCK_TOLERANCE_MS } from '../base/clock.js'
import { AuthError } from '../base/errors.js'
import { toSubject, type Claims } from './account.js'
import { verifyByKeys, type KeySet } from './key-set.js'
import type { ProviderMetadata } from './metadata.js'
import { KEYS_OUTDATED_MS } from './provider.js'
import { ID_TOKEN_MESSAGES } from './oauth-messages.js'
import type { TokenSet } from './token-endpoint.js'

export type ExpectedIdentity = {
  clientId: string
  nonce: string
  /** The requested organization (Auth0). The ID token must name it. */
  organization?: string | null
  /** In seconds. If it was requested, the ID token's `auth_time` is checked against it. */
  maxAgeS: number | null
  /** How far the provider's clock is ahead of ours, in milliseconds; null if it did not say. */
  clockSkewMs: number | null
}

const CLOCK_TOLERANCE_S = CLOCK_TOLERANCE_MS / 1000
/** The token endpoint sends an ID token that it has just made. */
const MAX_ID_TOKEN_AGE_S = 600

/** What an ID token is checked against. */
export type Verifier = {
  keys: KeySet
  metadata: Pick<ProviderMetadata, 'issuer' | 'signingAlgorithms'>
}

type TimeOfCheck = { nowMs: number; maxKeyAgeMs?: number; signal?: AbortSignal }
type Signed = Pick<TokenSet, 'idToken' | 'accessToken'>

/**
 * Checks the ID token of a sign-in:
 *
 * 1. the signature, by the provider's keys of the last ten minutes and an announced asymmetric algorithm;
 *    an unknown key ID makes the key set be fetched again, once
 * 2. `iss` and `aud`; `exp`, `iat` and `nbf`; `sub` and `azp`
 * 3. `nonce`; `auth_time` if `max_age` was requested; the organization if one was requested
 * 4. `at_hash`, if there is one
 *
 * Fails with `invalid-id-token`, `wrong-clock` and the codes of {@link KeySet}.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation}
 */
export async function verifyIdToken(
  verifier: Verifier,
  tokens: Signed,
  expected: ExpectedIdentity,
  time: TimeOfCheck,
): Promise<Claims> {
  const { clientId, clockSkewMs } = expected
  const verified = await verifySigned(verifier, tokens.idToken, clientId, {
    ...time,
    maxKeyAgeMs: KEYS_OUTDATED_MS,
  })
  const { failure } = verified
  if (failure) throw wrongClock(clockSkewMs, 'sign-in') ?? untimely(failure)
  const claims = requireParty(verified.claims, clientId)

  const { nonce, auth_time: authTime } = claims
  if (nonce !== expected.nonce) throw invalid('otherSignIn')
  if (expected.maxAgeS !== null) requireRecent(authTime, expected.maxAgeS, time.nowMs / 1000)
  if (expected.organization && !isOrganization(expected.organization, claims)) {
    throw invalid('otherOrganization')
  }
  requireHash(claims, tokens)
  return claims
}

/**
 * Checks the ID token of a renewal. Gives null if it is outdated: if it has expired, or is no newer
 * than the one in `held`. Some providers send the first ID token again. In any case it must name the
 * session's user.
 * Fails with `invalid-id-token`, `wrong-clock`, `another-account` and the codes of {@link KeySet}.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse}
 */
export async function verifyRenewedIdToken(
  verifier: Verifier,
  tokens: Signed,
  held: { sub: string; idToken: string },
  expected: Pick<ExpectedIdentity, 'clientId' | 'clockSkewMs'> & { nowMs: number },
): Promise<Claims | null> {
  const { clientId, clockSkewMs } = expected
  const verified = await verifySigned(verifier, tokens.idToken, clientId, expected)
  const { failure } = verified
  const isExpired = failure instanceof errors.JWTExpired
  if (failure && !isExpired) throw wrongClock(clockSkewMs, 'renewal') ?? untimely(failure)
  const claims = requireParty(verified.claims, clientId)
  if (claims.sub !== toSubject(held.sub)) {
    throw new AuthError('another-account', ID_TOKEN_MESSAGES.anotherAccount)
  }
  if (isExpired || !isNewer(claims, held.idToken)) return null
  requireHash(claims, tokens)
  return claims
}

/** Reads the claims of an ID token without any check: good for guesses only. */
export function peekClaims(idToken: string): Readonly<Record<string, unknown>> {
  try {
    return decodeJwt(idToken)
  } catch {
    return {}
  }
}

/** The signed claims; `failure` says what is wrong with their times. */
type Verified = {
  claims: JWTPayload
  failure: errors.JWTExpired | errors.JWTClaimValidationFailed | null
}

const TIMES: ReadonlySet<string> = new Set(['exp', 'iat', 'nbf'])

/** Checks the signature, `iss` and `aud`, then the times. Fails with `invalid-id-token`. */
async function verifySigned(
  { keys, metadata }: Verifier,
  idToken: string,
  clientId: string,
  { nowMs, maxKeyAgeMs: maxAgeMs, signal }: TimeOfCheck,
): Promise<Verified> {
  const readKeys = (again: boolean): Promise<JSONWebKeySet> =>
    keys.read({ again, ...(maxAgeMs && { maxAgeMs }), ...(signal && { signal }) })
  try {
    const keySet = await readKeys(false)
    const found = { keySet, isOutdated: keys.areOutdated(), readAgain: () => readKeys(true) }
    const claims = await verifyByKeys(idToken, found, {
      algorithms: [...metadata.signingAlgorithms],
      issuer: metadata.issuer,
      audience: clientId,
      requiredClaims: ['sub', 'exp', 'iat'],
      maxTokenAge: MAX_ID_TOKEN_AGE_S,
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(nowMs),
    })
    return { claims, failure: null }
  } catch (thrown) {
    if (thrown instanceof AuthError) throw thrown
    signal?.throwIfAborted()
    // jose checks the times last: by then the signature, `iss` and `aud` are right.
    if (isAboutTime(thrown)) return { claims: thrown.payload, failure: thrown }
    throw invalid(explain(thrown, idToken))
  }
}

function isAboutTime(
  thrown: unknown,
): thrown is errors.JWTExpired | errors.JWTClaimValidationFailed {
  return (
    (thrown instanceof errors.JWTExpired || thrown instanceof errors.JWTClaimValidationFailed) &&
    thrown.reason === 'check_failed' &&
    TIMES.has(thrown.claim)
  )
}

/** Checks that the ID token names a user and was made for us. */
function requireParty(claims: JWTPayload, clientId: string): Claims {
  const { sub, aud, azp } = claims
  if (typeof sub !== 'string' || sub === '') throw invalid('noUser')
  if (azp === undefined ? Array.isArray(aud) && aud.length > 1 : azp !== clientId) {
    throw invalid('otherApplication')
  }
  return { ...claims, sub: toSubject(sub) }
}

function requireRecent(authTime: unknown, maxAgeS: number, nowS: number): void {
  const isTime = typeof authTime === 'number'
  if (!isTime || authTime < nowS - maxAgeS - CLOCK_TOLERANCE_S) throw invalid('notRecent')
  if (authTime > nowS + CLOCK_TOLERANCE_S) throw invalid('signedInLater')
}

function requireHash({ at_hash: atHash }: Claims, tokens: Signed): void {
  if (atHash !== undefined && !matchesHash(atHash, tokens)) throw invalid('otherAccessToken')
}

function isNewer({ iat }: Claims, heldIdToken: string): boolean {
  const { iat: heldIat } = decodeJwt(heldIdToken)
  return heldIat === undefined || (typeof iat === 'number' && iat > heldIat)
}

/** Auth0 takes an organization by its ID or, if the tenant allows it, by its name. */
function isOrganization(organization: string, { org_id: id, org_name: name }: JWTPayload): boolean {
  return (
    id === organization ||
    (typeof name === 'string' && name.toLowerCase() === organization.toLowerCase())
  )
}

/** True if `at_hash` is the left half of the access token's hash, by the ID token's algorithm. */
function matchesHash(atHash: unknown, tokens: Signed): boolean {
  if (typeof atHash !== 'string') return false
  const { alg = '' } = decodeProtectedHeader(tokens.idToken)
  const bits = /(256|384|512)$/.exec(alg)?.[1] ?? '512' // EdDSA with Ed25519 hashes with SHA-512
  const digest = createHash(`sha${bits}`).update(tokens.accessToken, 'ascii').digest()
  const computed = Buffer.from(digest.subarray(0, digest.length / 2).toString('base64url'))
  const given = Buffer.from(atHash)
  return given.length === computed.length && timingSafeEqual(given, computed)
}

type Fault = keyof typeof ID_TOKEN_MESSAGES.faults

/** Has no cause: jose's errors hold every claim. */
function invalid(fault: Fault): AuthError {
  return new AuthError('invalid-id-token', ID_TOKEN_MESSAGES.invalid(fault))
}

function untimely({ claim }: NonNullable<Verified['failure']>): AuthError {
  return invalid(FAULTS_BY_CLAIM[claim] ?? 'wrongTime')
}

const FAULTS_BY_CLAIM: Readonly<Record<string, Fault>> = {
  iss: 'otherProvider',
  aud: 'otherApplication',
  exp: 'expired',
  iat: 'notNew',
  nbf: 'notYetValid',
  sub: 'noUser',
}

function explain(thrown: unknown, idToken: string): Fault {
  if (thrown instanceof errors.JWTClaimValidationFailed) {
    return FAULTS_BY_CLAIM[thrown.claim] ?? 'wrongClaim'
  }
  if (thrown instanceof errors.JOSEAlgNotAllowed) {
    const { alg = '' } = decodeProtectedHeader(idToken)
    return /^HS\d+$/.test(alg) ? 'symmetric' : 'otherAlgorithm'
  }
  if (thrown instanceof errors.JWKSNoMatchingKey) return 'unknownKey'
  if (thrown instanceof errors.JWSSignatureVerificationFailed) return 'otherSignature'
  if (thrown instanceof errors.JWTInvalid || thrown instanceof errors.JWSInvalid) return 'notSigned'
  return 'unreadableKey'
}

/** Gives the error if our clock, and not the ID token, is at fault; else null. */
function wrongClock(clockSkewMs: number | null, during: 'sign-in' | 'renewal'): AuthError | null {
  if (clockSkewMs === null || Math.abs(clockSkewMs) <= CLOCK_TOLERANCE_MS) return null
  return new AuthError('wrong-clock', ID_TOKEN_MESSAGES.wrongClock(clockSkewMs, during))
}
