// The link to the provider's own sign-out page.

import type { ProviderMetadata } from './metadata.js'
import type { Account } from './account.js'

/**
 * Makes the link that ends the user's session at the provider, in their browser; null if the provider
 * has no such page. The link names the user by `logout_hint`. An ID token would also name them, but a
 * secret must not appear in the address bar.
 *
 * @see {@link https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout}
 */
export function endSessionUrl(
  metadata: Pick<ProviderMetadata, 'endSessionEndpoint'>,
  clientId: string,
  { email, sub }: Account,
): string | null {
  if (metadata.endSessionEndpoint === null) return null
  const url = new URL(metadata.endSessionEndpoint)
  url.searchParams.set('client_id', clientId)
  url.searchParams.set('logout_hint', email === '' ? sub : email)
  return url.href
}
