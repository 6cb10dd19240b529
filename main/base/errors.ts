// The one error of the sign-in code, with a closed list of codes and a message for people.

import { ERROR_MESSAGES } from './base-messages.js'

export type ErrorCode =
  | 'not-configured'
  | 'provider-unreachable'
  | 'provider-timeout'
  | 'provider-error'
  | 'invalid-metadata'
  | 'insecure-endpoint'
  | 'pkce-unsupported'
  | 'port-taken'
  | 'issuer-mismatch'
  | 'access-denied'
  | 'authorization-error'
  | 'invalid-grant'
  | 'token-error'
  | 'invalid-token-response'
  | 'invalid-id-token'
  | 'not-signed-in'
  | 'no-refresh-token'
  | 'revocation-failed'
  | 'another-account'
  | 'storage-failed'
  | 'interaction-required'
  | 'client-rejected'
  | 'invalid-scope'
  | 'wrong-clock'
  | 'unexpected'

/**
 * A failure of a sign-in. The message says what happened and what to do. It contains no code,
 * token, verifier, state or query, so it may be shown, printed and logged.
 */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  readonly code: ErrorCode
  /** How long the provider asks Latchkey to wait. Null if it gave no time. */
  readonly retryAfterMs: number | null
  /** True if a request was sent and the connection was cut before the whole answer arrived. */
  readonly answerLost: boolean

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number | null; answerLost?: boolean } = {},
  ) {
    super(message, options)
    this.code = code
    this.retryAfterMs = options.retryAfterMs ?? null
    this.answerLost = options.answerLost ?? false
  }
}

/** Turns any thrown value into an AuthError, so that each failure is a state with a reason. */
export function asAuthError(thrown: unknown): AuthError {
  if (thrown instanceof AuthError) return thrown
  const name = thrown instanceof Error ? thrown.name : typeof thrown
  return new AuthError('unexpected', ERROR_MESSAGES.unexpected(name), { cause: thrown })
}

export function tooManyRequests(retryAfterMs: number | null): AuthError {
  return new AuthError('provider-error', ERROR_MESSAGES.tooManyRequests, { retryAfterMs })
}

const LONGEST_QUOTE = 200

/**
 * Quotes a provider's error for a person: `"access_denied" (they chose not to)`. The provider's text is
 * untrusted, so control characters are removed, its length is limited, and secrets that it may echo are
 * masked.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2}
 */
export function quoteProvider(
  error: string,
  description: string | undefined,
  secrets: readonly string[] = [],
): string {
  const plain = (text: string): string => {
    let shown = text
    for (const secret of secrets.flatMap(listForms)) shown = shown.replaceAll(secret, '…')
    shown = shown
      .replace(/[\p{C}\p{Z}]+/gu, ' ')
      .trim()
      .replace(/\.$/, '')
    return shown.length > LONGEST_QUOTE ? `${shown.slice(0, LONGEST_QUOTE)}…` : shown
  }
  const said = description === undefined ? '' : plain(description)
  return said === '' ? `"${plain(error)}"` : `"${plain(error)}" (${said})`
}

/** A secret in plain form and as it is encoded in a request. */
function listForms(secret: string): string[] {
  if (secret === '') return []
  const form = new URLSearchParams({ secret }).toString().slice('secret='.length)
  return [secret, form, encodeURIComponent(secret)]
}
