// What a seed asks for: checked against what this service is configured for, and made into a flow.

import { toResult } from '../agent/results.js'
import type { ApiSignInRequest } from '../agent/api-sign-in.js'
import { APP_PARAMETERS, PARAMETER_NAME } from '../oauth/authorization-url.js'
import { redirectUriAt, type RedirectTarget } from '../oauth/redirect-target.js'
import { LOOPBACK_HOSTS } from '../net/loopback.js'
import { codeChallenge, createNonce, createState } from '../oauth/pkce.js'
import { authoritiesOf, FORM_POST_PATH } from './guard.js'
import type { Pkce, SeededPkce } from './models.js'
import { Problem, problemOf } from './problem.js'

export type SeedDeps = {
  /** Null where no provider is configured. */
  provider: { issuer: string; clientId: string; scope: string; audience: string | null } | null
  /** The provider's authorization endpoint, from its metadata. Fails with an AuthError. */
  authorizationEndpoint(): Promise<string>
  /** Where the provider sends the browser, with the ports that are registered with it. */
  redirect: RedirectTarget
  /** What apps may add to the authorization request, beside {@link APP_PARAMETERS}. */
  allowedParameters: readonly string[]
  /** The service's own port. */
  port: number
}

/** The seed of a call without a body: as the tray's own sign-in would be. */
export function seedFor({ provider }: SeedDeps, verifier: string): SeededPkce {
  return {
    response_type: 'code',
    state: createState(),
    nonce: createNonce(),
    code_challenge: codeChallenge(verifier),
    code_challenge_method: 'S256',
    scope: (provider?.scope ?? 'openid').split(' '),
    client_id: provider?.clientId ?? '',
    ...(provider?.audience && { audience: provider.audience }),
  }
}

/** S23: nothing outside of what this service was configured for. */
export async function checkSeed(deps: SeedDeps, seed: SeededPkce): Promise<void> {
  const { provider } = deps
  if (provider === null) {
    throw new Problem('unavailable', 'No provider is configured. Set one up in Latchkey first.')
  }
  checkClient(deps, seed.client_id)
  if (seed.audience !== undefined) checkAudience(deps, seed.audience)
  checkParameters(deps, seed.ADDITIONAL_PARAMETERS ?? {})
  if (seed.domain !== undefined && !isIssuer(seed.domain, provider.issuer)) {
    const endpoint = await deps.authorizationEndpoint().catch((thrown: unknown) => {
      throw problemOf(toResult(thrown))
    })
    if (seed.domain !== endpoint) {
      throw new Problem('refused', `domain: Latchkey signs in at ${provider.issuer} only.`)
    }
  }
}

/** S45: by a list of what is allowed, for nobody can list all that providers understand. */
function checkParameters(
  { allowedParameters }: SeedDeps,
  parameters: Readonly<Record<string, string>>,
): void {
  const allowed = [...APP_PARAMETERS, ...allowedParameters]
  const isAllowed = (name: string): boolean => PARAMETER_NAME.test(name) && allowed.includes(name)
  if (Object.keys(parameters).every(isAllowed)) return
  throw new Problem(
    'refused',
    `ADDITIONAL_PARAMETERS: only ${allowed.join(', ')} can be set there. The setting ` +
      'allowedParameters adds others.',
  )
}

export function checkClient({ provider }: SeedDeps, clientId: string): void {
  if (provider === null || clientId === provider.clientId) return
  throw new Problem('refused', 'client_id: this is not the client that Latchkey is configured for.')
}

export function checkAudience({ provider }: SeedDeps, audience: string): void {
  if (provider?.audience === audience) return
  throw new Problem(
    'refused',
    'audience: this is not the audience that Latchkey is configured for.',
  )
}

/** The issuer, with or without a final slash, or its host. */
function isIssuer(domain: string, issuer: string): boolean {
  const bare = issuer.replace(/\/$/, '')
  return [new URL(issuer).host, bare, `${bare}/`].includes(domain)
}

export function flowOf(
  deps: SeedDeps,
  seed: SeededPkce,
  verifier: string | null,
): ApiSignInRequest {
  const { organization, invitation, screen_hint, response_mode } = seed
  const extra = {
    ...seed.ADDITIONAL_PARAMETERS,
    ...(organization !== undefined && { organization }),
    ...(invitation !== undefined && { invitation }),
    ...(screen_hint !== undefined && { screen_hint }),
    ...(response_mode !== undefined && { response_mode }),
  }
  return {
    state: seed.state,
    nonce: seed.nonce,
    challenge: seed.code_challenge,
    verifier,
    scope: seed.scope.join(' '),
    audience: seed.audience ?? null,
    prompt: seed.prompt ?? null,
    organization: organization ?? null,
    extra,
    redirectTarget: redirectTargetFor(deps, seed),
    byFormPost: response_mode === 'form_post',
  }
}

/** Absent, our own form-post endpoint, or the redirect target at a port that is registered. */
function redirectTargetFor(deps: SeedDeps, seed: SeededPkce): ApiSignInRequest['redirectTarget'] {
  const { redirect_uri: redirectUri, response_mode: mode } = seed
  if (redirectUri === undefined) return { kind: 'listener', port: null }
  const own = LOOPBACK_HOSTS.flatMap((host) =>
    authoritiesOf(host, deps.port).map((authority) => `http://${authority}${FORM_POST_PATH}`),
  )
  if (own.includes(redirectUri)) {
    if (mode === 'form_post') return { kind: 'api', redirectUri }
    throw new Problem('refused', 'redirect_uri: this one needs response_mode form_post.')
  }
  const port = deps.redirect.ports.find(
    (candidate) => redirectUri === redirectUriAt(deps.redirect, candidate),
  )
  if (port !== undefined) return { kind: 'listener', port }
  throw new Problem(
    'refused',
    'redirect_uri: leave it out, or name one that Latchkey is configured for.',
  )
}

export function effective(seed: SeededPkce, redirectUri: string): NonNullable<Pkce['seed']> {
  const { schema: _schema, ...rest } = seed
  const defined = Object.entries(rest).filter(([, value]) => value !== undefined)
  return {
    ...(Object.fromEntries(defined) as Omit<NonNullable<Pkce['seed']>, 'redirect_uri'>),
    redirect_uri: redirectUri,
  }
}
