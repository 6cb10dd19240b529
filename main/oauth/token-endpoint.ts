// The token and revocation endpoints: exchanges a code, renews a session, and revokes tokens.

import type { Clock } from '../base/clock.js'
import { authenticated, listSecrets, type Client } from './client-authentication.js'
import type { ProviderMetadata } from './metadata.js'
import { asAuthError, AuthError } from '../base/errors.js'
import type { Http, HttpRequest, HttpResponse } from '../net/http.js'
import { PURPOSES, REVOCATION_MESSAGES, TOKEN_MESSAGES } from './oauth-messages.js'
import { includesScope } from './scopes.js'
import { expiryInToken, readTokenAnswer, type TokenAnswer } from './token-answer.js'
import { tokenFailure, type Grant } from './token-failure.js'

export type TokenSet = {
  accessToken: string
  /** Milliseconds since the epoch. Null if neither the provider nor the token says. */
  accessTokenExpiresAtMs: number | null
  /** When it was requested, in milliseconds since the epoch. Its lifetime counts from here. */
  obtainedAtMs: number
  refreshToken: string | null
  idToken: string
  scope: string
  /** Names of the last answer's members that could not be read, for `diagnose`. */
  unreadable?: readonly string[] | undefined
}

/** The assumed lifetime of a token without a known end, for apps that need a number. */
export const ASSUMED_LIFE_MS = 300_000

/**
 * When an access token expires, in milliseconds since the epoch. If its end is unknown, a lifetime is
 * assumed. For a token that can't be renewed, that lifetime counts from now, because only a resource
 * server can tell that the token has expired.
 */
export function findExpiryMs(tokens: TokenSet, nowMs: number): number {
  const { accessTokenExpiresAtMs, obtainedAtMs, refreshToken } = tokens
  return accessTokenExpiresAtMs ?? (refreshToken === null ? nowMs : obtainedAtMs) + ASSUMED_LIFE_MS
}

/**
 * Adjusts stored tokens at the start. If they were requested at a time in the future, the clock was set
 * back, and their age is unknown. Then tokens that can be renewed count as expired, and others as
 * requested just now. Otherwise apps would get an expired access token until the clock reaches its
 * earlier time.
 */
export function restoredTokens(tokens: TokenSet, nowMs: number): TokenSet {
  const { accessTokenExpiresAtMs: endsAtMs, obtainedAtMs, refreshToken } = tokens
  if (obtainedAtMs <= nowMs) return tokens
  const lifeMs = endsAtMs === null ? ASSUMED_LIFE_MS : endsAtMs - obtainedAtMs
  const countedFromMs = refreshToken === null ? nowMs : nowMs - lifeMs
  return {
    ...tokens,
    obtainedAtMs: countedFromMs,
    accessTokenExpiresAtMs: endsAtMs === null ? null : countedFromMs + lifeMs,
  }
}

export type CodeExchange = Client & {
  code: string
  redirectUri: string
  verifier: string
  /** The requested scopes. They count as granted unless the provider says otherwise. */
  scope: string
}

/** Tokens from an answer that can't be used. */
export type Orphans = Readonly<Pick<TokenAnswer, 'accessToken' | 'refreshToken'>>

/** Makes refresh tokens into what {@link revokeTokens} takes. */
export function toOrphans(refreshTokens: readonly string[]): Orphans[] {
  return refreshTokens.map((refreshToken) => ({ accessToken: null, refreshToken }))
}

type Clocked = Pick<Clock, 'nowMs'>

/**
 * Exchanges an authorization code. A token's lifetime counts from the request, so that a slow answer
 * can't lengthen it. Also returns how far the provider's clock is ahead of ours, in milliseconds.
 * `orphaned` gets the tokens of an answer that can't be used, because they stay valid at the provider.
 * The request is sent only once, because a code can be used only once.
 * Fails with `invalid-grant`, `token-error`, `invalid-token-response` and the codes of {@link Http}.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.5}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1} (the provider's clock)
 */
