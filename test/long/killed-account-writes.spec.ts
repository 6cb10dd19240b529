// S37: a program is killed at every write of every change of the stored accounts. Each account is whole or
// not there, and the session of session.json is never lost.

import { spawnSync } from 'node:child_process'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { ACCOUNT_CHANGES, openFor, prepareChange } from '../support/account-changes.js'
import { checkAccounts } from '../support/account-checks.js'
import { ROOT } from '../support/root.js'
import {
  listFaults,
  runWithFault,
  writeFaultEnv,
  type WriteFault,
} from '../support/write-faults.js'

const WRITER = join(ROOT, 'dist', 'modules', 'test', 'support', 'account-writer.js')
const NEVER = 1_000_000

for (const change of ACCOUNT_CHANGES) {
  test(`S37: killed at any write while ${change.name}, each account is whole or not there`, async () => {
    test.setTimeout(600_000)
    const root = await realpath(await mkdtemp(join(tmpdir(), 'killed-')))
    const prepare = async (): Promise<string> => {
      const dataDir = await mkdtemp(join(root, 'data-'))
      await prepareChange(change, dataDir)
      return dataDir
    }
    const run = (fault: WriteFault): string | number | null => {
      const env = { ...process.env, ...writeFaultEnv(fault) }
      const { status, signal, stderr } = spawnSync(
        process.execPath,
        [WRITER, fault.dataDir, change.name],
        { env, encoding: 'utf8' },
      )
      expect(stderr).toBe('')
      return signal ?? status
    }
    const whole = await prepare()
    const calls = await runWithFault({ dataDir: whole, at: NEVER, how: 'before' }, () =>
      change.act(openFor(change, whole)),
    )
    const untouched = await prepare()
    expect(run({ dataDir: untouched, at: NEVER, how: 'before' })).toBe(0)
    await checkAccounts(change, untouched, { isDone: true })

    for (const { at, how } of listFaults(calls).filter(({ how: one }) => one !== 'fails')) {
      const dataDir = await prepare()
      expect(run({ dataDir, at, how }), `${how} ${at}`).toBe('SIGKILL')
      await checkAccounts(change, dataDir)
    }
    await rm(root, { recursive: true })
  })
}
