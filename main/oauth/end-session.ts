// The link to the provider's own sign-out page.

import type { ProviderMetadata } from './metadata.js'
import type { Account } from './account.js'

/**
 * Makes the link that ends the person's session at the provider itself, in their browser; null where
 * the provider has no such page. Whose session it is it says by name: an ID token would do so too, but
 * is a secret that belongs in no address bar.
 *
 * @see OpenID Connect RP-Initiated Logout 1.0 section 2
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
