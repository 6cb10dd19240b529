// A diagnosis as text, to read and to send.

import type { CheckName, Verdict } from './check.js'
import type { Diagnosis } from './diagnose.js'
import { printable } from '../base/printable.js'

const TITLES: Readonly<Record<CheckName, string>> = {
  settings: 'Settings',
  'data-directory': 'Data directory',
  running: 'Running',
  'loopback-ipv4': 'Loopback, IPv4',
  'loopback-ipv6': 'Loopback, IPv6',
  localhost: 'localhost',
  'service-port': 'Port of the local service',
  'redirect-port': 'Port of the redirect URI',
  proxy: 'Proxy',
  certificates: 'Certificates',
  provider: 'Provider',
  endpoints: 'What the provider offers',
  scopes: 'Scopes',
  'known-provider': 'Known of this provider',
  metadata: "The provider's metadata",
  'token-answers': "The provider's tokens",
  clock: 'Clock',
  storage: 'Keeping the session',
  browser: 'Browser',
}

const LONGEST_FAILURE = 400

/** The whole report, which ends with a newline. */
export function reportOf(diagnosis: Diagnosis): string {
  const { checks, settings, failures } = diagnosis
  const width = Math.max(...settings.map(({ name }) => name.length))
  const lines = [
    `Latchkey ${diagnosis.version} on ${diagnosis.runtime}, ${diagnosis.system}, ${diagnosis.at}`,
    '',
    ...checks.flatMap(({ name, verdict, says: [first = '', ...rest] }) => [
      `${`[${verdict}]`.padEnd(9)} ${TITLES[name]}: ${first}`,
      ...rest.map((line) => `${' '.repeat(12)}${line}`),
    ]),
    '',
    'Settings, and where each comes from:',
    ...settings.map(
      ({ name, value, origin }) => `  ${name.padEnd(width)}  ${JSON.stringify(value)}  ${origin}`,
    ),
    '',
    failures.length === 0 ? 'The log holds no failures.' : 'The last failures in the log:',
    ...failures.map((line) => `  ${line.slice(0, LONGEST_FAILURE)}`),
    '',
    countOf(checks.map(({ verdict }) => verdict)),
  ]
  return lines.map((line) => `${printable(line)}\n`).join('')
}

function countOf(verdicts: readonly Verdict[]): string {
  const count = (wanted: Verdict): string => {
    const found = verdicts.filter((verdict) => verdict === wanted).length
    return found === 1 ? `1 ${wanted}` : `${found} ${wanted}s`
  }
  return `${count('problem')}, ${count('warning')}.`
}
