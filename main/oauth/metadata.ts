// The provider's metadata: fetched, checked against the configured issuer, parsed.

import { z } from 'zod'
import type { AuthMethods } from './client-authentication.js'
import { AuthError, tooManyRequests } from '../base/errors.js'
import { isLoopback, parseJson, type Http } from '../net/http.js'

export type ProviderMetadata = {
  issuer: string
  authorizationEndpoint: string
  tokenEndpoint: string
  jwksUri: string
  userinfoEndpoint: string | null
  revocationEndpoint: string | null
  /** True where the provider announces that only clients with a secret may revoke tokens. */
  revocationNeedsSecret: boolean
  endSessionEndpoint: string | null
  /** What the provider says it signs ID tokens with; none and symmetric ones are left out. */
  signingAlgorithms: readonly string[]
  /** True where the provider promises `iss` in the authorization response (RFC 9207). */
  issParameterSupported: boolean
  /** How a client with a secret may authenticate; null where the provider does not say. */
  tokenAuthMethods: AuthMethods
  revocationAuthMethods: AuthMethods
  /** Optional members that cannot be used as they were announced. They count as absent. */
  ignored: readonly IgnoredMember[]
}

export type IgnoredMember = {
  name: string
  /** `empty` is null or an empty text, `insecure` an endpoint that is not https. */
  fault: 'empty' | 'unreadable' | 'insecure'
}

const PURPOSE = "reading the provider's metadata"

const endpoint = z.url({ protocol: /^https?$/ })
/** What decides is strict. The rest is read one by one, so that an odd member costs only itself. */
const wireMetadata = z.looseObject({
  issuer: z.string(),
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  jwks_uri: endpoint,
})

type WireMetadata = z.infer<typeof wireMetadata>

/**
 * Fetches and checks the metadata of `issuer`. The announced issuer must be exactly the configured
 * one, the three endpoints that a sign-in needs https (or http on loopback), and PKCE with S256 not
 * ruled out. An optional member that cannot be used counts as absent and is named in `ignored`.
 * Fails with `invalid-metadata`, `issuer-mismatch`, `insecure-endpoint`, `pkce-unsupported` and the
 * codes of {@link Http}.
 *
 * @see {@link https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-3.3}
 */
export async function fetchMetadata(
  http: Http,
  issuer: string,
  signal?: AbortSignal,
): Promise<ProviderMetadata> {
  const wire = await requestMetadata(http, issuer, signal)
  requireIssuer(issuer, wire.issuer)

  const optional = readOptional(wire)
  const responseTypes = optional.list('response_types_supported')
  if (responseTypes && !responseTypes.includes('code')) {
    throw new AuthError(
      'invalid-metadata',
      'The provider does not offer the authorization code flow, which Latchkey needs.',
    )
  }
  const methods = optional.list('code_challenge_methods_supported')
  if (methods && !methods.includes('S256')) {
    throw new AuthError(
      'pkce-unsupported',
      'The provider does not support PKCE with S256, and Latchkey does not sign in without it. ' +
        'Ask its administrator to enable it.',
    )
  }
  const tokenMethods = optional.list('token_endpoint_auth_methods_supported')
  const announced = optional.list('revocation_endpoint_auth_methods_supported')
  const revocationMethods = announced ?? []
  return {
    issuer: wire.issuer,
    authorizationEndpoint: requireSecure(wire.authorization_endpoint, 'authorization_endpoint'),
    tokenEndpoint: requireSecure(wire.token_endpoint, 'token_endpoint'),
    jwksUri: requireSecure(wire.jwks_uri, 'jwks_uri'),
    userinfoEndpoint: optional.endpoint('userinfo_endpoint'),
    revocationEndpoint: optional.endpoint('revocation_endpoint'),
    revocationNeedsSecret: revocationMethods.length > 0 && !revocationMethods.includes('none'),
    endSessionEndpoint: optional.endpoint('end_session_endpoint'),
    signingAlgorithms: signingAlgorithms(optional.list('id_token_signing_alg_values_supported')),
    issParameterSupported: optional.promise('authorization_response_iss_parameter_supported'),
    tokenAuthMethods: tokenMethods,
    // Most say it once, for both.
    revocationAuthMethods: announced ?? tokenMethods,
    ignored: optional.ignored,
  }
}

async function requestMetadata(
  http: Http,
  issuer: string,
  signal: AbortSignal | undefined,
): Promise<WireMetadata> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  requireSecure(url, 'issuer')
  const response = await http({
    method: 'GET',
    url,
    purpose: PURPOSE,
    // Some providers add a final slash. The issuer inside decides whose metadata this is.
    followsOneRedirect: true,
    ...(signal && { signal }),
  })
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
  if (parsed.success) return parsed.data
  const where = parsed.error.issues[0]?.path.join('.')
  throw new AuthError(
    'invalid-metadata',
    `What ${url} answered is not an OpenID provider's metadata` +
      `${where ? ` (${where} is missing or malformed)` : ''}. Check the issuer setting.`,
  )
}