export async function exchangeCode(
  http: Http,
  metadata: Pick<ProviderMetadata, 'tokenEndpoint' | 'tokenAuthMethods'>,
  request: CodeExchange,
  { clock, orphaned }: { clock: Clocked; orphaned: (tokens: Orphans) => void },
): Promise<{ tokens: TokenSet; clockSkewMs: number | null }> {
  const nowMs = clock.nowMs()
  const response = await http({
    method: 'POST',
    url: metadata.tokenEndpoint,
    purpose: PURPOSES.exchange,
    spends: true,
    ...authenticated(request, metadata.tokenAuthMethods, {
      grant_type: 'authorization_code',
      code: request.code,
      redirect_uri: request.redirectUri,
      code_verifier: request.verifier,
    }),
  })
  const clockSkewMs = measureClockSkew(response, nowMs, clock.nowMs())
  const answer = readTokenAnswer(response.body)
  const given = { scope: request.scope, nowMs, clockSkewMs }
  try {
    const secrets = [request.code, request.verifier, ...listSecrets(request)]
    const { idToken, ...tokens } = readTokens('sign-in', { response, answer }, secrets, given)
    if (idToken === null) throw notUnderstood('sign-in', 'id_token')
    return { tokens: { ...tokens, idToken }, clockSkewMs }
  } catch (thrown) {
    orphaned(answer)
    throw thrown
  }
}

/** A renewed session's tokens. Values that the provider did not send again stay unchanged. */
export type RenewedTokens = Omit<TokenSet, 'idToken'> & { idToken: string | null }

export type RenewalRequest = Client & {
  refreshToken: string
  /** The scopes that count as granted unless the provider says otherwise. */
  scope: string
  /** True: `scope` is less than the session has, and is requested. */
  narrows?: boolean
  /** True if the refresh token was sent before and no answer came. */
  mayBeSpent?: boolean
}

/**
 * Renews a session with its refresh token. Fails like {@link exchangeCode}, and also with
 * `interaction-required` and `client-rejected`.
 *
 * 1. Send the refresh token. If the answer is lost, send it again at once. The first use may have spent
 *    it, but some providers that rotate refresh tokens accept it again within a grace period.
 * 2. Pass a new refresh token to `keep` before checking the rest of the answer. The old one may be
 *    spent even if the answer is faulty.
 * 3. Read the rest.
 * 4. If the request was for fewer scopes, reject a token for more. It is not revoked: some providers would
 *    end the whole session with it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1} (the scope of an answer)
 * @see {@link https://www.rfc-editor.org/rfc/rfc7009#section-2.1} (revoking an access token)
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokens}
 */
export async function renewTokens(
  http: Http,
  metadata: Pick<ProviderMetadata, 'tokenEndpoint' | 'tokenAuthMethods'>,
  request: RenewalRequest,
  { clock, keep }: { clock: Clocked; keep: (refreshToken: string) => Promise<void> },
): Promise<{ tokens: RenewedTokens; clockSkewMs: number | null }> {
  const { refreshToken, scope, narrows = false } = request
  const sent = await sendTwice(http, clock, {
    method: 'POST',
    url: metadata.tokenEndpoint,
    purpose: narrows ? PURPOSES.narrowing : PURPOSES.renewal,
    spends: true,
    ...authenticated(request, metadata.tokenAuthMethods, {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      ...(narrows && { scope }),
    }),
  })
  const { response, sentAtMs, isAgain } = sent
  const answer = readTokenAnswer(response.body)
  const { refreshToken: rotated } = answer
  if (isSuccess(response) && rotated !== null && rotated !== refreshToken) await keep(rotated)

  const clockSkewMs = measureClockSkew(response, sentAtMs, clock.nowMs())
  const given = { scope, nowMs: sentAtMs, clockSkewMs }
  const again = isAgain || request.mayBeSpent ? '-again' : ''
  const grant: Grant = narrows ? `narrowing${again}` : `renewal${again}`
  const secrets = [refreshToken, ...listSecrets(request)]
  const tokens = readTokens(grant, { response, answer }, secrets, given)
  if (narrows && !includesScope(scope, tokens.scope)) {
    throw new AuthError('invalid-scope', TOKEN_MESSAGES.notNarrowed)
  }
  return { tokens, clockSkewMs }
}

/**
 * How long a used refresh token may be sent again at once, in milliseconds: Okta's default grace period.
 * Later, a second use may end the session, so the next renewal decides.
 *
 * Providers document different grace periods (all read 2026-11-26). Okta: 0 to 60 s, 30 by default.
 * Auth0: none by default, or as many seconds as its administrator sets; its documentation gives no
 * maximum. Amazon Cognito: up to 60 s, as its administrator sets, if rotation is turned on.
 *
 * @see {@link https://developer.okta.com/docs/guides/refresh-tokens/main/}
 * @see {@link https://auth0.com/docs/secure/tokens/refresh-tokens/configure-refresh-token-rotation}
 * @see {@link https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html}
 */
const GRACE_MS = 30_000

