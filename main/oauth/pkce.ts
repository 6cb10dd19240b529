// The random values of one authorization request.

import { createHash, randomBytes } from 'node:crypto'

/**
 * Makes a code verifier: 256 bits from the system's generator, as 43 characters.
 *
 * @see RFC 7636 section 4.1
 */
export function createVerifier(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * Makes the S256 challenge of a verifier.
 *
 * @see RFC 7636 section 4.2
 */
export function codeChallenge(verifier: string): string {
  return createHash('sha256').update(verifier, 'ascii').digest('base64url')
}

/**
 * Makes a `state`: it names a flow and cannot be guessed.
 *
 * @see RFC 6749 section 10.12
 */
export function createState(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * Makes a `nonce`: it binds the ID token to this request.
 *
 * @see OpenID Connect Core 1.0 section 15.5.2
 */
export function createNonce(): string {
  return randomBytes(32).toString('base64url')
}
