// Three days of one session; `npm run test:long` has thirty of them.

import { liveFor } from '../support/month.js'
import { expect, test } from '../support/signed-in.js'

test('three days: nobody has to sign in again, and nothing is lost', async ({ signedIn }) => {
  const { renewals, failures } = await liveFor(3, signedIn)
  expect(renewals).toBeGreaterThan(200)
  expect(failures).toBeGreaterThan(20)
})
