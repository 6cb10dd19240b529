// The token endpoint and its sibling: exchange a code, revoke a token.

import { z } from 'zod'
import { authenticated, secretsOf, type Client } from './client-authentication.js'
import type { ProviderMetadata } from './discovery.js'
import { AuthError, quoteProvider, tooManyRequests } from './errors.js'
import { parseJson, type Http, type HttpResponse } from './http.js'

export type TokenSet = {
  accessToken: string
  /** Milliseconds since the epoch; null where the provider does not say. */
  accessTokenExpiresAtMs: number | null
  /** When it was asked for: its life is counted from here, in milliseconds since the epoch. */
  obtainedAtMs: number
  refreshToken: string | null
  idToken: string
  scope: string
}

export type CodeExchange = Client & {
  code: string
  redirectUri: string
  verifier: string
  /** What was asked for: what was granted where the provider does not say otherwise. */
  scope: string
}

/** What a header can carry: RFC 6749 appendix A.12 and A.17. */
const wireToken = z.string().regex(/^[\x20-\x7e]+$/)

const wireTokens = z.object({
  access_token: wireToken,
  token_type: z.string().regex(/^bearer$/i),
  // A hundred years: more than that no date can be relied on to hold.
  expires_in: z.number().nonnegative().max(3_155_760_000).optional(),
  refresh_token: wireToken.optional(),
  id_token: z.string().min(1).optional(),
  scope: z.string().optional(),
})

const wireError = z.object({ error: z.string(), error_description: z.string().optional() })

/**
 * Exchanges an authorization code. `nowMs` is when the request was made: a token's life is counted
 * from there, so that a slow answer cannot lengthen it. Beside the tokens comes how far the provider's
 * clock is ahead of ours, in milliseconds (RFC 9110 section 6.6.1).
 * Fails with `invalid-grant`, `token-error`, `invalid-token-response` and the codes of {@link Http}.
 *
 * @see RFC 6749 sections 4.1.3, 5.1 and 5.2; RFC 7636 section 4.5
 */
export async function exchangeCode(
  http: Http,
  metadata: Pick<ProviderMetadata, 'tokenEndpoint' | 'tokenAuthMethods'>,
  request: CodeExchange,
  nowMs: number,
  signal?: AbortSignal,
): Promise<{ tokens: TokenSet; providerAheadMs: number | null }> {
  const response = await http({
    method: 'POST',
    url: metadata.tokenEndpoint,
    purpose: 'finishing the sign-in',
    ...authenticated(request, metadata.tokenAuthMethods, {
      grant_type: 'authorization_code',
      code: request.code,
      redirect_uri: request.redirectUri,
      code_verifier: request.verifier,
    }),
    ...(signal && { signal }),
  })
  const secrets = [request.code, request.verifier, ...secretsOf(request)]
  const { idToken, ...tokens } = parseTokens(response, secrets, { scope: request.scope, nowMs })
  if (idToken === null) throw notUnderstood('id_token')
  return { tokens: { ...tokens, idToken }, providerAheadMs: aheadOf(response, nowMs) }
}

/** A renewed session's tokens; what the provider did not send anew stays as it was. */
export type RenewedTokens = Omit<TokenSet, 'idToken'> & { idToken: string | null }

/**
 * Renews a session by its refresh token. Fails as {@link exchangeCode} does.
 *
 * @see RFC 6749 section 6, OpenID Connect Core 1.0 section 12
 */
export async function renewTokens(
  http: Http,
  metadata: Pick<ProviderMetadata, 'tokenEndpoint' | 'tokenAuthMethods'>,
  request: Client & { refreshToken: string; scope: string },
  nowMs: number,
  signal?: AbortSignal,
): Promise<{ tokens: RenewedTokens; providerAheadMs: number | null }> {
  const { refreshToken, scope } = request
  const response = await http({
    method: 'POST',
    url: metadata.tokenEndpoint,
    purpose: 'renewing the session',
    ...authenticated(request, metadata.tokenAuthMethods, {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
    }),
    ...(signal && { signal }),
  })
  const tokens = parseTokens(response, [refreshToken, ...secretsOf(request)], { scope, nowMs })
  return { tokens, providerAheadMs: aheadOf(response, nowMs) }
}

