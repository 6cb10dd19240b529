// A month of fifty accounts at two providers: each is renewed by itself, and nothing accumulates.

import { writeHeapSnapshot } from 'node:v8'
import { expect, test } from '@playwright/test'
import {
  ACCOUNTS_AT_EACH,
  liveWithFifty,
  measureBytes,
  startFifty,
} from '../support/fifty-accounts.js'

/** From then on, the stores of the providers no longer grow. */
const SETTLED_DAYS = 10
const DAYS = 20
const DAY_MS = 86_400_000
/** Access tokens that last longer than five minutes are renewed this long before they expire. */
const MARGIN_MS = 60_000

test('thirty days of fifty accounts: each is renewed at its own time, and nothing accumulates', async () => {
  test.setTimeout(1_800_000)
  const fifty = await startFifty()
  const { agent, stored, providers } = fifty
  const { unwanted: early } = await liveWithFifty(fifty, SETTLED_DAYS)
  expect(early).toEqual([])
  const settled = writeHeapSnapshot(test.info().outputPath('settled.heapsnapshot'))
  const { timers, renewals, requests, unwanted } = await liveWithFifty(fifty, DAYS)
  const end = writeHeapSnapshot(test.info().outputPath('end.heapsnapshot'))
  // Only now, because reading a snapshot takes memory itself.
  const grownBytes = measureBytes(end) - measureBytes(settled)

  expect(unwanted).toEqual([])
  const { accounts } = agent.model()
  expect(accounts).toHaveLength(ACCOUNTS_AT_EACH * providers.length)
  for (const account of accounts) {
    expect(account).toMatchObject({ kind: 'signed-in', renewal: { kind: 'idle' } })
  }

  // Each account was renewed once in the life of each of its tokens, and no provider got more requests.
  for (const { name, lifeMs } of providers) {
    const own = accounts.filter(({ provider }) => provider === name)
    const counts = own.map(({ id }) => renewals.get(id) ?? 0)
    const expected = (DAYS * DAY_MS) / (lifeMs - MARGIN_MS)
    for (const count of counts) {
      expect(Math.abs(count - expected), `${name}: ${count} of ${expected}`).toBeLessThanOrEqual(1)
    }
    expect(requests.get(name)).toBe(counts.reduce((sum, count) => sum + count, 0))
  }

  // There is one timer for each account: its next renewal.
  expect(new Set(timers)).toEqual(new Set([accounts.length]))

  // Between the two measurements are 18,000 renewals. If each left 1 KiB, it would be 18 MiB.
  expect(grownBytes).toBeLessThan(4 * 1024 * 1024)

  // Each stored session is the newest one, and valid.
  expect([...stored.keys()].toSorted()).toEqual(accounts.map(({ id }) => id).toSorted())
  for (const { id, session } of stored.values()) {
    expect((await agent.read(0, id)).tokens).toEqual(session.tokens)
    expect((await agent.read(null, id)).account).toEqual(session.account)
  }
  await fifty.close()
})
