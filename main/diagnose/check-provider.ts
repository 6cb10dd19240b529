// Checks of the provider and of the way there.

import { accessSync, constants } from 'node:fs'
import { fetchMetadata, type IgnoredMember, type ProviderMetadata } from '../oauth/metadata.js'
import { asAuthError } from '../base/errors.js'
import type { Http } from '../net/http.js'
import type { Environment } from '../base/environment.js'
import { problemOfTls } from '../net/unchecked-tls.js'
import { CLOCK_TOLERANCE_MS, spanOf, type Clock } from '../base/clock.js'
import { errnoOf } from '../base/errno.js'
import { lackingFor, presetFor } from '../settings/presets.js'
import { hasRejectedOfflineAccess } from '../storage/provider-memory.js'
import type { Settings } from '../settings/options.js'
import { check, type Check } from './check.js'

export type ProviderDeps = {
  http: Http
  clock: Clock
  env: Environment
  /** True if this installation contains the demo provider. */
  hasDemo: boolean
  /** The proxy on the way to an address; null where there is none. Fails with an AuthError. */
  proxyFor(url: URL): { host: string; variable: string } | null
}

/** A provider that takes longer for its metadata makes people wait. */
const SLOW_MS = 3_000
/** By so much the clocks may differ before sign-ins fail. */
/** The Date header says whole seconds, and its way here takes time. */
const NOTICED_MS = 5_000

/** Asks the provider for its metadata, as a sign-in does, and looks at how it answers. */
export async function checkProvider(
  ports: ProviderDeps,
  settings: Settings,
): Promise<readonly Check[]> {
  const { issuer } = settings
  // Latchkey starts only if these are right, whatever its provider.
  const certificates = checkCertificates(ports.env)
  if (settings.demo) {
    const says = 'The demo provider, which comes with the program.'
    return [...certificates, check('provider', 'ok', says)]
  }
  if (issuer === null) {
    const orDemo = ports.hasDemo ? ', or try --demo' : ''
    const says = `No provider is configured. Set --issuer and --client-id${orDemo}.`
    return [...certificates, check('provider', 'problem', says)]
  }
  const way = [checkProxy(ports, issuer), ...certificates, ...checkPreset(settings, issuer)]
  const { host } = new URL(issuer)
  let clocks: Check | null = null
  const startedMs = ports.clock.nowMs()
  const http: Http = async (request) => {
    const answer = await ports.http(request)
    // The answer was made about halfway between.
    const nowMs = (startedMs + ports.clock.nowMs()) / 2
    clocks = checkClock(answer.dateMs, nowMs)
    return answer
  }
  try {
    const metadata = await fetchMetadata(http, issuer)
    const tookMs = ports.clock.nowMs() - startedMs
    const says = `${host} answered in ${tookMs} ms, and its metadata can be used.`
    const found = check(
      'provider',
      tookMs > SLOW_MS ? 'warning' : 'ok',
      tookMs > SLOW_MS ? `${says} That is slow.` : says,
    )
    return [
      ...way,
      found,
      checkEndpoints(metadata, settings),
      ...checkScopes(settings, startedMs),
      ...checkIgnored(metadata),
      ...present(clocks),
    ]
  } catch (thrown) {
    return [...way, check('provider', 'problem', asAuthError(thrown).message), ...present(clocks)]
  }
}

function checkPreset(settings: Settings, issuer: string): readonly Check[] {
  const preset = presetFor(issuer)
  if (preset === null) return []
  const lacking = lackingFor(settings)
  if (preset.verdict === 'does not work') return [check('known-provider', 'problem', ...lacking)]
  return lacking.length === 0
    ? [check('known-provider', 'ok', `${preset.name}: nothing that its documentation asks for.`)]
    : [check('known-provider', 'warning', ...lacking)]
}

/** What a sign-in has found out: the provider itself says it to no one who only asks. */
function checkScopes(settings: Settings, nowMs: number): readonly Check[] {
  if (!hasRejectedOfflineAccess(settings.dataDir, settings, nowMs)) return []
  const says =
    'The provider does not allow the scope offline_access, so Latchkey asks without it, and the ' +
    'session may end with its access token.'
  const todo =
    'Allow it there, then change --scope or delete provider.json in the data directory, so that ' +
    'Latchkey asks for it again.'
  return [check('scopes', 'warning', says, todo)]
}

function present(found: Check | null): readonly Check[] {
  return found === null ? [] : [found]
}

