// The text of a diagnosis, which people read and send.

import { expect, test } from '@playwright/test'
import { MASK } from '../../main/base/secret.js'
import type { Diagnosis } from '../../main/diagnose/diagnose.js'
import { MESSAGES } from '../../main/diagnose/diagnose-messages.js'
import { formatReport, formatShortReport } from '../../main/diagnose/report.js'

const DIAGNOSIS: Diagnosis = {
  at: '2026-01-02T03:04:05.000Z',
  verdict: 'problem',
  version: '1.2.3',
  runtime: 'Node 24.1.0',
  system: 'Linux 6.1.0 x64',
  settings: [
    { name: 'issuer', value: 'https://login.example.com', origin: 'settings.json' },
    { name: 'redirectPort', value: [8400, 8401], origin: '--redirect-port' },
    { name: 'maxAge', value: null, origin: 'default' },
  ],
  providers: [],
  checks: [
    { name: 'settings', verdict: 'ok', says: ['all valid.'] },
    { name: 'redirect-port', verdict: 'ok', says: ['free.'], providers: ['work', 'home'] },
    { name: 'clock', verdict: 'warning', says: ['12 seconds ahead.'], providers: ['work'] },
    {
      name: 'provider',
      verdict: 'problem',
      says: ['The provider is down.', 'It has been for a while.', 'Wait.'],
    },
    { name: 'storage', verdict: 'warning', says: [] },
  ],
  failures: ['{"level":"error","event":"sign-in-ended"}'],
}

test('the report contains the versions, the checks, the settings and the failures', () => {
  expect(formatReport(DIAGNOSIS)).toBe(`\
Latchkey 1.2.3 on Node 24.1.0, Linux 6.1.0 x64, 2026-01-02T03:04:05.000Z

[ok]      Settings: all valid.
[ok]      Redirect port (work, home): free.
[warning] Clock (work): 12 seconds ahead.
[problem] Provider: The provider is down.
            It has been for a while.
            Wait.
[warning] Session storage: 

Settings and their sources:
  issuer        "https://login.example.com"  settings.json
  redirectPort  [8400,8401]  --redirect-port
  maxAge        null  default

The last failures in the log:
  {"level":"error","event":"sign-in-ended"}

1 problem, 2 warnings.
`)
})

const PROVIDERS: Pick<Diagnosis, 'providers' | 'settings'> = {
  settings: [
    ...DIAGNOSIS.settings,
    { name: 'providers', value: [{ name: 'work', maxAgeS: null }], origin: 'settings.json' },
  ],
  providers: [
    { name: 'work', issuer: 'https://login.example.com', clientId: 'latchkey' },
    { name: 'private', issuer: 'https://id.example', clientId: '123' },
  ],
}

test('each provider of a list has a line of its own, by the names that people know', () => {
  const lines = `
Providers, with their issuers and client IDs:
  work     https://login.example.com  latchkey
  private  https://id.example         123

The last failures`
  const several = { ...DIAGNOSIS, ...PROVIDERS }
  expect(formatReport(several)).toContain(lines)
  // The report to send keeps what it had.
  expect(formatReport(several)).toContain('  providers     [{"name":"work","maxAgeS":null}]  ')
  expect(formatShortReport(several)).toContain(lines)
  expect(formatShortReport(several)).not.toContain('maxAgeS')
  expect(formatShortReport(DIAGNOSIS)).toBe(formatReport(DIAGNOSIS))
})

test('if nothing has failed, the report says so', () => {
  const report = formatReport({ ...DIAGNOSIS, checks: [], failures: [] })
  expect(report).toContain(MESSAGES.report.noFailures)
  expect(report).toContain('0 problems, 0 warnings.')
})

test('nothing in the report controls a terminal or spans more than one line', () => {
  const evil = 'a\u001b[2J\nb\u2028\u202ec'
  const report = formatReport({
    ...DIAGNOSIS,
    settings: [{ name: 'audience', value: evil, origin: 'settings.json' }],
    checks: [{ name: 'provider', verdict: 'ok', says: [evil, evil] }],
    failures: [evil, 'x'.repeat(100_000)],
  })
  expect(report.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028-\u202e]/u)
  expect(report.split('\n')).toHaveLength(14)
  expect(report.length).toBeLessThan(1_500)
})

test('S38: a key or a token that got into the diagnosis is masked', () => {
  const key = `latchkey_${'k'.repeat(43)}`
  const token = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl'
  const report = formatReport({
    ...DIAGNOSIS,
    settings: [{ name: 'authorizationParameters', value: { id_token_hint: token }, origin: key }],
    checks: [{ name: 'settings', verdict: 'problem', says: [`--port is ${key}.`] }],
    failures: [`{"error":"${token}"}`],
  })
  expect(report).not.toContain(key)
  expect(report).not.toContain(token)
  expect(report).toContain(`--port is ${MASK}.`)
})
