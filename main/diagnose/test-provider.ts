// Tests a provider for the window, and describes what its metadata says.

import { asAuthError } from '../base/errors.js'
import type { ProviderFinding } from '../ipc.js'
import type { Http } from '../net/http.js'
import { fetchMetadata, type ProviderMetadata } from '../oauth/metadata.js'
import { findProblem } from '../settings/layer.js'
import { findPreset } from '../settings/presets.js'
import { MESSAGES } from './diagnose-messages.js'

/** Fetches a provider's metadata. Stores nothing, and signs no one in. */
export async function testProvider(http: Http, issuer: string): Promise<ProviderFinding> {
  const typed = issuer.trim()
  const problem = findProblem('issuer', typed, 'The issuer')
  if (problem !== null) return { kind: 'failed', message: problem, issuer: null }
  const preset = findPreset(typed)
  if (preset?.verdict === 'does not work') {
    return { kind: 'failed', message: preset.message, issuer: null }
  }
  try {
    return { kind: 'found', lines: describe(await fetchMetadata(http, typed)) }
  } catch (thrown) {
    const { code, message } = asAuthError(thrown)
    const other = typed.endsWith('/') ? typed.slice(0, -1) : `${typed}/`
    // Suggest the other spelling only if the provider answers to it.
    const isSpelling = code === 'issuer-mismatch' && (await isProvider(http, other))
    return { kind: 'failed', message, issuer: isSpelling ? other : null }
  }
}

async function isProvider(http: Http, issuer: string): Promise<boolean> {
  return fetchMetadata(http, issuer).then(
    () => true,
    () => false,
  )
}

function describe(metadata: ProviderMetadata): string[] {
  const { tested } = MESSAGES
  const lines = [
    tested.signIn(new URL(metadata.authorizationEndpoint).host),
    describeSignOut(metadata),
  ]
  if (metadata.endSessionEndpoint !== null) lines.push(tested.signOutPage)
  if (metadata.userinfoEndpoint === null) lines.push(tested.idTokenOnly)
  return lines
}

function describeSignOut({ revocationEndpoint, revocationNeedsSecret }: ProviderMetadata): string {
  const { tested } = MESSAGES
  if (revocationEndpoint === null) return tested.signsOutHereOnly
  return revocationNeedsSecret ? tested.mayNotSignOut : tested.signsOut
}
