// Checks the provider, and the proxy and certificates on the way to it.

import { accessSync, constants } from 'node:fs'
import { CLOCK_TOLERANCE_MS, formatSpan, type Clock } from '../base/clock.js'
import type { Environment } from '../base/environment.js'
import { readErrno } from '../base/errno.js'
import { asAuthError } from '../base/errors.js'
import type { Http } from '../net/http.js'
import { problemOfTls } from '../net/unchecked-tls.js'
import { fetchMetadata, type ProviderMetadata } from '../oauth/metadata.js'
import type { Settings } from '../settings/options.js'
import { findPreset, listUnmetNeeds } from '../settings/presets.js'
import { hasRejectedOfflineAccess } from '../storage/provider-memory.js'
import { createCheck, type Check } from './check.js'
import { MESSAGES } from './diagnose-messages.js'

export type ProviderDeps = {
  http: Http
  clock: Clock
  env: Environment
  /** True if this installation contains the demo provider. */
  hasDemo: boolean
  /** Returns the proxy for an address, or null if there is none. Throws an AuthError. */
  proxyFor(url: URL): { host: string; variable: string } | null
}

/** A slower answer delays every sign-in noticeably. */
const SLOW_MS = 3_000
/** The Date header has whole seconds, and the answer takes time to arrive. */
const NOTICED_MS = 5_000

/** Fetches the provider's metadata as a sign-in does, and checks the answer. */
export async function checkProvider(
  deps: ProviderDeps,
  settings: Settings,
): Promise<readonly Check[]> {
  const { issuer } = settings
  if (issuer === null) {
    return [createCheck('provider', 'problem', MESSAGES.provider.missing(deps.hasDemo))]
  }
  return [
    checkProxy(deps, issuer),
    ...checkPreset(settings, issuer),
    ...(await checkMetadata(deps, settings, issuer)),
  ]
}

async function checkMetadata(
  { http, clock }: ProviderDeps,
  settings: Settings,
  issuer: string,
): Promise<readonly Check[]> {
  const startedMs = clock.nowMs()
  let clockCheck: readonly Check[] = []
  const timedHttp: Http = async (request) => {
    const answer = await http(request)
    // The provider answered about halfway between the two times.
    clockCheck = [checkClock(answer.dateMs, (startedMs + clock.nowMs()) / 2)]
    return answer
  }
  try {
    const metadata = await fetchMetadata(timedHttp, issuer)
    return [
      checkSpeed(new URL(issuer).host, clock.nowMs() - startedMs),
      checkFeatures(metadata, settings),
      ...checkScopes(settings, startedMs),
      ...checkIgnored(metadata),
      ...clockCheck,
    ]
  } catch (thrown) {
    return [createCheck('provider', 'problem', asAuthError(thrown).message), ...clockCheck]
  }
}

function checkSpeed(host: string, tookMs: number): Check {
  return tookMs > SLOW_MS
    ? createCheck('provider', 'warning', MESSAGES.provider.slow(host, tookMs))
    : createCheck('provider', 'ok', MESSAGES.provider.answered(host, tookMs))
}

function checkPreset(settings: Settings, issuer: string): readonly Check[] {
  const preset = findPreset(issuer)
  if (preset === null) return []
  const needs = listUnmetNeeds(settings)
  if (preset.verdict === 'does not work') {
    return [createCheck('known-provider', 'problem', ...needs)]
  }
  return needs.length === 0
    ? [createCheck('known-provider', 'ok', MESSAGES.provider.matchesDocumentation(preset.name))]
    : [createCheck('known-provider', 'warning', ...needs)]
}

/** Only a sign-in shows which scopes the provider rejects, so this reports what the last one showed. */
function checkScopes(settings: Settings, nowMs: number): readonly Check[] {
  const { issuer, clientId, scope, dataDir } = settings
  if (issuer === null || clientId === null) return []
  if (!hasRejectedOfflineAccess(dataDir, { issuer, clientId, scope }, nowMs)) return []
  const { noOfflineAccess, allowOfflineAccess } = MESSAGES.provider
  return [createCheck('scopes', 'warning', noOfflineAccess, allowOfflineAccess)]
}

