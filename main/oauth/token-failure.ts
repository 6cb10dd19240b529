// Makes the error for an answer of the token endpoint without tokens.

import { AuthError, quoteProvider, tooManyRequests } from '../base/errors.js'
import type { HttpResponse } from '../net/http.js'
import { TOKEN_MESSAGES } from './oauth-messages.js'
import type { TokenAnswer } from './token-answer.js'

/**
 * The purpose of the request, because the messages differ. `renewal-again`: with a refresh token that
 * was sent before, so that its first use was ours. `narrowing`: a token for fewer scopes is requested.
 */
export type Grant = 'sign-in' | 'renewal' | 'renewal-again' | 'narrowing' | 'narrowing-again'

/**
 * Makes the error for an answer without tokens. The answer's `error` decides, or the status if there is
 * none. Retry-After is passed on.
 *
 * - `invalid-grant`: the code or the refresh token is no longer valid
 * - `interaction-required`: a renewal that needs the person; the refresh token stays valid
 * - `client-rejected`: a renewal that fails until the application's registration is changed
 * - `invalid-scope`: the provider gives no token for these fewer scopes
 * - `token-error`: any other error
 * - `provider-error`: the provider cannot answer now
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2}
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthError}
 */
export function tokenFailure(
  grant: Grant,
  { status, retryAfterMs }: Pick<HttpResponse, 'status' | 'retryAfterMs'>,
  answer: TokenAnswer,
  secrets: readonly string[],
): AuthError {
  const { error, errorDescription } = answer
  if (status === 429) return tooManyRequests(retryAfterMs)
  if (status === 408 || status >= 500 || error === null) {
    return new AuthError('provider-error', describeStatus(grant, status), { retryAfterMs })
  }
  const quote = quoteProvider(error, errorDescription ?? undefined, secrets)
  if (PASSING.has(error)) {
    return new AuthError('provider-error', TOKEN_MESSAGES.notNow(grant, quote), { retryAfterMs })
  }
  return grant === 'sign-in'
    ? rejectedSignIn(error, quote)
    : rejectedRenewal(grant, error, quote, { description: errorDescription ?? '', retryAfterMs })
}

/** These errors come with any status. slow_down is from RFC 8628, but used elsewhere too. */
const PASSING = new Set(['temporarily_unavailable', 'server_error', 'slow_down'])

/** Only the person can fix these, at the provider. */
const NEEDS_PERSON = new Set([
  'interaction_required',
  'login_required',
  'consent_required',
  'account_selection_required',
])

/** Only a change of the application's registration can fix these. */
const NEEDS_REGISTRATION = new Set([
  'unauthorized_client',
  'invalid_client',
  'invalid_scope',
  'unsupported_grant_type',
])

/** Finds texts that say a refresh token was used before. RFC 6749 has no code for that. */
const REUSED = /\breus|\balready\b.*\bused\b|\breplay/i

function rejectedSignIn(error: string, quote: string): AuthError {
  return error === 'invalid_grant'
    ? new AuthError('invalid-grant', TOKEN_MESSAGES.codeNotAccepted(quote))
    : new AuthError('token-error', TOKEN_MESSAGES.signInRejected(quote))
}

function rejectedRenewal(
  grant: Grant,
  error: string,
  quote: string,
  { description, retryAfterMs }: { description: string; retryAfterMs: number | null },
): AuthError {
  if (error === 'invalid_grant') {
    const isByAnother = !grant.endsWith('-again') && REUSED.test(description)
    const { sessionReused, sessionEnded } = TOKEN_MESSAGES
    return new AuthError('invalid-grant', isByAnother ? sessionReused : sessionEnded)
  }
  if (grant.startsWith('narrowing')) return rejectedNarrowing(error, quote, retryAfterMs)
  if (NEEDS_PERSON.has(error)) {
    return new AuthError('interaction-required', TOKEN_MESSAGES.wantsUser(quote))
  }
  return NEEDS_REGISTRATION.has(error)
    ? new AuthError('client-rejected', TOKEN_MESSAGES.registrationChanged(quote), { retryAfterMs })
    : new AuthError('token-error', TOKEN_MESSAGES.renewalRejected(quote), { retryAfterMs })
}

/** These errors are about the fewer scopes. They say nothing about the session. */
function rejectedNarrowing(error: string, quote: string, retryAfterMs: number | null): AuthError {
  const code = error === 'invalid_scope' ? 'invalid-scope' : 'token-error'
  return new AuthError(code, TOKEN_MESSAGES.narrowingRejected(quote), { retryAfterMs })
}

function describeStatus(grant: Grant, status: number): string {
  if (status === 408 || status >= 500) return TOKEN_MESSAGES.failed(grant, status)
  return status >= 400
    ? TOKEN_MESSAGES.noReason(grant, status)
    : TOKEN_MESSAGES.otherSuccess(grant, status)
}
