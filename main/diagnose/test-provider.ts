// What a provider's metadata says, for a person who is setting it up.

import { fetchMetadata, type ProviderMetadata } from '../oauth/metadata.js'
import { asAuthError } from '../base/errors.js'
import type { Http } from '../net/http.js'
import type { ProviderFinding } from '../ipc.js'
import { presetFor } from '../settings/presets.js'
import { findProblem } from '../settings/layer.js'

/** Looks a provider up. Nothing is kept, and nobody is signed in. */
export async function findProvider(http: Http, issuer: string): Promise<ProviderFinding> {
  const typed = issuer.trim()
  const problem = findProblem('issuer', typed, 'The issuer')
  if (problem !== null) return { kind: 'failed', message: problem, issuer: null }
  const preset = presetFor(typed)
  if (preset?.verdict === 'does not work') {
    return { kind: 'failed', message: preset.why, issuer: null }
  }
  try {
    return { kind: 'found', lines: linesOf(await fetchMetadata(http, typed)) }
  } catch (thrown) {
    const { code, message } = asAuthError(thrown)
    const other = typed.endsWith('/') ? typed.slice(0, -1) : `${typed}/`
    // The provider spells it the other way: what is said of that spelling is what counts.
    const isSpelling = code === 'issuer-mismatch' && (await isFound(http, other))
    return { kind: 'failed', message, issuer: isSpelling ? other : null }
  }
}

async function isFound(http: Http, issuer: string): Promise<boolean> {
  return fetchMetadata(http, issuer).then(
    () => true,
    () => false,
  )
}

function linesOf(metadata: ProviderMetadata): string[] {
  const { host } = new URL(metadata.authorizationEndpoint)
  return [
    `You sign in at ${host}, with PKCE.`,
    signOutLine(metadata),
    ...(metadata.endSessionEndpoint === null
      ? []
      : ['It has a sign-out page of its own, which Latchkey can open when you sign out.']),
    ...(metadata.userinfoEndpoint === null ? ['It tells who you are in the ID token only.'] : []),
  ]
}

function signOutLine({ revocationEndpoint, revocationNeedsSecret }: ProviderMetadata): string {
  if (revocationEndpoint === null) {
    return 'Signing out ends the session here only: the provider offers no revocation.'
  }
  return revocationNeedsSecret
    ? 'Signing out may end the session here only: the provider announces revocation for ' +
        'applications with a client secret.'
    : 'Signing out ends the session at the provider too.'
}