type OptionalMembers = {
  /** Null where there is none, or none that may be used. */
  endpoint(name: string): string | null
  /** The texts in a list; null where there is no list, or none that can be read. */
  list(name: string): readonly string[] | null
  /** True for a promise that was made clearly. */
  promise(name: string): boolean
  /** What was read so far and could not be used. */
  ignored: readonly IgnoredMember[]
}

/** Reads members that a provider may leave out, and notes those that cannot be used. */
function readOptional(wire: WireMetadata): OptionalMembers {
  const ignored: IgnoredMember[] = []
  const ignore = (name: string, fault: 'unreadable' | 'insecure'): void => {
    const value = wire[name]
    if (value === undefined) return
    ignored.push({ name, fault: value === null || value === '' ? 'empty' : fault })
  }
  return {
    ignored,
    endpoint(name) {
      const { data: url } = endpoint.safeParse(wire[name])
      if (url !== undefined && isSecure(url)) return url
      ignore(name, url === undefined ? 'unreadable' : 'insecure')
      return null
    },
    list(name) {
      const value = wire[name]
      const texts = Array.isArray(value) ? value.filter((item) => typeof item === 'string') : null
      // A list of nothing but oddities says no more than none; an empty list does.
      if (texts && (texts.length > 0 || (value as unknown[]).length === 0)) return texts
      ignore(name, 'unreadable')
      return null
    },
    promise(name) {
      const value = wire[name]
      if (value === true || value === 'true') return true
      if (value !== false && value !== 'false') ignore(name, 'unreadable')
      return false
    },
  }
}

/** The algorithms of ID tokens that can be checked without a secret; RS256 where none are announced. */
function signingAlgorithms(announced: readonly string[] | null): readonly string[] {
  if (announced === null || announced.length === 0) return ['RS256']
  const usable = announced.filter(isAsymmetric)
  if (usable.length > 0) return usable
  throw new AuthError(
    'invalid-metadata',
    announced.includes('HS256')
      ? 'The provider signs ID tokens with HS256 only, which takes a client secret to check, and ' +
          'Latchkey has none. Set RS256 or ES256 for your application there, or ask its administrator.'
      : 'The provider signs ID tokens only in ways that Latchkey cannot check. Ask its ' +
          'administrator for RS256 or ES256.',
  )
}

function requireIssuer(configured: string, announced: string): void {
  if (announced === configured) return
  throw new AuthError('issuer-mismatch', mismatchOf(configured, announced))
}

function mismatchOf(configured: string, announced: string): string {
  const shown = quoteUntrusted(announced)
  if (announced.trim() === '') {
    return `The provider at ${configured} does not say what its issuer is. Check the issuer setting.`
  }
  if (announced.replace(/\/$/, '') === configured.replace(/\/$/, '')) {
    return `The provider spells its issuer ${shown}: set the issuer exactly so.`
  }
  // Microsoft Entra's addresses for any tenant announce one that nobody's ID tokens come from.
  if (/\{[^}]*\}/.test(announced)) {
    return (
      `The provider at ${configured} is that of many tenants: its issuer is ${shown}. Set the issuer ` +
      "to your own tenant's: put its ID in the place of the braces."
    )
  }
  return (
    `The provider at ${configured} says that its issuer is another one: ${shown}. If that is your ` +
    'provider, set the issuer exactly so.'
  )
}

const LONGEST_ISSUER = 200

/** Printable, and no longer than a person reads. */
function quoteUntrusted(text: string): string {
  const plain = text.replace(/[\p{C}\p{Z}]+/gu, ' ')
  return plain.length > LONGEST_ISSUER ? `${plain.slice(0, LONGEST_ISSUER)}…` : plain
}

function isSecure(url: string): boolean {
  const parsed = new URL(url)
  return parsed.protocol === 'https:' || isLoopback(parsed)
}

function requireSecure(url: string, name: string): string {
  if (isSecure(url)) return url
  throw new AuthError(
    'insecure-endpoint',
    `The provider's ${name} is not https, so anyone on the network could read the sign-in. ` +
      'Latchkey does not use it; ask its administrator to fix it.',
  )
}

// A public client has no secret that an HMAC could be checked with.
function isAsymmetric(algorithm: string): boolean {
  return algorithm !== 'none' && !algorithm.startsWith('HS')
}
