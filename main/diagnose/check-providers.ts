// Checks every configured provider. If there are several, each result names its provider.

import { toOptions } from '../settings/provider-list.js'
import type { Settings } from '../settings/options.js'
import { createCheck, type Check } from './check.js'
import { checkRedirectPorts } from './check-ports.js'
import { checkCertificates, checkProvider, type ProviderDeps } from './check-provider.js'
import { MESSAGES } from './diagnose-messages.js'

/** `otherwise`: the provider to check if none is set here. */
export async function checkProviders(
  deps: ProviderDeps,
  settings: Settings,
  otherwise: Pick<Settings, 'demo' | 'issuer' | 'clientId'>,
): Promise<readonly Check[]> {
  // Latchkey does not start with wrong certificate settings, whatever the provider is.
  const certificates = checkCertificates(deps.env)
  const { providers } = settings
  if (otherwise.demo) {
    return [...certificates, createCheck('provider', 'ok', MESSAGES.provider.demo)]
  }
  if (providers.length === 0) {
    return [...certificates, ...(await checkProvider(deps, { ...settings, ...otherwise }))]
  }
  const found = await Promise.all(
    providers.map(async (provider) => {
      const checks = await checkProvider(deps, { ...settings, ...toOptions(provider) })
      return providers.length === 1 ? checks : checks.map((one) => name(one, [provider.name]))
    }),
  )
  return [...certificates, ...found.flat()]
}

/** Checks the redirect ports of every provider, those that several have only once. */
export async function checkAllRedirectPorts({
  demo,
  providers,
  redirectPort,
}: Pick<Settings, 'demo' | 'providers' | 'redirectPort'>): Promise<readonly Check[]> {
  const namesByPorts = new Map<string, string[]>()
  for (const provider of demo ? [] : providers) {
    const ports = JSON.stringify(provider.redirect.ports)
    namesByPorts.set(ports, [...(namesByPorts.get(ports) ?? []), provider.name])
  }
  if (namesByPorts.size === 0) return [await checkRedirectPorts({ redirectPort })]
  const checks: Check[] = []
  for (const [ports, names] of namesByPorts) {
    const check = await checkRedirectPorts({ redirectPort: JSON.parse(ports) as number[] })
    checks.push(namesByPorts.size === 1 ? check : name(check, names))
  }
  return checks
}

function name(check: Check, providers: readonly string[]): Check {
  return { ...check, providers }
}
