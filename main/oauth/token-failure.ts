// Makes the error for an answer of the token endpoint without tokens.

import { AuthError, quoteProvider, tooManyRequests } from '../base/errors.js'
import type { HttpResponse } from '../net/http.js'
import type { TokenAnswer } from './token-answer.js'

/**
 * The purpose of the request, because the messages differ. `renewal-again`: with a refresh token that
 * was sent before, so that its first use was ours.
 */
export type Grant = 'sign-in' | 'renewal' | 'renewal-again'

/**
 * Makes the error for an answer without tokens. The answer's `error` decides, or the status if there is
 * none. Retry-After is passed on.
 *
 * - `invalid-grant`: the code or the refresh token is no longer valid
 * - `interaction-required`: a renewal that needs the person; the refresh token stays valid
 * - `client-rejected`: a renewal that fails until the application's registration is changed
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
    const message = `The provider cannot ${DOING[grant]} now: ${quote}. Try again later.`
    return new AuthError('provider-error', message, { retryAfterMs })
  }
  return grant === 'sign-in'
    ? rejectedSignIn(error, quote)
    : rejectedRenewal(grant, error, quote, { description: errorDescription ?? '', retryAfterMs })
}

const DOING: Readonly<Record<Grant, string>> = {
  'sign-in': 'finish the sign-in',
  renewal: 'renew the session',
  'renewal-again': 'renew the session',
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
    ? new AuthError(
        'invalid-grant',
        `The provider did not accept the sign-in: ${quote}. Try again.`,
      )
    : new AuthError(
        'token-error',
        `The provider refused to finish the sign-in: ${quote}. Check the client ID and how the ` +
          'application is registered there.',
      )
}

function rejectedRenewal(
  grant: Grant,
  error: string,
  quote: string,
  { description, retryAfterMs }: { description: string; retryAfterMs: number | null },
): AuthError {
  if (error === 'invalid_grant') {
    const isByAnother = grant === 'renewal' && REUSED.test(description)
    return new AuthError('invalid-grant', isByAnother ? WAS_REUSED : WAS_ENDED)
  }
  if (NEEDS_PERSON.has(error)) {
    return new AuthError(
      'interaction-required',
      `The provider wants to see you before it renews the session: ${quote}. Sign in again.`,
    )
  }
  const lead = `The provider refused to renew the session: ${quote}.`
  return NEEDS_REGISTRATION.has(error)
    ? new AuthError(
        'client-rejected',
        `${lead} Ask its administrator how this application is registered there now, or sign in again.`,
        { retryAfterMs },
      )
    : new AuthError('token-error', `${lead} Latchkey tries again.`, { retryAfterMs })
}

const WAS_ENDED = 'The provider has ended your session. Sign in again.'
const WAS_REUSED =
  'The provider has ended your session because another copy of this session was used. Sign in ' +
  'again; if you did not copy it yourself, ask the provider’s administrator.'

function describeStatus(grant: Grant, status: number): string {
  const what = grant === 'sign-in' ? 'the sign-in' : 'the renewal of the session'
  if (status === 408 || status >= 500) {
    return `The provider answered ${status} to ${what}. Try again later.`
  }
  if (status >= 400) {
    return (
      `The provider answered ${status} to ${what} without giving a reason, which OAuth requires. ` +
      'Check the issuer setting, and whether a proxy or a firewall answers instead.'
    )
  }
  return (
    `The provider answered ${status} to ${what}, but tokens are valid only with 200, so Latchkey ` +
    'does not use them. The provider is at fault.'
  )
}