function checkProxy({ proxyFor, env }: ProviderDeps, issuer: string): Check {
  try {
    const proxy = proxyFor(new URL(issuer))
    if (proxy !== null) {
      return createCheck('proxy', 'ok', MESSAGES.proxy.used(proxy.host, proxy.variable))
    }
    const unsupported = UNSUPPORTED_VARIABLES.filter((variable) => env[variable])
    return unsupported.length === 0
      ? createCheck('proxy', 'ok', MESSAGES.proxy.none)
      : createCheck('proxy', 'warning', MESSAGES.proxy.unsupported(unsupported))
  } catch (thrown) {
    return createCheck('proxy', 'problem', asAuthError(thrown).message)
  }
}

/** Other programs use these variables, but Latchkey does not. */
const UNSUPPORTED_VARIABLES = ['socks_proxy', 'SOCKS_PROXY', 'auto_proxy', 'AUTO_PROXY']

/** Checks the settings of Node.js for certificates. */
export function checkCertificates(env: Environment): readonly Check[] {
  const name = 'certificates'
  const unchecked = problemOfTls(env)
  if (unchecked !== null) return [createCheck(name, 'problem', unchecked)]
  const path = env['NODE_EXTRA_CA_CERTS']
  if (!path) return []
  const { certificates } = MESSAGES
  try {
    accessSync(path, constants.R_OK)
    return [createCheck(name, 'ok', certificates.extra(path))]
  } catch (thrown) {
    return [createCheck(name, 'problem', certificates.unreadable(path, readErrno(thrown)))]
  }
}

function checkFeatures(metadata: ProviderMetadata, { endSession, clientSecret }: Settings): Check {
  const { features } = MESSAGES
  const endpoints = {
    revocation: metadata.revocationEndpoint,
    userinfo: metadata.userinfoEndpoint,
    signOutPage: metadata.endSessionEndpoint,
  }
  const names = Object.keys(endpoints) as (keyof typeof endpoints)[]
  const supported = names.filter((name) => endpoints[name] !== null)
  const missing = names.filter((name) => endpoints[name] === null)
  const toNames = (keys: typeof names): string[] => keys.map((key) => features.names[key])
  const messages = [
    features.list(toNames(supported), toNames(missing)),
    ...listRevocationLimits(metadata, clientSecret),
  ]
  const isPageMissing = endSession && metadata.endSessionEndpoint === null
  return isPageMissing
    ? createCheck('endpoints', 'warning', features.noSignOutPage, ...messages)
    : createCheck('endpoints', 'ok', ...messages)
}

function listRevocationLimits(
  { revocationEndpoint, revocationNeedsSecret }: ProviderMetadata,
  clientSecret: Settings['clientSecret'],
): readonly string[] {
  if (revocationEndpoint === null) return [MESSAGES.features.noRevocation]
  const isLimited = revocationNeedsSecret && clientSecret === null
  return isLimited ? [MESSAGES.features.revocationNeedsSecret] : []
}

function checkIgnored({ ignored }: ProviderMetadata): readonly Check[] {
  if (ignored.length === 0) return []
  const { metadata } = MESSAGES
  const members = ignored.map(({ name, fault }) => `${name} (${metadata.faults[fault]})`)
  const onlyEmpty = ignored.every(({ fault }) => fault === 'empty')
  return [createCheck('metadata', onlyEmpty ? 'ok' : 'warning', metadata.ignored(members))]
}

function checkClock(dateMs: number | null, nowMs: number): Check {
  const { clock } = MESSAGES
  if (dateMs === null) return createCheck('clock', 'ok', clock.unknown)
  const clockSkewMs = nowMs - dateMs
  const differenceMs = Math.abs(clockSkewMs)
  if (differenceMs < NOTICED_MS) return createCheck('clock', 'ok', clock.inSync)
  return createCheck(
    'clock',
    differenceMs < CLOCK_TOLERANCE_MS ? 'warning' : 'problem',
    clock.differs(
      formatSpan(differenceMs),
      clockSkewMs > 0 ? 'ahead of' : 'behind',
      formatSpan(CLOCK_TOLERANCE_MS),
    ),
  )
}
