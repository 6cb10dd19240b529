// S37: 200 renewals in which the program is killed, at a hundred moments, at a provider that forgives
// a second use of a refresh token for a while and at one that never does.

import { expect } from '@playwright/test'
import type { Moment, MomentKind } from '../support/kill-moments.js'
import { reportOf, test, type LastResult } from '../support/killed-renewals.js'

const MOMENTS = 100
const PARTS = 5
/** Okta's default is 30 s, Amazon Cognito's most 60 s. */
const GRACES_S = [60, 0]

for (const graceS of GRACES_S) {
  for (let part = 0; part < PARTS; part++) {
    const grace = graceS === 0 ? 'no grace' : `a grace of ${graceS} s`
    test(`S37: killed in renewals at a provider with ${grace}, it goes on (${part + 1} of ${PARTS})`, async ({
      killsAt,
    }) => {
      test.setTimeout(600_000)
      const kills = await killsAt(graceS)
      const outcomes: LastResult[] = []
      for (const [index, moment] of momentsOf(await kills.count()).entries()) {
        if (index % PARTS === part) outcomes.push(await kills.kill(moment))
      }
      expect(outcomes).toHaveLength(MOMENTS / PARTS)
      console.log(reportOf(outcomes, graceS))
    })
  }
}

/** Every call and every piece of the talk; then turns, from the first to the last, as there is room. */
function momentsOf(counts: Readonly<Record<MomentKind, number>>): Moment[] {
  const moments: Moment[] = []
  for (const kind of ['file', 'sent', 'received'] as const) {
    for (let nth = 1; nth <= counts[kind]; nth++) {
      for (const how of kind === 'file' ? FILE_HOWS : HOWS) moments.push({ kind, nth, how })
    }
  }
  const turns = MOMENTS - moments.length
  expect(turns).toBeGreaterThan(0)
  for (let count = 0; count < turns; count++) {
    const nth = 1 + Math.floor((count * (counts.turn - 1)) / turns)
    moments.push({ kind: 'turn', nth, how: 'before' })
  }
  return moments
}

const HOWS = ['before', 'within', 'after'] as const
/** What is half written is killed `within` by the tests that are always run. */
const FILE_HOWS = ['before', 'after'] as const
