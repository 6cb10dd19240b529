// S37: a program is killed while it renews a session, and started again. It has stored the old or the
// new refresh token completely, and continues with it. `npm run test:long` tries two hundred moments;
// these are a few of them.

import { expect } from '../support/expect.js'
import type { Moment } from '../support/kill-moments.js'
import { test } from '../support/killed-renewals.js'
import { letRunOut, signInOn, stop, test as kept, openStore } from '../support/kept.js'

/** The calls of one replacement, of which 2 writes and 5 renames. The next one starts after them. */
const CALLS = process.platform === 'win32' ? 5 : 8
/** The first replacement says that the refresh token was sent. The second one keeps the new one. */
const WRITE = CALLS + 2
const RENAME = CALLS + 5

type Case = [what: string, moment: Moment, state: 'renewed' | 'needs-sign-in', kept: 'old' | 'new']

const WITH_GRACE: readonly Case[] = [
  ['as the request has left', { kind: 'sent', nth: 3, how: 'after' }, 'renewed', 'old'],
  ['with half of the answer in', { kind: 'received', nth: 3, how: 'within' }, 'renewed', 'old'],
  ['with half of it written', { kind: 'file', nth: WRITE, how: 'within' }, 'renewed', 'old'],
  ['once the new one is in place', { kind: 'file', nth: RENAME, how: 'after' }, 'renewed', 'new'],
]

const WITHOUT_GRACE: readonly Case[] = [
  ['with half of the request sent', { kind: 'sent', nth: 3, how: 'within' }, 'renewed', 'old'],
  ['as the answer comes', { kind: 'received', nth: 3, how: 'before' }, 'needs-sign-in', 'old'],
  [
    'before the new one is in place',
    { kind: 'file', nth: RENAME, how: 'before' },
    'needs-sign-in',
    'old',
  ],
  [
    'as the rest of the answer is kept',
    { kind: 'file', nth: CALLS + WRITE, how: 'within' },
    'renewed',
    'new',
  ],
]

test('S37: killed during renewals, it renews at the next start if the provider has a grace period', async ({
  killsAt,
}) => {
  const { kill } = await killsAt(60)
  for (const [what, moment, state, kept] of WITH_GRACE) {
    expect(await kill(moment), what).toMatchObject({ cameInTime: true, state, kept })
  }
})

test('S37: without a grace period, only a lost answer costs a sign-in, and Latchkey says so', async ({
  killsAt,
}) => {
  const { kill } = await killsAt(0)
  for (const [what, moment, state, kept] of WITHOUT_GRACE) {
    expect(await kill(moment), what).toMatchObject({ cameInTime: true, state, kept })
  }
})

kept(
  'S37: killed while the provider is being asked, it renews at the next start',
  async ({ start, provider, dataDir }) => {
    const first = await start()
    await signInOn(first)
    await stop(first)
    await letRunOut(openStore(dataDir))

    provider.misbehave.token = 'hang'
    const program = await start()
    await expect.poll(() => provider.tokenRequests.length).toBe(2)
    program.process.kill('SIGKILL')
    await program.ended

    provider.misbehave.token = undefined
    const next = await start()
    const { status } = await next.line(
      'status',
      ({ status }) => Date.parse(status.expiresAt ?? '') > Date.now(),
    )
    expect(status).toMatchObject({ state: 'signed-in', account: { sub: 'alice' }, reason: null })
  },
)
