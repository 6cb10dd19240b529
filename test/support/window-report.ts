// A report as the window shows it, made by the product for an ordinary computer.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { initialModel, type Event } from '../../main/agent/model.js'
import type { CheckName } from '../../main/diagnose/check.js'
import { diagnose, type Diagnosis } from '../../main/diagnose/diagnose.js'
import { createLogger } from '../../main/storage/log.js'
import { toLogRecord } from '../../main/present/log-record.js'
import { formatReport } from '../../main/diagnose/report.js'
import { examineSettings } from '../../main/settings/read.js'
import { ALICE_REF } from './account-refs.js'
import { createTestClock } from './clock.js'
import { answeredBy, CLIENT_ID, ISSUER, createMetadata, UNREACHABLE } from './window-provider.js'
import { NOW_MS, VERSION } from './window-states.js'

/** Checks whose results differ from one computer to the next. */
const OF_THIS_COMPUTER: ReadonlySet<CheckName> = new Set(['loopback-ipv6', 'localhost', 'browser'])
const AN_ORDINARY_ONE: Pick<Diagnosis, 'runtime' | 'system'> = {
  runtime: 'Electron 45.4.1',
  system: 'Linux 6.14.0 x64',
}

export const REPORT = await createReport()

async function createReport(): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'latchkey-'))
  const dataDir = join(home, '.config', 'latchkey')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  try {
    const diagnosis = await diagnoseFrom(home, dataDir)
    const checks = diagnosis.checks.filter(({ name }) => !OF_THIS_COMPUTER.has(name))
    return formatReport({ ...diagnosis, ...AN_ORDINARY_ONE, checks })
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

function diagnoseFrom(home: string, dataDir: string): Promise<Diagnosis> {
  const clock = createTestClock(NOW_MS)
  const env = {}
  return diagnose({
    version: VERSION,
    clock,
    env,
    platform: 'linux',
    home,
    findings: examineSettings({
      args: ['--data-dir', dataDir, '--port', '0'],
      env,
      platform: 'linux',
      home,
      readFile: () => ({ content: { issuer: ISSUER, clientId: CLIENT_ID }, warning: null }),
    }),
    http: answeredBy(() => {
      clock.advance(84)
      return Response.json(createMetadata(ISSUER), {
        headers: { Date: new Date(NOW_MS).toUTCString() },
      })
    }),
    hasDemo: true,
    proxyFor: () => null,
    storage: { tier: 'keyring', message: null },
    failures: failuresIn(dataDir),
  })
}

/** The failures in the log after a failed renewal. */
function failuresIn(directory: string): readonly string[] {
  const clock = createTestClock(NOW_MS - 3_600_000)
  const complain = (line: string): never => {
    throw new Error(line)
  }
  const log = createLogger({ directory, level: 'info', clock, complain })
  const { code, message: reason } = UNREACHABLE
  const event: Event = {
    type: 'renewal-failed',
    id: ALICE_REF.id,
    renewal: 'offline',
    code,
    reason,
    renewsAtMs: NOW_MS,
    failures: 1,
  }
  log.record(toLogRecord(initialModel, event))
  const failures = log.tail()
  log.close()
  return failures
}
