// A month of one session, which shows whether anything accumulates with each renewal.

import { liveFor, meanHeap, SETTLED_DAYS } from '../support/month.js'
import { expect, test } from '../support/signed-in.js'

test('thirty days: nobody has to sign in again, nothing is lost, and nothing accumulates', async ({
  signedIn,
}) => {
  test.setTimeout(600_000)
  const { days, renewals, failures } = await liveFor(30, signedIn)
  // The month was a full one.
  expect(renewals).toBeGreaterThan(2_000)
  expect(failures).toBeGreaterThan(300)

  const middle = days.slice(SETTLED_DAYS, SETTLED_DAYS + 5)
  // Between them are a thousand renewals. If they stayed in memory, each would take 5 KiB.
  expect(meanHeap(days.slice(-5)) - meanHeap(middle)).toBeLessThan(1024 * 1024)
})
