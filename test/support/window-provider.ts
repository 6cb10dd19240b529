// The provider in the window's pictures: its answers, and the product's messages about them.

import { validateCallback } from '../../main/oauth/callback.js'
import { fetchMetadata } from '../../main/oauth/metadata.js'
import { AuthError } from '../../main/base/errors.js'
import { createHttp, type Http } from '../../main/net/http.js'
import { renewTokens } from '../../main/oauth/token-endpoint.js'
import { systemClock } from '../../main/base/clock.js'
import type { ProviderFinding } from '../../main/ipc.js'
import type { Account } from '../../main/oauth/account.js'
import type { Session } from '../../main/oauth/session.js'
import type { Settings } from '../../main/settings/options.js'
import { revokeSession } from '../../main/app/uninstall.js'
import { testProvider } from '../../main/diagnose/test-provider.js'

export const ISSUER = 'https://login.example.com/tenant/'
export const CLIENT_ID = 'latchkey-desktop'

/** The app's own HTTP client, on a network that gives this answer to every request. */
export function answeredBy(answer: () => Response | Promise<Response>): Http {
  return createHttp({ fetch: () => Promise.resolve().then(answer) })
}

/** The metadata of a provider with this issuer. */
export function createMetadata(issuer: string): Record<string, unknown> {
  const at = (path: string): string => `${issuer.replace(/\/$/, '')}/${path}`
  return {
    issuer,
    authorization_endpoint: at('authorize'),
    token_endpoint: at('token'),
    jwks_uri: at('keys'),
    userinfo_endpoint: at('userinfo'),
    revocation_endpoint: at('revoke'),
  }
}

const describes = (issuer: string): Http => answeredBy(() => Response.json(createMetadata(issuer)))

const HERE = 'https://login.example.com'

/** The form's test results for a provider, and for one whose issuer ends with a slash. */
export const FOUND: ProviderFinding = await testProvider(describes(HERE), HERE)
export const MISSPELT: ProviderFinding = await testProvider(describes(`${HERE}/`), HERE)

/** Chromium's error without a network. */
export const UNREACHABLE = await catchFailure(
  fetchMetadata(
    answeredBy(() => Promise.reject(new Error('net::ERR_NAME_NOT_RESOLVED'))),
    ISSUER,
  ),
)
export const UNAVAILABLE = await failureOfRenewal(new Response(null, { status: 503 }))
export const ENDED = await failureOfRenewal(
  Response.json({ error: 'invalid_grant' }, { status: 400 }),
)
export const FAILURE = failure()

/** The message of a removal if this provider doesn't revoke the session. */
export async function notRevoked(account: Account, settings: Settings): Promise<string> {
  const answers = [Response.json(createMetadata(ISSUER)), new Response(null, { status: 503 })]
  const http = answeredBy(() => answers.shift() ?? Promise.reject(new Error('asked too often')))
  const tokens = { accessToken: 'an-access-token', refreshToken: 'a-refresh-token' }
  const session = { issuer: ISSUER, clientId: CLIENT_ID, account, tokens } as Session
  const { failed } = await revokeSession(session, { settings, http })
  return failed.join(' ')
}

function failureOfRenewal(response: Response): Promise<AuthError> {
  const metadata = { tokenEndpoint: `${ISSUER}token`, tokenAuthMethods: null }
  const request = {
    clientId: CLIENT_ID,
    clientSecret: null,
    refreshToken: 'a-refresh-token',
    scope: 'openid',
  }
  const http = answeredBy(() => response)
  return catchFailure(
    renewTokens(http, metadata, request, { clock: systemClock, keep: () => Promise.resolve() }),
  )
}

/** The user has denied access at the provider. */
function failure(): AuthError {
  const answer = new URLSearchParams({ error: 'access_denied', state: 'a-state' })
  const expected = { state: 'a-state', issuer: ISSUER, issParameterSupported: false }
  const result = validateCallback(answer, expected)
  if (result.kind !== 'failed') throw new Error(`a failure is told as ${result.kind}`)
  return result.error
}

async function catchFailure(task: Promise<unknown>): Promise<AuthError> {
  const thrown = await task.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (thrown instanceof AuthError) return thrown
  throw new Error('what was to fail has not', { cause: thrown })
}
