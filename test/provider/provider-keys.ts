// The embedded provider's signing keys, and ID tokens that are signed again after a test has
// changed them.

import { generateKeyPair, randomUUID, sign, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { JWK } from 'oidc-provider'

export type SigningAlg = 'RS256' | 'ES256'
export type SigningKey = { readonly jwk: JWK; readonly privateKey: KeyObject }
export type JwtPart = Record<string, unknown>

const generate = promisify(generateKeyPair)

/** Makes a key with a unique `kid`. */
export async function createSigningKey(alg: SigningAlg): Promise<SigningKey> {
  const { privateKey } =
    alg === 'RS256'
      ? await generate('rsa', { modulusLength: 2048 })
      : await generate('ec', { namedCurve: 'P-256' })
  const jwk: JWK = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg, use: 'sig' }
  return { jwk, privateKey }
}

const firstPairs = new Map<SigningAlg, Promise<SigningKey>>()

/**
 * Makes a provider's first key. All providers of a process share its numbers, because a 2048-bit pair takes
 * longer to make than most tests run. Each has a `kid` of its own.
 */
export async function openFirstKey(alg: SigningAlg): Promise<SigningKey> {
  const pair = firstPairs.get(alg) ?? createSigningKey(alg)
  firstPairs.set(alg, pair)
  const { jwk, privateKey } = await pair
  return { jwk: { ...jwk, kid: randomUUID() }, privateKey }
}

/**
 * Lets `change` alter claims and header, and signs the result with the provider's own key, so that
 * only the test's change is wrong. The header's `alg` is written, but not used.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7515#section-5.1}
 */
export function signAgain(
  jwt: string,
  key: SigningKey,
  change: (claims: JwtPart, header: JwtPart) => void,
): string {
  const [header = {}, claims = {}] = jwt.split('.', 2).map(decode)
  change(claims, header)
  const input = `${encode(header)}.${encode(claims)}`
  const signature = sign('sha256', Buffer.from(input), {
    key: key.privateKey,
    // JWS needs the two bare numbers of an EC signature (RFC 7518 section 3.4). RSA ignores this
    // option.
    dsaEncoding: 'ieee-p1363',
  })
  return `${input}.${signature.toString('base64url')}`
}

const decode = (part: string): JwtPart => JSON.parse(Buffer.from(part, 'base64url').toString())

const encode = (part: JwtPart): string => Buffer.from(JSON.stringify(part)).toString('base64url')
