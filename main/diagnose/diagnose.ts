// A diagnosis: what runs where and with which settings, what of it works, and what failed lately.

import { arch, release, type } from 'node:os'
import { join } from 'node:path'
import { checkAnswers } from './check-answers.js'
import { check, worstOf, type Check, type Verdict } from './check.js'
import {
  checkBrowser,
  checkDataDirectory,
  checkLocalhost,
  checkLoopback,
  checkStorage,
} from './check-computer.js'
import { checkRedirectPorts, checkServicePort } from './check-ports.js'
import { checkProvider, type ProviderDeps } from './check-provider.js'
import { checkRunning } from './check-running.js'
import { findOddMembers } from '../storage/log.js'
import { printable } from '../base/printable.js'
import { nameRuntime } from '../present/log-record.js'
import { replaceFile } from '../storage/atomic-file.js'
import type { Settings } from '../settings/options.js'
import type { SettingsFindings } from '../settings/read.js'
import type { Storage } from '../storage/choose-storage.js'

export type DiagnosisDeps = ProviderDeps & {
  version: string
  platform: NodeJS.Platform
  home: string
  findings: SettingsFindings
  storage: Pick<Storage, 'tier' | 'note'>
  /** The log's last failures. */
  failures: readonly string[]
}

/** What can be sent to somebody who helps: there is no secret in it. */
export type Diagnosis = {
  /** RFC 3339. */
  at: string
  verdict: Verdict
  /** Latchkey's own. */
  version: string
  runtime: string
  system: string
  settings: readonly { name: keyof Settings; value: unknown; origin: string }[]
  checks: readonly Check[]
  failures: readonly string[]
}

/**
 * Looks at everything that a sign-in needs. Takes nothing that a running Latchkey holds, and does not
 * sign in; a port is held for the moment it takes to see that it is free.
 */
export async function diagnose(deps: DiagnosisDeps): Promise<Diagnosis> {
  const { version, platform, env, clock, findings } = deps
  const { settings, origins, problems, warnings } = findings
  const running = await checkRunning(settings.dataDir, deps.http, version)
  const checks = [
    checkSettings(problems, warnings),
    checkDataDirectory(settings.dataDir, platform),
    running.found,
    await checkLoopback(4, clock),
    await checkLoopback(6, clock),
    await checkLocalhost(),
    await checkServicePort(settings, running.port),
    await checkRedirectPorts(settings),
    ...(await checkProvider(deps, settings)),
    ...checkAnswers(findOddMembers(settings.dataDir)),
    checkStorage(settings.demo ? DEMO_STORAGE : deps.storage),
    checkBrowser(settings, env, platform),
  ]
  const diagnosis: Diagnosis = {
    at: new Date(clock.nowMs()).toISOString(),
    verdict: worstOf(checks.map(({ verdict }) => verdict)),
    version,
    runtime: nameRuntime(process.versions),
    system: `${type()} ${release()} ${arch()}`,
    settings: (Object.keys(settings) as (keyof Settings)[]).map((name) => ({
      name,
      value: settings[name],
      origin: origins[name],
    })),
    checks,
    failures: deps.failures,
  }
  return discreet(diagnosis, deps.home)
}

/** What the demo's people are kept in, whatever keeps others. */
const DEMO_STORAGE = { tier: 'memory', note: null } as const

export const REPORT_FILE = 'diagnosis.txt'

/** Writes the report into the data directory, for its owner's eyes alone, and gives its path. */
export function writeReport(directory: string, report: string): string {
  const path = join(directory, REPORT_FILE)
  replaceFile(path, report)
  return path
}

function checkSettings(problems: readonly string[], warnings: readonly string[]): Check {
  if (problems.length === 0) {
    return warnings.length === 0
      ? check('settings', 'ok', 'All of them can be used.')
      : check('settings', 'warning', ...warnings)
  }
  const says = 'Latchkey does not start with these. Where one is passed over, its default counts.'
  return check('settings', 'problem', says, ...problems)
}

/** Takes out what is nobody's business, where this person's home is and passwords in addresses. */
function discreet<Value>(value: Value, home: string): Value {
  const escaped = home.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const homes = new RegExp(`${escaped}(?![\\w-]|\\.\\w)`, 'g')
  const clean = (text: string): string => {
    const masked = printable(text).replace(/\/\/[^\s/?#"]*@/g, '//…@')
    return home.length > 1 ? masked.replace(homes, '~') : masked
  }
  return JSON.parse(JSON.stringify(value), (_key, held: unknown) =>
    typeof held === 'string' ? clean(held) : held,
  ) as Value
}
