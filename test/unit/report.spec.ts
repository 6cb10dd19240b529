// A diagnosis as the text that a person reads and sends.

import { expect, test } from '@playwright/test'
import type { Diagnosis } from '../../main/diagnose/diagnose.js'
import { reportOf } from '../../main/diagnose/report.js'

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
  checks: [
    { name: 'settings', verdict: 'ok', says: ['All of them can be used.'] },
    { name: 'clock', verdict: 'warning', says: ['It is 12 seconds ahead.'] },
    { name: 'provider', verdict: 'problem', says: ['It is down.', 'Since a while.', 'Wait.'] },
    { name: 'storage', verdict: 'warning', says: [] },
  ],
  failures: ['{"level":"error","event":"sign-in-ended"}'],
}

test('the report says what runs where, what was found, and with which settings', () => {
  expect(reportOf(DIAGNOSIS)).toBe(`\
Latchkey 1.2.3 on Node 24.1.0, Linux 6.1.0 x64, 2026-01-02T03:04:05.000Z

[ok]      Settings: All of them can be used.
[warning] Clock: It is 12 seconds ahead.
[problem] Provider: It is down.
            Since a while.
            Wait.
[warning] Keeping the session: 

Settings, and where each comes from:
  issuer        "https://login.example.com"  settings.json
  redirectPort  [8400,8401]  --redirect-port
  maxAge        null  default

The last failures in the log:
  {"level":"error","event":"sign-in-ended"}

1 problem, 2 warnings.
`)
})

test('where nothing has failed it says so', () => {
  const report = reportOf({ ...DIAGNOSIS, checks: [], failures: [] })
  expect(report).toContain('The log holds no failures.')
  expect(report).toContain('0 problems, 0 warnings.')
})

test('nothing in it steers a terminal, or takes more than its line', () => {
  const evil = 'a\u001b[2J\nb\u2028\u202ec'
  const report = reportOf({
    ...DIAGNOSIS,
    settings: [{ name: 'audience', value: evil, origin: 'settings.json' }],
    checks: [{ name: 'provider', verdict: 'ok', says: [evil, evil] }],
    failures: [evil, 'x'.repeat(100_000)],
  })
  expect(report.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028-\u202e]/u)
  expect(report.split('\n')).toHaveLength(14)
  expect(report.length).toBeLessThan(1_500)
})