/** How far the provider's clock is ahead of ours, in milliseconds; null where it does not say. */
function aheadOf({ dateMs }: HttpResponse, nowMs: number): number | null {
  return dateMs === null ? null : dateMs - nowMs
}

function parseTokens(
  response: HttpResponse,
  secrets: readonly string[],
  asked: { scope: string; nowMs: number },
): RenewedTokens {
  if (response.status !== 200) throw tokenError(response, secrets)
  const parsed = wireTokens.safeParse(parseJson(response.body))
  if (!parsed.success) throw notUnderstood(parsed.error.issues[0]?.path.join('.'))
  const wire = parsed.data
  return {
    accessToken: wire.access_token,
    accessTokenExpiresAtMs:
      wire.expires_in === undefined ? null : asked.nowMs + wire.expires_in * 1000,
    obtainedAtMs: asked.nowMs,
    refreshToken: wire.refresh_token ?? null,
    idToken: wire.id_token ?? null,
    scope: wire.scope ?? asked.scope,
  }
}

function notUnderstood(where: string | undefined): AuthError {
  return new AuthError(
    'invalid-token-response',
    `The provider's answer to the sign-in could not be understood` +
      `${where ? ` (${where} is missing or malformed)` : ''}. Nothing was kept. Try again; if it ` +
      'happens again, the provider is at fault.',
  )
}

/**
 * Ends tokens at the provider: the refresh token where there is one, else the access token. Does
 * nothing where the provider has no revocation endpoint. Fails with `revocation-failed`, but not
 * where the provider refuses a client without a secret as it announced.
 *
 * @see RFC 7009 section 2.1
 */
export async function revokeTokens(
  http: Http,
  metadata: Pick<
    ProviderMetadata,
    'revocationEndpoint' | 'revocationNeedsSecret' | 'revocationAuthMethods'
  >,
  client: Client,
  tokens: Pick<TokenSet, 'accessToken' | 'refreshToken'>,
  signal?: AbortSignal,
): Promise<void> {
  if (metadata.revocationEndpoint === null) return
  const token = tokens.refreshToken ?? tokens.accessToken
  const hint = tokens.refreshToken === null ? 'access_token' : 'refresh_token'
  let response: HttpResponse
  try {
    response = await http({
      method: 'POST',
      url: metadata.revocationEndpoint,
      purpose: 'ending the old session at the provider',
      ...authenticated(client, metadata.revocationAuthMethods, { token, token_type_hint: hint }),
      ...(signal && { signal }),
    })
  } catch (cause) {
    const why = cause instanceof AuthError ? cause.message : 'The request failed.'
    throw new AuthError('revocation-failed', why, { cause })
  }
  // Asked all the same: Keycloak announces only secrets, and revokes for public clients too.
  // https://github.com/keycloak/keycloak/issues/29822
  const isExpected = metadata.revocationNeedsSecret && client.clientSecret === null
  if (isExpected && REFUSED.has(response.status)) return
  if (response.status !== 200) {
    throw new AuthError(
      'revocation-failed',
      `The provider answered ${response.status} when asked to end the old session.`,
      { retryAfterMs: response.retryAfterMs },
    )
  }
}

/** How a client is refused. @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2} */
const REFUSED: ReadonlySet<number> = new Set([400, 401, 403])

function tokenError(response: HttpResponse, secrets: readonly string[]): AuthError {
  const parsed = wireError.safeParse(parseJson(response.body))
  if (response.status === 429) return tooManyRequests(response.retryAfterMs)
  if (response.status >= 500 || !parsed.success) {
    return new AuthError(
      'provider-error',
      `The provider answered ${response.status} to the sign-in. Try again later.`,
      { retryAfterMs: response.retryAfterMs },
    )
  }
  const { error, error_description: description } = parsed.data
  const quote = quoteProvider(error, description, secrets)
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
