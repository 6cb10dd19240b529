// Formats a diagnosis as text, to read and to send.

import { alignColumns } from '../base/align-columns.js'
import { maskSecrets } from '../base/key-form.js'
import { printable } from '../base/printable.js'
import type { Verdict } from './check.js'
import type { Diagnosis } from './diagnose.js'
import { MESSAGES, TITLES } from './diagnose-messages.js'

const LONGEST_FAILURE = 400

/**
 * Returns the report for a person who reads it at once. It lists the providers once, by the names that
 * people know; the whole report has all their settings, too.
 */
export function formatShortReport(diagnosis: Diagnosis): string {
  const settings = diagnosis.settings.filter(({ name }) => name !== 'providers')
  return formatReport({ ...diagnosis, settings })
}

/** Returns the whole report, which ends with a newline. Keys and tokens in it are masked (S38). */
export function formatReport(diagnosis: Diagnosis): string {
  const { checks, settings, failures } = diagnosis
  const width = Math.max(...settings.map(({ name }) => name.length))
  const { report } = MESSAGES
  const lines = [
    `Latchkey ${diagnosis.version} on ${diagnosis.runtime}, ${diagnosis.system}, ${diagnosis.at}`,
    '',
    ...checks.flatMap(({ name, verdict, says: [first = '', ...rest], providers }) => [
      `${`[${verdict}]`.padEnd(9)} ${formatTitle(TITLES[name], providers)}: ${first}`,
      ...rest.map((line) => `${' '.repeat(12)}${line}`),
    ]),
    '',
    report.settings,
    ...settings.map(
      ({ name, value, origin }) => `  ${name.padEnd(width)}  ${JSON.stringify(value)}  ${origin}`,
    ),
    ...listProviders(diagnosis),
    '',
    failures.length === 0 ? report.noFailures : report.failures,
    ...failures.map((line) => `  ${line.slice(0, LONGEST_FAILURE)}`),
    '',
    formatCounts(checks.map(({ verdict }) => verdict)),
  ]
  return lines.map((line) => `${printable(maskSecrets(line))}\n`).join('')
}

function listProviders({ providers }: Diagnosis): readonly string[] {
  if (providers.length === 0) return []
  const rows = providers.map(({ name, issuer, clientId }) => [name, issuer, clientId])
  return ['', MESSAGES.report.providers, ...alignColumns(rows).map((row) => `  ${row}`)]
}

function formatTitle(title: string, providers: readonly string[] = []): string {
  return providers.length === 0 ? title : `${title} (${providers.join(', ')})`
}

function formatCounts(verdicts: readonly Verdict[]): string {
  const count = (wanted: Exclude<Verdict, 'ok'>): string =>
    MESSAGES.report.count(verdicts.filter((verdict) => verdict === wanted).length, wanted)
  return `${count('problem')}, ${count('warning')}.`
}
