// The random values of one authorization request.

import { createHash, randomBytes } from 'node:crypto'

/**
 * Makes a code verifier: 256 bits from the system's random generator, as 43 characters.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.1}
 */
export function createVerifier(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * Makes the S256 challenge of a verifier.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.2}
 */
export function codeChallenge(verifier: string): string {
  return createHash('sha256').update(verifier, 'ascii').digest('base64url')
}

/**
 * Makes a `state`: it names a sign-in and cannot be guessed.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-10.12}
 */
export function createState(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * Makes a `nonce`: it binds the ID token to this request.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#NonceNotes}
 */
export function createNonce(): string {
  return randomBytes(32).toString('base64url')
}
