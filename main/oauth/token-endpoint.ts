// The token endpoint and its sibling: exchange a code, renew a session, revoke a token.

import type { Clock } from '../base/clock.js'
import { authenticated, secretsOf, type Client } from './client-authentication.js'
import type { ProviderMetadata } from './metadata.js'
import { AuthError } from '../base/errors.js'
import type { Http, HttpRequest, HttpResponse } from '../net/http.js'
import { expiryInToken, readTokenAnswer, type TokenAnswer } from './token-answer.js'
import { tokenFailure, type Grant } from './token-failure.js'

export type TokenSet = {
  accessToken: string
  /** Milliseconds since the epoch; null where neither the provider nor the token itself says. */
  accessTokenExpiresAtMs: number | null
  /** When it was asked for: its life is counted from here, in milliseconds since the epoch. */
  obtainedAtMs: number
  refreshToken: string | null
  idToken: string
  scope: string
  /** Members of the last answer that were there and could not be read, by name, for `diagnose`. */
  unreadable?: readonly string[] | undefined
}

/** A token whose end nobody tells is taken to live for this long, for those who need a number. */
export const ASSUMED_LIFE_MS = 300_000

/**
 * When an access token ends, in milliseconds since the epoch; assumed if nobody says. What cannot be
 * renewed is assumed anew each time: only a resource server can tell that it has ended.
 */
export function expiryOf(tokens: TokenSet, nowMs: number): number {
  const { accessTokenExpiresAtMs, obtainedAtMs, refreshToken } = tokens
  return accessTokenExpiresAtMs ?? (refreshToken === null ? nowMs : obtainedAtMs) + ASSUMED_LIFE_MS
}

/**
 * Tokens that were stored, as they count at a start. If they were asked for at a time that is still to
 * come, the clock was set back since, and nobody can tell how old they are: those that can be renewed
 * count as expired, the others as asked for just now. Otherwise apps would be given a dead access token
 * until the clock is back where it was.
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
  /** What was asked for: what was granted where the provider does not say otherwise. */
  scope: string
}

/** Tokens that came in an answer that cannot be used. */
export type Orphans = Readonly<Pick<TokenAnswer, 'accessToken' | 'refreshToken'>>

type Clocked = Pick<Clock, 'nowMs'>

/**
 * Exchanges an authorization code. A token's life is counted from when it was asked for, so that a
 * slow answer cannot lengthen it. Beside the tokens comes how far the provider's clock is ahead of
 * ours, in milliseconds (RFC 9110 section 6.6.1). `orphaned` is given the tokens of an answer that
 * cannot be used, for they live on at the provider. The request is sent once: a code is good for one.
 * Fails with `invalid-grant`, `token-error`, `invalid-token-response` and the codes of {@link Http}.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.5}
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
    purpose: 'finishing the sign-in',
    spends: true,
    ...authenticated(request, metadata.tokenAuthMethods, {
      grant_type: 'authorization_code',
      code: request.code,
      redirect_uri: request.redirectUri,
      code_verifier: request.verifier,
    }),
  })
  const clockSkewMs = aheadOf(response, nowMs, clock.nowMs())
  const answer = readTokenAnswer(response.body)
  const given = { scope: request.scope, nowMs, clockSkewMs }
  try {
    const secrets = [request.code, request.verifier, ...secretsOf(request)]
    const { idToken, ...tokens } = readTokens('sign-in', { response, answer }, secrets, given)
    if (idToken === null) throw notUnderstood('sign-in', 'id_token')
    return { tokens: { ...tokens, idToken }, clockSkewMs }
  } catch (thrown) {
    orphaned(answer)
    throw thrown
  }
}

/** A renewed session's tokens; what the provider did not send anew stays as it was. */
export type RenewedTokens = Omit<TokenSet, 'idToken'> & { idToken: string | null }

export type RenewalRequest = Client & {
  refreshToken: string
  scope: string
  /** True where it was sent before, and no answer came. */
  mayBeSpent?: boolean
}

/**
 * Renews a session by its refresh token. Fails as {@link exchangeCode} does, and with
 * `interaction-required` and `client-refused`.
 *
 * 1. Send the refresh token; once more, at once, if the answer was lost on its way. The first use may
 *    have spent it; some providers that rotate give it a grace for that.
 * 2. Hand a new refresh token to `keep`, before anything else in the answer is judged: the one that
 *    was sent may be spent, whatever else is wrong.
 * 3. Read the rest.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6}
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokens}
 */
export async function renewTokens(
  http: Http,
  metadata: Pick<ProviderMetadata, 'tokenEndpoint' | 'tokenAuthMethods'>,
  request: RenewalRequest,
  { clock, keep }: { clock: Clocked; keep: (refreshToken: string) => Promise<void> },
): Promise<{ tokens: RenewedTokens; clockSkewMs: number | null }> {
  const { refreshToken, scope } = request
  const sent = await sendTwice(http, clock, {
    method: 'POST',
    url: metadata.tokenEndpoint,
    purpose: 'renewing the session',
    spends: true,
    ...authenticated(request, metadata.tokenAuthMethods, {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
    }),
  })
  const { response, sentAtMs, isAgain } = sent
  const answer = readTokenAnswer(response.body)
  const { refreshToken: rotated } = answer
  if (isSuccess(response) && rotated !== null && rotated !== refreshToken) await keep(rotated)

  const clockSkewMs = aheadOf(response, sentAtMs, clock.nowMs())
  const given = { scope, nowMs: sentAtMs, clockSkewMs }
  const grant = isAgain || request.mayBeSpent ? 'renewal-again' : 'renewal'
  const secrets = [refreshToken, ...secretsOf(request)]
  const tokens = readTokens(grant, { response, answer }, secrets, given)
  return { tokens, clockSkewMs }
}

/**
 * The time within which a refresh token that was used is sent again, in milliseconds: the grace that
 * Okta gives it by default. After that a second use may end the session, so it is left to the next try.
 *
 * Providers that rotate document different graces (all read 2026-11-26). Okta: 0 to 60 s, 30 by default.
 * Auth0: none by default, or as many seconds as its administrator sets; its documentation names no
 * maximum. Amazon Cognito: up to 60 s, as its administrator sets, where rotation is turned on.
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
  return { response: await http(request), sentAtMs: againAtMs, isAgain: true }
}

function isSuccess({ status }: HttpResponse): boolean {
  return status >= 200 && status < 300
}

/**
 * How far the provider's clock is ahead of ours, in milliseconds; null where it does not say. It may
 * have looked at its clock at any time between the request and its answer.
 */
function aheadOf({ dateMs }: HttpResponse, sentMs: number, answeredMs: number): number | null {
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
  const [what, then] =
    grant === 'sign-in'
      ? ['sign-in', 'Nothing was kept. Try again; if it happens again, the provider is at fault.']
      : [
          'renewal of the session',
          'Latchkey tries again; if it happens again, the provider is at fault.',
        ]
  return new AuthError(
    'invalid-token-response',
    `The provider's answer to the ${what} could not be understood (${member} is missing or ` +
      `malformed). ${then}`,
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
