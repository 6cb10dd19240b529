// Checks an app's seed against the configuration, and makes a sign-in request of it.

import type { ApiSignInRequest } from '../agent/api-sign-in.js'
import { APP_PARAMETERS, PARAMETER_NAME } from '../oauth/authorization-url.js'
import { redirectUriAt } from '../oauth/redirect-target.js'
import { codeChallenge, createNonce, createState } from '../oauth/pkce.js'
import type { ProviderSettings } from '../oauth/sign-in.js'
import { PROBLEM_DETAILS } from './api-messages.js'
import { FORM_POST_PATH } from './endpoints.js'
import { listLoopbackAuthorities } from './guard.js'
import type { Pkce, SeededPkce, SentSeed } from './models.js'
import { findNamedProvider, type NamedProviderDeps } from './named-provider.js'
import { Problem } from './problem.js'

export type SeedDeps = NamedProviderDeps & {
  /** The parameters that apps may add to the authorization request, beside {@link APP_PARAMETERS}. */
  allowedParameters: readonly string[]
  /** The service's own ports. */
  ports: readonly number[]
}

/**
 * Makes the seed for a call without a body: the same as for a sign-in from the tray. Null: no provider is
 * configured.
 */
export function createSeed(provider: ProviderSettings | null, verifier: string): SeededPkce {
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

/**
 * S23: finds the provider that a seed is for, and rejects a seed that asks for anything outside of its
 * configuration.
 */
export async function checkSeed(deps: SeedDeps, seed: SentSeed): Promise<ProviderSettings> {
  checkParameters(deps, seed.ADDITIONAL_PARAMETERS ?? {})
  const provider = await findNamedProvider(deps, seed.client_id, seed.domain)
  if (seed.audience !== undefined) checkAudience([provider], seed.audience)
  return provider
}

/** S45: checks against a list of allowed parameters, because no list names all that providers know. */
function checkParameters(
  { allowedParameters }: SeedDeps,
  parameters: Readonly<Record<string, string>>,
): void {
  const allowed = [...APP_PARAMETERS, ...allowedParameters]
  const isAllowed = (name: string): boolean => PARAMETER_NAME.test(name) && allowed.includes(name)
  if (Object.keys(parameters).every(isAllowed)) return
  throw new Problem('refused', PROBLEM_DETAILS.otherParameter(allowed))
}

/** An audience must be that of one of these providers. */
export function checkAudience(
  providers: readonly Pick<ProviderSettings, 'audience'>[],
  audience: string,
): void {
  if (providers.some((provider) => provider.audience === audience)) return
  throw new Problem('refused', PROBLEM_DETAILS.otherAudience)
}

/** Makes the request for the agent; `verifier` is null if the app holds it. */
export function toSignInRequest(
  { provider, ports }: { provider: ProviderSettings; ports: readonly number[] },
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
    provider: provider.name,
    state: seed.state,
    nonce: seed.nonce,
    challenge: seed.code_challenge,
    verifier,
    scope: seed.scope.join(' '),
    audience: seed.audience ?? null,
    prompt: seed.prompt ?? null,
    organization: organization ?? null,
    extra,
    redirectTarget: chooseRedirectTarget(provider, ports, seed),
    byFormPost: response_mode === 'form_post',
  }
}

/** Accepts no redirect URI, our own form-post endpoint, or the redirect target at a registered port. */
function chooseRedirectTarget(
  { redirect }: ProviderSettings,
  servicePorts: readonly number[],
  seed: SeededPkce,
): ApiSignInRequest['redirectTarget'] {
  const { redirect_uri: redirectUri, response_mode: mode } = seed
  if (redirectUri === undefined) return { kind: 'listener', port: null }
  const own = listLoopbackAuthorities(servicePorts).map(
    (authority) => `http://${authority}${FORM_POST_PATH}`,
  )
  if (own.includes(redirectUri)) {
    if (mode === 'form_post') return { kind: 'api', redirectUri }
    throw new Problem('refused', PROBLEM_DETAILS.needsFormPost)
  }
  const port = redirect.ports.find(
    (candidate) => redirectUri === redirectUriAt(redirect, candidate),
  )
  if (port !== undefined) return { kind: 'listener', port }
  throw new Problem('refused', PROBLEM_DETAILS.otherRedirectUri)
}

/** Makes the seed that an answer contains: the one that was sent to the provider. */
export function toEffectiveSeed(seed: SeededPkce, redirectUri: string): NonNullable<Pkce['seed']> {
  const { schema: _schema, ...rest } = seed
  const defined = Object.entries(rest).filter(([, value]) => value !== undefined)
  return {
    ...(Object.fromEntries(defined) as Omit<NonNullable<Pkce['seed']>, 'redirect_uri'>),
    redirect_uri: redirectUri,
  }
}
