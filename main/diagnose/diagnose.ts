// Makes a diagnosis: the system, the settings, the result of every check, and the log's last failures.

import { arch, release, type } from 'node:os'
import { join } from 'node:path'
import { checkAccounts } from './check-accounts.js'
import { checkAnswers } from './check-answers.js'
import { createCheck, findWorst, type Check, type Verdict } from './check.js'
import {
  checkBrowser,
  checkDataDirectory,
  checkLocalhost,
  checkLoopback,
  checkStorage,
} from './check-computer.js'
import { checkServicePort } from './check-ports.js'
import type { ProviderDeps } from './check-provider.js'
import { checkAllRedirectPorts, checkProviders } from './check-providers.js'
import { checkRunning, type Own } from './check-running.js'
import { MESSAGES } from './diagnose-messages.js'
import { findOddMembers } from '../storage/log.js'
import { maskPasswords } from '../base/key-form.js'
import { printable } from '../base/printable.js'
import { nameRuntime } from '../present/log-record.js'
import { replaceFile } from '../storage/atomic-file.js'
import { SETTINGS_FILE } from '../settings/layer.js'
import type { Settings } from '../settings/options.js'
import type { SettingsFindings } from '../settings/read.js'
import type { Storage } from '../storage/choose-storage.js'

export type DiagnosisDeps = ProviderDeps & {
  version: string
  platform: NodeJS.Platform
  home: string
  findings: SettingsFindings
  storage: Pick<Storage, 'tier' | 'message'>
  /** The log's last failures. */
  failures: readonly string[]
}

/** Contains no secrets, so people can send it to someone who helps them. */
export type Diagnosis = {
  /** RFC 3339. */
  at: string
  verdict: Verdict
  /** Of Latchkey. */
  version: string
  runtime: string
  system: string
  settings: readonly { name: keyof Settings; value: unknown; origin: string }[]
  /** The providers if settings.json lists them, as people know them. */
  providers: readonly { name: string; issuer: string; clientId: string }[]
  checks: readonly Check[]
  failures: readonly string[]
}

/**
 * Checks everything that a sign-in needs. It signs no one in and does not affect a running Latchkey. To
 * check a port, it listens on the port for a moment.
 */
export async function diagnose(deps: DiagnosisDeps): Promise<Diagnosis> {
  const { version, platform, env, clock, findings } = deps
  const { settings, problems, warnings } = findings
  const running = await checkRunning(toOwn(settings), deps.http, version)
  const checks = [
    checkSettings(problems, warnings),
    checkDataDirectory(settings.dataDir, platform),
    running.found,
    await checkLoopback(4, clock),
    await checkLoopback(6, clock),
    await checkLocalhost(),
    await checkServicePort(settings, running.ports),
    ...(await checkAllRedirectPorts(settings)),
    ...(await checkProviders(deps, settings, running.provider)),
    ...checkAnswers(findOddMembers(settings.dataDir)),
    checkStorage(settings.demo ? DEMO_STORAGE : deps.storage),
    ...(settings.demo ? [] : [checkAccounts(settings)]),
    checkBrowser(settings, env, platform),
  ]
  const diagnosis: Diagnosis = {
    at: new Date(clock.nowMs()).toISOString(),
    verdict: findWorst(checks.map(({ verdict }) => verdict)),
    version,
    runtime: nameRuntime(process.versions),
    system: `${type()} ${release()} ${arch()}`,
    settings: listSettings(findings),
    providers: listProviders(findings),
    checks,
    failures: deps.failures,
  }
  return redact(diagnosis, deps.home)
}

/** The running Latchkey names only its first provider. */
function toOwn({ dataDir, demo, issuer, clientId, providers }: Settings): Own {
  const [first] = providers
  const checked = { issuer: first?.issuer ?? issuer, clientId: first?.clientId ?? clientId }
  return { dataDir, demo, ...checked, hasSeveral: providers.length > 1 }
}

/** The list of providers only if it is in settings.json: else it repeats the other settings. */
function listSettings({ settings, origins }: SettingsFindings): Diagnosis['settings'] {
  const names = Object.keys(settings) as (keyof Settings)[]
  return names
    .filter((name) => name !== 'providers' || origins.providers === SETTINGS_FILE)
    .map((name) => ({ name, value: settings[name], origin: origins[name] }))
}

/** The other settings name the only provider. */
function listProviders({ settings, origins }: SettingsFindings): Diagnosis['providers'] {
  if (origins.providers !== SETTINGS_FILE) return []
  return settings.providers.map(({ name, issuer, clientId }) => ({ name, issuer, clientId }))
}

/** The demo keeps its sessions in memory, whatever storage other sessions use. */
const DEMO_STORAGE = { tier: 'memory', message: null } as const

export const REPORT_FILE = 'diagnosis.txt'

/** Writes the report into the data directory, readable only for its owner. Returns its path. */
export function writeReport(directory: string, report: string): string {
  const path = join(directory, REPORT_FILE)
  replaceFile(path, report)
  return path
}

function checkSettings(problems: readonly string[], warnings: readonly string[]): Check {
  if (problems.length === 0) {
    return warnings.length === 0
      ? createCheck('settings', 'ok', MESSAGES.settings.allValid)
      : createCheck('settings', 'warning', ...warnings)
  }
  return createCheck('settings', 'problem', MESSAGES.settings.invalid, ...problems)
}

/** Removes the path of the user's home, and passwords in URLs. */
function redact<Value>(value: Value, home: string): Value {
  const escaped = home.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const homes = new RegExp(`${escaped}(?![\\w-]|\\.\\w)`, 'g')
  const clean = (text: string): string => {
    const masked = maskPasswords(printable(text))
    return home.length > 1 ? masked.replace(homes, '~') : masked
  }
  return JSON.parse(JSON.stringify(value), (_key, held: unknown) =>
    typeof held === 'string' ? clean(held) : held,
  ) as Value
}
