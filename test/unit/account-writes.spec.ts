// A stop or a failure of the disk at every write of every change of the stored accounts: each account is
// whole or not there. `test/long` does the same with programs that are killed.

import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import {
  ACCOUNT_CHANGES,
  openFor,
  prepareChange,
  type AccountChange,
} from '../support/account-changes.js'
import { checkAccounts } from '../support/account-checks.js'
import { listFaults, runWithFault, type WriteFault } from '../support/write-faults.js'

const NEVER = 1_000_000

const test = base.extend<{
  /** Prepares a new data directory, and makes a change in it with faults, one run after the other. */
  change: (
    change: AccountChange,
    ...faults: readonly Omit<WriteFault, 'dataDir'>[]
  ) => Promise<readonly string[]>
}>({
  // eslint-disable-next-line no-empty-pattern
  change: async ({}, use) => {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'writes-')))
    await use(async (change, ...faults) => {
      const dataDir = await mkdtemp(join(root, 'data-'))
      await prepareChange(change, dataDir)
      let calls: readonly string[] = []
      for (const fault of faults) {
        const store = openFor(change, dataDir)
        calls = await runWithFault({ dataDir, ...fault }, () => change.act(store))
      }
      await checkAccounts(change, dataDir, { isDone: faults.at(-1)?.at === NEVER })
      return calls
    })
    await rm(root, { recursive: true })
  },
})

for (const one of ACCOUNT_CHANGES) {
  test(`S37: stopped at any write while ${one.name}, each account is whole or not there`, async ({
    change,
  }) => {
    const calls = await change(one, { at: NEVER, how: 'before' })
    expect(calls.length).toBeGreaterThan(0)
    for (const fault of listFaults(calls)) {
      await test.step(`${fault.how} ${fault.at}`, () => change(one, fault))
    }
  })
}

test('S37: stopped twice in a row while session.json is taken over, nothing is lost', async ({
  change,
}) => {
  const [one] = ACCOUNT_CHANGES
  const calls = await change(one!, { at: NEVER, how: 'before' })
  for (const at of calls.keys()) {
    for (const next of calls.keys()) {
      await change(one!, { at: at + 1, how: 'before' }, { at: next + 1, how: 'before' })
    }
  }
})
