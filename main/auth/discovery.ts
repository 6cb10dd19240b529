// The provider's metadata: fetched, checked against the configured issuer, parsed.

import { z } from 'zod'
import { AuthError, tooManyRequests } from './errors.js'
import { isLoopback, parseJson, type Http } from './http.js'

export type ProviderMetadata = {
  issuer: string
  authorizationEndpoint: string
  tokenEndpoint: string
  jwksUri: string
  userinfoEndpoint: string | null
  revocationEndpoint: string | null
  endSessionEndpoint: string | null
  /** What the provider says it signs ID tokens with; none and symmetric ones are left out. */
  signingAlgorithms: readonly string[]
  /** True where the provider promises `iss` in the authorization response (RFC 9207). */
  promisesIss: boolean
}

const PURPOSE = "reading the provider's metadata"

const endpoint = z.url({ protocol: /^https?$/ })
const wireMetadata = z.object({
  issuer: z.string(),
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  jwks_uri: endpoint,
  userinfo_endpoint: endpoint.optional(),
  revocation_endpoint: endpoint.optional(),
  end_session_endpoint: endpoint.optional(),
  response_types_supported: z.array(z.string()).optional(),
  code_challenge_methods_supported: z.array(z.string()).optional(),
  id_token_signing_alg_values_supported: z.array(z.string()).default(['RS256']),
  authorization_response_iss_parameter_supported: z.boolean().default(false),
})

/**
 * Fetches and checks the metadata of `issuer`. The announced issuer must be exactly the configured
 * one, every endpoint https (or http on loopback), and PKCE with S256 not ruled out.
 * Fails with `invalid-metadata`, `issuer-mismatch`, `insecure-endpoint`, `pkce-unsupported` and the
 * codes of {@link Http}.
 *
 * @see OpenID Connect Discovery 1.0 section 4
 * @see RFC 8414 section 3.3
 */
export async function discover(
  http: Http,
  issuer: string,
  signal?: AbortSignal,
): Promise<ProviderMetadata> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  requireSecure(url, 'issuer')
  const response = await http({ method: 'GET', url, purpose: PURPOSE, ...(signal && { signal }) })
  if (response.status !== 200) {
    if (response.status === 429) throw tooManyRequests(response.retryAfterMs)
    const isPassing = response.status >= 500
    throw new AuthError(
      isPassing ? 'provider-error' : 'invalid-metadata',
      `The provider answered ${response.status} at ${url}. ` +
        (isPassing ? 'Try again later.' : 'Check the issuer setting.'),
      { retryAfterMs: response.retryAfterMs },
    )
  }
  const parsed = wireMetadata.safeParse(parseJson(response.body))
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.')
    throw new AuthError(
      'invalid-metadata',
      `What ${url} answered is not an OpenID provider's metadata` +
        `${where ? ` (${where} is missing or malformed)` : ''}. Check the issuer setting.`,
    )
  }
  const wire = parsed.data
  requireIssuer(issuer, wire.issuer)

  if (wire.response_types_supported && !wire.response_types_supported.includes('code')) {
    throw new AuthError(
      'invalid-metadata',
      'The provider does not offer the authorization code flow, which Latchkey needs.',
    )
  }
  const signingAlgorithms = wire.id_token_signing_alg_values_supported.filter(isAsymmetric)
  if (signingAlgorithms.length === 0) {
    throw new AuthError(
      'invalid-metadata',
      'The provider signs ID tokens only in ways that this app could not check. Ask its ' +
        'administrator for RS256 or ES256.',
    )
  }
  const methods = wire.code_challenge_methods_supported
  if (methods && !methods.includes('S256')) {
    throw new AuthError(
      'pkce-unsupported',
      'The provider does not support PKCE with S256, and Latchkey does not sign in without it. ' +
        'Ask its administrator to enable it.',
    )
  }
  return {
    issuer: wire.issuer,
    authorizationEndpoint: requireSecure(wire.authorization_endpoint, 'authorization_endpoint'),
    tokenEndpoint: requireSecure(wire.token_endpoint, 'token_endpoint'),
    jwksUri: requireSecure(wire.jwks_uri, 'jwks_uri'),
    userinfoEndpoint: optionalSecure(wire.userinfo_endpoint, 'userinfo_endpoint'),
    revocationEndpoint: optionalSecure(wire.revocation_endpoint, 'revocation_endpoint'),
    endSessionEndpoint: optionalSecure(wire.end_session_endpoint, 'end_session_endpoint'),
    signingAlgorithms,
    promisesIss: wire.authorization_response_iss_parameter_supported,
  }
}

function requireIssuer(configured: string, announced: string): void {
  if (announced === configured) return
  const onlySlash = announced.replace(/\/$/, '') === configured.replace(/\/$/, '')
  throw new AuthError(
    'issuer-mismatch',
    onlySlash
      ? `The provider spells its issuer ${announced}: set the issuer exactly so.`
      : `The provider at ${configured} says that its issuer is another one. Check the issuer setting.`,
  )
}

function requireSecure(url: string, name: string): string {
  const parsed = new URL(url)
  if (parsed.protocol === 'https:' || isLoopback(parsed)) return url
  throw new AuthError(
    'insecure-endpoint',
    `The provider's ${name} is not https, so anyone on the way could read the sign-in. ` +
      'Latchkey does not use it; ask its administrator to mend it.',
  )
}

function optionalSecure(url: string | undefined, name: string): string | null {
  return url === undefined ? null : requireSecure(url, name)
}

// A public client has no secret that an HMAC could be checked with.
function isAsymmetric(algorithm: string): boolean {
  return algorithm !== 'none' && !algorithm.startsWith('HS')
}
