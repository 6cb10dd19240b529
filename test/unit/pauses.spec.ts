// How the pauses of programs that ask in vain are counted. consents.spec.ts has what follows from that.

import { expect, test } from '@playwright/test'
import { createPauses, UNANSWERED_MS } from '../../main/consent/pauses.js'
import { ALICE_REF, BOB_REF } from '../support/account-refs.js'
import { seenCaller } from '../support/callers.js'

test('a program has pauses of its own for each account', () => {
  const pauses = createPauses(() => 0)
  const about = { caller: seenCaller(), purpose: 'token' } as const
  const lengthen = (account: typeof ALICE_REF | null): number =>
    pauses.lengthen({ ...about, account }, 'unanswered') / UNANSWERED_MS
  expect([ALICE_REF, ALICE_REF, BOB_REF, null, ALICE_REF].map(lengthen)).toEqual([1, 2, 1, 1, 4])
  pauses.reset({ ...about, account: ALICE_REF })
  expect([ALICE_REF, BOB_REF, null].map(lengthen)).toEqual([1, 2, 2])
})
