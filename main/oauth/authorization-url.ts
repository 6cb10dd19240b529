// The authorization URL, which the user's browser is sent to.

import type { ProviderMetadata } from './metadata.js'

export type AuthorizationRequest = {
  clientId: string
  redirectUri: string
  scope: string
  state: string
  nonce: string
  challenge: string
  audience: string | null
  prompt: string | null
  /** The user who is expected to sign in. The provider may fill in or choose that user. */
  loginHint: string | null
  /** Seconds; the provider must have seen the person more recently than that. */
  maxAgeS: number | null
  /** More parameters. They cannot override ours. */
  extra: Readonly<Record<string, string>>
}

/** @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest} */
export const PROMPTS: readonly string[] = ['login', 'consent', 'select_account', 'create', 'none']

/** Parameters that no setting may add: Latchkey sets them itself, or they contain a secret. */
export const PROTOCOL_PARAMETERS: readonly string[] = [
  'response_type',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'audience',
  'prompt',
  'login_hint',
  'max_age',
  'response_mode',
  'request',
  'request_uri',
  'id_token_hint',
  'registration',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'code_verifier',
]

/**
 * The parameters that an app may add (S45); the setting `allowedParameters` adds others. None of them
 * decides what is asked for, or who answers.
 */
export const APP_PARAMETERS: readonly string[] = [
  'access_type',
  'display',
  'acr_values',
  'ui_locales',
  'login_hint',
  'connection',
]

/**
 * The characters of a parameter's name. Providers that accept others read some parameters twice.
 */
export const PARAMETER_NAME = /^[a-z][a-z0-9_]*$/

/**
 * Builds the authorization URL. The endpoint's own query is kept, but cannot override our
 * parameters.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.3}
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest}
 */
export function authorizationUrl(
  metadata: Pick<ProviderMetadata, 'authorizationEndpoint'>,
  request: AuthorizationRequest,
): string {
  const url = new URL(metadata.authorizationEndpoint)
  const parameters: Record<string, string | null> = {
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    scope: request.scope,
    state: request.state,
    nonce: request.nonce,
    code_challenge: request.challenge,
    code_challenge_method: 'S256',
    audience: request.audience,
    prompt: request.prompt,
    login_hint: request.loginHint,
    max_age: request.maxAgeS === null ? null : String(request.maxAgeS),
  }
  for (const [name, value] of Object.entries(request.extra)) url.searchParams.set(name, value)
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) url.searchParams.set(name, value)
  }
  return url.href
}

/** The redirect URI in one of our links. */
export function readRedirectUri(link: string): string {
  return new URL(link).searchParams.get('redirect_uri') ?? ''
}
