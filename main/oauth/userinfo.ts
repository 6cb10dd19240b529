// Userinfo: more claims about the user, in addition to those in the ID token.

import { AuthError } from '../base/errors.js'
import { looseObjectOf, string } from '../base/schema.js'
import { parseJson, type Http } from '../net/http.js'
import { toSubject, type Claims } from './account.js'
import type { ProviderMetadata } from './metadata.js'
import { PURPOSES } from './oauth-messages.js'

const wireUserinfo = looseObjectOf({ sub: string })

/**
 * Reads userinfo. It is optional: if the provider has none, or fails to answer, this gives null.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#UserInfo}
 */
export async function readUserinfo(
  http: Http,
  metadata: Pick<ProviderMetadata, 'userinfoEndpoint'>,
  accessToken: string,
  signal?: AbortSignal,
): Promise<Claims | null> {
  if (metadata.userinfoEndpoint === null) return null
  const request = http({
    method: 'GET',
    url: metadata.userinfoEndpoint,
    purpose: PURPOSES.userinfo,
    bearer: accessToken,
    ...(signal && { signal }),
  })
  const response = await request.catch((thrown: unknown) => {
    if (thrown instanceof AuthError) return null
    throw thrown
  })
  if (response === null || response.status !== 200) return null
  const parsed = wireUserinfo.safeParse(parseJson(response.body))
  return parsed.success ? { ...parsed.data, sub: toSubject(parsed.data.sub) } : null
}

/**
 * Adds userinfo to the ID token's claims, unless it is about another user. If both have a claim, the
 * ID token's is used: only the ID token is signed.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse}
 */
export function mergeClaims(idToken: Claims, userinfo: Claims | null): Claims {
  if (userinfo?.sub !== idToken.sub) return idToken
  const others: Record<string, unknown> = { ...userinfo }
  for (const [address, verdict] of VERDICTS) {
    if (idToken[address] !== undefined && idToken[address] !== userinfo[address])
      delete others[verdict]
  }
  return { ...others, ...idToken }
}

/** Claims that say whether an address was verified. They apply to the address beside them only. */
const VERDICTS = [
  ['email', 'email_verified'],
  ['phone_number', 'phone_number_verified'],
] as const

/** The claims that each scope asks for, as far as apps are given them. A Map: scopes are untrusted text. */
const CLAIMS_OF_SCOPE: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'profile',
    [
      'name',
      'family_name',
      'given_name',
      'nickname',
      'preferred_username',
      'picture',
      'locale',
      'updated_at',
    ],
  ],
  ['email', ['email', 'email_verified']],
])

/**
 * Lists the claims that a scope asks for, which userinfo may have if the ID token has not.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims}
 */
export function listClaims(scope: string): readonly string[] {
  return scope.split(/\s+/).flatMap((one) => CLAIMS_OF_SCOPE.get(one) ?? [])
}

/** Lists the claims that an account is shown by. The name is also asked for without its scope. */
export function listAccountClaims(scope: string): readonly string[] {
  return ['name', ...listClaims(scope).filter((name) => name === 'email')]
}

/** True if one of the claims is missing. */
export function lacksClaims(
  claims: Readonly<Record<string, unknown>>,
  names: readonly string[],
): boolean {
  return names.some((name) => claims[name] === undefined || claims[name] === '')
}
