// S37: 200 renewals during which the program is killed, at a hundred moments each with a provider that
// allows a second use of a refresh token for a while, and with one that never does.

import { expect } from '@playwright/test'
import type { Moment, MomentKind } from '../support/kill-moments.js'
import { formatReport, test, type LastResult } from '../support/killed-renewals.js'

const MOMENTS = 100
const PARTS = 5
/** Okta's default is 30 s, and Amazon Cognito's maximum is 60 s. */
const GRACES_S = [60, 0]

for (const graceS of GRACES_S) {
  for (let part = 0; part < PARTS; part++) {
    const grace = graceS === 0 ? 'no grace period' : `a grace period of ${graceS} s`
    test(`S37: killed during renewals with ${grace}, it continues at the next start (${part + 1} of ${PARTS})`, async ({
      killsAt,
    }) => {
      test.setTimeout(600_000)
      const kills = await killsAt(graceS)
      const outcomes: LastResult[] = []
      for (const [index, moment] of listMoments(await kills.count()).entries()) {
        if (index % PARTS === part) outcomes.push(await kills.kill(moment))
      }
      expect(outcomes).toHaveLength(MOMENTS / PARTS)
      console.log(formatReport(outcomes, graceS))
    })
  }
}

/** Lists every file call and every chunk, and then turns, evenly spread, up to the number of moments. */
function listMoments(counts: Readonly<Record<MomentKind, number>>): Moment[] {
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
/** The e2e tests already kill the program `within` a write. */
const FILE_HOWS = ['before', 'after'] as const
