// Fetches the provider's metadata, checks it against the configured issuer, and parses it.

import { isObject, looseObjectOf, string, type Infer } from '../base/schema.js'
import type { AuthMethods } from './client-authentication.js'
import { AuthError, tooManyRequests } from '../base/errors.js'
import { parseJson, type Http } from '../net/http.js'
import { isLoopback } from '../net/loopback.js'
import { ISSUER_MESSAGES, METADATA_MESSAGES, PURPOSES } from './oauth-messages.js'

export type ProviderMetadata = {
  issuer: string
  authorizationEndpoint: string
  tokenEndpoint: string
  jwksUri: string
  userinfoEndpoint: string | null
  revocationEndpoint: string | null
  /** True if the provider announces that only clients with a secret may revoke tokens. */
  revocationNeedsSecret: boolean
  endSessionEndpoint: string | null
  /** The announced algorithms for signing ID tokens, without `none` and symmetric ones. */
  signingAlgorithms: readonly string[]
  /**
   * True if the provider promises `iss` in the authorization response.
   *
   * @see {@link https://www.rfc-editor.org/rfc/rfc9207#section-3}
   */
  issParameterSupported: boolean
  /** How a client with a secret may authenticate. Null if the provider doesn't say. */
  tokenAuthMethods: AuthMethods
  revocationAuthMethods: AuthMethods
  /** Optional members that can't be used as announced. They count as absent. */
  ignored: readonly IgnoredMember[]
}

export type IgnoredMember = {
  name: string
  /** `empty`: null or an empty text. `insecure`: an endpoint that is not https. */
  fault: 'empty' | 'unreadable' | 'insecure'
}

/** As the URL standard reads it: without surrounding spaces, tabs and line breaks. */
const endpoint = string
  .transform((text) => text.trim().replaceAll(/[\t\n\r]/g, ''))
  .refine((text) => /^https?:\/\//i.test(text) && URL.canParse(text))
/** Required members are strict. Optional ones are read separately, so a faulty one affects no others. */
const REQUIRED = {
  issuer: string,
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  jwks_uri: endpoint,
}
const wireMetadata = looseObjectOf(REQUIRED)

type WireMetadata = Infer<typeof wireMetadata>

/**
 * Fetches and checks the metadata of `issuer`. The announced issuer must be exactly the configured
 * one. The three endpoints that a sign-in needs must be https, or http on loopback. PKCE with S256 must
 * not be excluded. An optional member that can't be used counts as absent and is listed in `ignored`.
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
    throw new AuthError('invalid-metadata', METADATA_MESSAGES.noCodeFlow)
  }
  const methods = optional.list('code_challenge_methods_supported')
  if (methods && !methods.includes('S256')) {
    throw new AuthError('pkce-unsupported', METADATA_MESSAGES.noPkce)
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
    // Most providers announce the methods once, for both endpoints.
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
    purpose: PURPOSES.metadata,
    // Some providers add a final slash. The issuer in the metadata decides whose metadata this is.
    followsOneRedirect: true,
    ...(signal && { signal }),
  })
  if (response.status !== 200) {
    if (response.status === 429) throw tooManyRequests(response.retryAfterMs)
    throw new AuthError(
      response.status >= 500 ? 'provider-error' : 'invalid-metadata',
      METADATA_MESSAGES.status(response.status, url),
      { retryAfterMs: response.retryAfterMs },
    )
  }
  const json = parseJson(response.body)
  const parsed = wireMetadata.safeParse(json)
  if (parsed.success) return parsed.data
  throw new AuthError('invalid-metadata', METADATA_MESSAGES.notMetadata(url, findFault(json)))
}

/** Finds the first required member that is missing or can't be used. */
function findFault(json: unknown): string | undefined {
  if (!isObject(json)) return undefined
  return Object.entries(REQUIRED).find(
    ([name, schema]) => !schema.safeParse(json[name]).success,
  )?.[0]
}

type OptionalMembers = {
  /** Null if the endpoint is missing or may not be used. */
  endpoint(name: string): string | null
  /** The texts in a list. Null if there is no readable list. */
  list(name: string): readonly string[] | null
  /** True if the provider clearly makes the promise. */
  promise(name: string): boolean
  /** The members read so far that can't be used. */
  ignored: readonly IgnoredMember[]
}

/** Reads optional members, and records the ones that can't be used. */
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
      const parsed = endpoint.safeParse(wire[name])
      const url = parsed.success ? parsed.data : undefined
      if (url !== undefined && isSecure(url)) return url
      ignore(name, url === undefined ? 'unreadable' : 'insecure')
      return null
    },
    list(name) {
      const value = wire[name]
      const texts = Array.isArray(value) ? value.filter((item) => typeof item === 'string') : null
      // A list without any text counts as no list. An empty list counts.
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

/** The algorithms of ID tokens that can be verified without a secret. RS256 if none are announced. */
function signingAlgorithms(announced: readonly string[] | null): readonly string[] {
  if (announced === null || announced.length === 0) return ['RS256']
  const usable = announced.filter(isAsymmetric)
  if (usable.length > 0) return usable
  throw new AuthError(
    'invalid-metadata',
    announced.includes('HS256') ? METADATA_MESSAGES.onlyHs256 : METADATA_MESSAGES.noAlgorithm,
  )
}

function requireIssuer(configured: string, announced: string): void {
  if (announced === configured) return
  throw new AuthError('issuer-mismatch', describeMismatch(configured, announced))
}

function describeMismatch(configured: string, announced: string): string {
  if (announced.trim() === '') return ISSUER_MESSAGES.missing(configured)
  const shown = quoteUntrusted(announced)
  if (announced.replace(/\/$/, '') === configured.replace(/\/$/, '')) {
    return ISSUER_MESSAGES.otherSpelling(shown)
  }
  // Microsoft Entra's addresses for all tenants announce an issuer that no ID token has.
  if (/\{[^}]*\}/.test(announced)) return ISSUER_MESSAGES.manyTenants(configured, shown)
  return ISSUER_MESSAGES.other(configured, shown)
}

const LONGEST_ISSUER = 200

/** Makes untrusted text printable and short enough to read. */
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
  throw new AuthError('insecure-endpoint', METADATA_MESSAGES.notHttps(name))
}

// A public client has no secret to check an HMAC with.
function isAsymmetric(algorithm: string): boolean {
  return algorithm !== 'none' && !algorithm.startsWith('HS')
}