function checkProxy({ proxyFor, env }: ProviderDeps, issuer: string): Check {
  try {
    const proxy = proxyFor(new URL(issuer))
    const unread = UNREAD.filter((variable) => env[variable])
    if (proxy === null && unread.length > 0) {
      return check(
        'proxy',
        'warning',
        `${unread.join(', ')} names a proxy of a kind that Latchkey does not know (SOCKS, or a file for ` +
          'automatic configuration), so it uses none. Name an http proxy in HTTPS_PROXY.',
      )
    }
    if (proxy === null) return check('proxy', 'ok', 'There is none on the way to the provider.')
    return check('proxy', 'ok', `The provider is asked by ${proxy.host} (${proxy.variable}).`)
  } catch (thrown) {
    return check('proxy', 'problem', asAuthError(thrown).message)
  }
}

/** Variables of other programs, which Latchkey does not go by. */
const UNREAD = ['socks_proxy', 'SOCKS_PROXY', 'auto_proxy', 'AUTO_PROXY']

function checkCertificates(env: Environment): readonly Check[] {
  const name = 'certificates'
  const unchecked = problemOfTls(env)
  if (unchecked !== null) return [check(name, 'problem', unchecked)]
  const path = env['NODE_EXTRA_CA_CERTS']
  if (!path) return []
  try {
    accessSync(path, constants.R_OK)
    return [check(name, 'ok', `Those in ${path} are trusted too (NODE_EXTRA_CA_CERTS).`)]
  } catch (thrown) {
    const says = `NODE_EXTRA_CA_CERTS names ${path}, which cannot be read (${errnoOf(thrown)}).`
    return [check(name, 'problem', `${says} Name a file of certificates in PEM form, or unset it.`)]
  }
}

function checkEndpoints(metadata: ProviderMetadata, { endSession, clientSecret }: Settings): Check {
  const all = {
    revocation: metadata.revocationEndpoint,
    userinfo: metadata.userinfoEndpoint,
    'a sign-out page': metadata.endSessionEndpoint,
  }
  const named = (there: boolean): string =>
    Object.entries(all)
      .filter(([, endpoint]) => (endpoint !== null) === there)
      .map(([words]) => words)
      .join(', ') || 'nothing'
  const offers = `Besides signing in the provider offers: ${named(true)}. It lacks: ${named(false)}.`
  if (endSession && metadata.endSessionEndpoint === null) {
    const says =
      'The provider has no sign-out page that could be opened: --end-session does nothing.'
    return check('endpoints', 'warning', says, offers, ...revocationLimits(metadata, clientSecret))
  }
  return check('endpoints', 'ok', offers, ...revocationLimits(metadata, clientSecret))
}

function revocationLimits(
  metadata: ProviderMetadata,
  clientSecret: Settings['clientSecret'],
): string[] {
  if (metadata.revocationEndpoint === null) {
    return ['Tokens cannot be ended there before they run out, also when you sign out.']
  }
  if (!metadata.revocationNeedsSecret || clientSecret !== null) return []
  return [
    'The provider announces that only applications with a client secret may revoke tokens. Signing ' +
      'out asks for it anyway, but tokens may stay valid there until they expire.',
  ]
}

const FAULTS: Readonly<Record<IgnoredMember['fault'], string>> = {
  empty: 'empty',
  unreadable: 'malformed',
  insecure: 'not https',
}

function checkIgnored({ ignored }: ProviderMetadata): readonly Check[] {
  if (ignored.length === 0) return []
  const names = ignored.map(({ name, fault }) => `${name} (${FAULTS[fault]})`).join(', ')
  const onlyEmpty = ignored.every(({ fault }) => fault === 'empty')
  const says = `Latchkey treats these members of the provider's metadata as absent: ${names}.`
  return [check('metadata', onlyEmpty ? 'ok' : 'warning', says)]
}

function checkClock(dateMs: number | null, nowMs: number): Check {
  if (dateMs === null) return check('clock', 'ok', 'The provider does not say what time it is.')
  const clockSkewMs = nowMs - dateMs
  const offMs = Math.abs(clockSkewMs)
  if (offMs < NOTICED_MS) return check('clock', 'ok', "It shows the provider's time.")
  return check(
    'clock',
    offMs < CLOCK_TOLERANCE_MS ? 'warning' : 'problem',
    `This computer's clock is ${spanOf(offMs)} ${clockSkewMs > 0 ? 'ahead of' : 'behind'} the ` +
      `provider's. Sign-ins fail where they differ by more than ${spanOf(CLOCK_TOLERANCE_MS)}: have ` +
      'this computer take its time from the network.',
  )
}
