// Which ID token a call gets, and what is looked at before a token leaves.

import type { IncomingMessage } from 'node:http'
import { expect, test } from '@playwright/test'
import { CONSENT_DETAILS, PROBLEM_DETAILS } from '../../main/api/api-messages.js'
import { createSignedInCallers } from '../../main/api/signed-in-callers.js'
import { answerToken, type SessionTokenDeps } from '../../main/api/session-token.js'
import { OWNER } from '../support/accounts.js'

const NOW_MS = 1_800_000_000_000
const ACCOUNT = { sub: 'alice', name: 'Alice Adams', email: 'alice@example.com' }
const REQUEST = { headers: { authorization: 'Bearer latchkey_key' } } as IncomingMessage

function makeIdToken(secondsLeft: number): string {
  const claims = JSON.stringify({ sub: 'alice', exp: NOW_MS / 1000 + secondsLeft })
  return `e30.${Buffer.from(claims).toString('base64url')}.c2ln`
}

type Given = {
  /** For how many seconds the ID token is valid that the agent holds. */
  held: number
  /** The same for the one after a renewal. */
  renewed?: number
  onRead?: () => void
  isPaused?: () => boolean
}

/** Asks with a key for an ID token that is valid for a minute. Returns for how many seconds it is. */
async function askIdToken({ held, renewed = held, onRead, isPaused = () => false }: Given) {
  const session = { id: 'alice234', kind: 'signed-in', account: ACCOUNT, ...OWNER }
  const agent = {
    model: () => ({ accounts: [session], chosenId: null }),
    consents: { findKey: () => ({ owner: OWNER, account: ACCOUNT, scope: 'openid' }), isPaused },
    last: () => ({ scope: 'openid' }),
    read: (_id: string | number | null, leastMs: unknown) => {
      onRead?.()
      const isRenewal = _id === null || leastMs === null
      const idToken = makeIdToken(isRenewal ? renewed : held)
      return Promise.resolve({ tokens: { idToken, scope: 'openid' } })
    },
  }
  const deps = {
    agent,
    clock: { nowMs: () => NOW_MS },
    providers: [],
    callers: createSignedInCallers(),
    findCaller: () => Promise.resolve({ kind: 'untold' }),
  } as unknown as SessionTokenDeps
  const wanted = { token_type: 'id_token' } as const
  const hangUp = () => new AbortController().signal
  const { body } = await answerToken(deps, REQUEST, { wanted, hangUp })
  const { id_token: idToken, expires_in: left } = JSON.parse(body) as Record<string, unknown>
  expect(idToken).toBe(makeIdToken(Number(left)))
  return left
}

test('an ID token that lives for too short a time is renewed', async () => {
  expect(await askIdToken({ held: 60, renewed: 3600 })).toBe(60)
  expect(await askIdToken({ held: 59, renewed: 3600 })).toBe(3600)
})

test('if the provider sends no new ID token, the one that is held is given until it expires', async () => {
  expect(await askIdToken({ held: 1 })).toBe(1)
  for (const held of [0, -1]) {
    await expect(askIdToken({ held })).rejects.toMatchObject({
      code: 'provider-failed',
      message: PROBLEM_DETAILS.oldIdToken,
    })
  }
})

test('S24: a token that took long to come does not leave while the screen is locked', async () => {
  const now = performance.now.bind(performance)
  let isLate = false
  performance.now = () => now() + (isLate ? 2_000 : 0)
  try {
    const asked = askIdToken({
      held: 600,
      onRead: () => void (isLate = true),
      isPaused: () => isLate,
    })
    await expect(asked).rejects.toMatchObject({
      code: 'not-allowed',
      message: CONSENT_DETAILS.locked,
    })
  } finally {
    performance.now = now
  }
})