async function sendTwice(
  http: Http,
  clock: Clocked,
  request: HttpRequest,
): Promise<{ response: HttpResponse; sentAtMs: number; isAgain: boolean }> {
  const sentAtMs = clock.nowMs()
  try {
    return { response: await http(request), sentAtMs, isAgain: false }
  } catch (thrown) {
    const isLost = thrown instanceof AuthError && thrown.answerLost
    if (!isLost || clock.nowMs() - sentAtMs >= GRACE_MS) throw thrown
  }
  const againAtMs = clock.nowMs()
  try {
    return { response: await http(request), sentAtMs: againAtMs, isAgain: true }
  } catch (thrown) {
    throw asLost(thrown)
  }
}

/** Says of a second failure that the token may be spent: the first answer was lost. */
function asLost(thrown: unknown): AuthError {
  const { code, message, cause, retryAfterMs } = asAuthError(thrown)
  return new AuthError(code, message, { cause, retryAfterMs, answerLost: true })
}

function isSuccess({ status }: HttpResponse): boolean {
  return status >= 200 && status < 300
}

/**
 * How far the provider's clock is ahead of ours, in milliseconds. Null if the answer doesn't tell the
 * time. The provider may have read its clock at any time between the request and the answer.
 */
function measureClockSkew(
  { dateMs }: HttpResponse,
  sentMs: number,
  answeredMs: number,
): number | null {
  if (dateMs === null) return null
  return dateMs < sentMs ? dateMs - sentMs : Math.max(0, dateMs - answeredMs)
}

type Given = { scope: string; nowMs: number; clockSkewMs: number | null }

function readTokens(
  grant: Grant,
  { response, answer }: { response: HttpResponse; answer: TokenAnswer },
  secrets: readonly string[],
  given: Given,
): RenewedTokens {
  if (response.status !== 200 || answer.error !== null) {
    throw tokenFailure(grant, response, answer, secrets)
  }
  const { accessToken, tokenType, refreshToken, idToken, scope, unreadable } = answer
  if (accessToken === null) throw notUnderstood(grant, 'access_token')
  if (!/^bearer$/i.test(tokenType ?? '')) throw notUnderstood(grant, 'token_type')
  return {
    accessToken,
    accessTokenExpiresAtMs: expiresAtMs(accessToken, answer, given),
    obtainedAtMs: given.nowMs,
    refreshToken,
    idToken,
    scope: scope ?? given.scope,
    ...(unreadable.length > 0 && { unreadable }),
  }
}

function expiresAtMs(
  accessToken: string,
  { expiresInS }: TokenAnswer,
  { nowMs, clockSkewMs }: Given,
): number | null {
  if (expiresInS !== null) return nowMs + expiresInS * 1000
  const byItself = expiryInToken(accessToken)
  return byItself === null ? null : byItself - (clockSkewMs ?? 0)
}

function notUnderstood(grant: Grant, member: string): AuthError {
  return new AuthError('invalid-token-response', TOKEN_MESSAGES.unreadable(grant, member))
}

/**
 * Revokes tokens at the provider: the refresh token if there is one, else the access token. Does
 * nothing if the provider has no revocation endpoint. Fails with `revocation-failed`, but not if the
 * provider rejects a client without a secret as it announced.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7009#section-2.1}
 */
export async function revokeTokens(
  http: Http,
  metadata: Pick<
    ProviderMetadata,
    'revocationEndpoint' | 'revocationNeedsSecret' | 'revocationAuthMethods'
  >,
  { tokens, ...client }: Client & { tokens: Orphans },
  signal?: AbortSignal,
): Promise<void> {
  const token = tokens.refreshToken ?? tokens.accessToken
  if (metadata.revocationEndpoint === null || token === null) return
  const hint = tokens.refreshToken === null ? 'access_token' : 'refresh_token'
  let response: HttpResponse
  try {
    response = await http({
      method: 'POST',
      url: metadata.revocationEndpoint,
      purpose: PURPOSES.revocation,
      ...authenticated(client, metadata.revocationAuthMethods, { token, token_type_hint: hint }),
      ...(signal && { signal }),
    })
  } catch (cause) {
    const message = cause instanceof AuthError ? cause.message : REVOCATION_MESSAGES.requestFailed
    throw new AuthError('revocation-failed', message, { cause })
  }
  // The request is sent anyway: Keycloak announces only secrets, but revokes for public clients too.
  // https://github.com/keycloak/keycloak/issues/29822
  const isExpected = metadata.revocationNeedsSecret && client.clientSecret === null
  if (isExpected && REJECTED.has(response.status)) return
  if (response.status !== 200) {
    throw new AuthError('revocation-failed', REVOCATION_MESSAGES.status(response.status), {
      retryAfterMs: response.retryAfterMs,
    })
  }
}

/** The statuses that reject a client. @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2} */
const REJECTED: ReadonlySet<number> = new Set([400, 401, 403])
