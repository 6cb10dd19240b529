// Finds the provider that an app names, by its client ID and its domain, among the configured ones.

import { findSettings } from '../agent/keeper-state.js'
import { toResult } from '../agent/results.js'
import type { ProviderSettings } from '../oauth/sign-in.js'
import type { SessionOwner } from '../storage/session-owner.js'
import { PROBLEM_DETAILS } from './api-messages.js'
import { Problem, toProblem } from './problem.js'

export type NamedProviderDeps = {
  /** The configured providers. If several match a request, the first of them is used. */
  providers: readonly ProviderSettings[]
  /** A provider's authorization endpoint, from its metadata. Fails with an AuthError. */
  authorizationEndpoint(provider: ProviderSettings): Promise<string>
}

/**
 * Finds the provider that matches both the client ID and the domain, if given; else the first one. Fails
 * with `unavailable` if no provider is configured, and with `refused` if none matches.
 */
export async function findNamedProvider(
  deps: NamedProviderDeps,
  clientId: string | undefined,
  domain: string | undefined,
): Promise<ProviderSettings> {
  if (deps.providers.length === 0) throw new Problem('unavailable', PROBLEM_DETAILS.noProvider)
  if (clientId !== undefined) checkClient(deps, clientId)
  const matching = deps.providers.filter((one) => [undefined, one.clientId].includes(clientId))
  const found = matching.find(({ issuer }) => domain === undefined || isIssuer(domain, issuer))
  return found ?? findByEndpoint(deps, matching, domain ?? '')
}

/** Moves the provider of a session or a key to the front. */
export function preferProviderOf(
  owner: SessionOwner | null,
  providers: readonly ProviderSettings[],
): readonly ProviderSettings[] {
  const own = owner === null ? undefined : findSettings({ providers }, owner)
  return own ? [own, ...providers.filter((one) => one !== own)] : providers
}

/** Checks that a client is one of the configured ones. */
export function checkClient(
  { providers }: Pick<NamedProviderDeps, 'providers'>,
  clientId: string,
): void {
  if (providers.length === 0 || providers.some((one) => clientId === one.clientId)) return
  throw new Problem('refused', PROBLEM_DETAILS.otherClient)
}

/** True for the issuer, with or without its final slash, or its host. */
function isIssuer(domain: string, issuer: string): boolean {
  const bare = issuer.replace(/\/$/, '')
  return [new URL(issuer).host, bare, `${bare}/`].includes(domain)
}

/**
 * Asks each issuer at once, so that none waits for another. An issuer that does not answer is an error
 * only if no other one matches.
 */
async function findByEndpoint(
  { authorizationEndpoint }: NamedProviderDeps,
  providers: readonly ProviderSettings[],
  domain: string,
): Promise<ProviderSettings> {
  const issuers = [...new Set(providers.map(({ issuer }) => issuer))]
  const mismatch = new Problem('refused', PROBLEM_DETAILS.otherDomain(issuers))
  const ask = async (issuer: string): Promise<ProviderSettings> => {
    const provider = providers.find((one) => one.issuer === issuer)!
    const endpoint = await authorizationEndpoint(provider).catch((thrown: unknown) => {
      throw toProblem(toResult(thrown))
    })
    if (domain !== endpoint) throw mismatch
    return provider
  }
  try {
    return await Promise.any(issuers.map(ask))
  } catch (thrown) {
    const problems = (thrown as AggregateError).errors as readonly Problem[]
    throw problems.find((problem) => problem !== mismatch) ?? mismatch
  }
}
