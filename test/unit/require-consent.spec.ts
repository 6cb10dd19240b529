// S24: the caller is looked at again after a wait for the provider.

import type { IncomingMessage } from 'node:http'
import { expect, test } from '@playwright/test'
import { CONSENT_DETAILS } from '../../main/api/api-messages.js'
import { createRecheck, type ConsentDeps } from '../../main/api/require-consent.js'
import type { ConsentAccount } from '../../main/consent/consent.js'
import type { Caller } from '../../main/net/caller.js'
import { seenCaller } from '../support/callers.js'

const REQUEST = { headers: { authorization: 'Bearer latchkey_a' } } as IncomingMessage
const ACCOUNT = {} as ConsentAccount
const OTHER = seenCaller({ pid: 43 })

function start(
  caller: Caller | null,
  { now = seenCaller(), isPaused = false, isGranted = true } = {},
) {
  let nowMs = 0
  const looks: unknown[] = []
  const held = { key: true, grant: isGranted }
  const consents = {
    isPaused: () => isPaused,
    isAllowed: () => held.grant,
    findKey: () => (held.key ? {} : null),
  }
  const deps = {
    agent: { consents },
    findCaller: (_request: IncomingMessage, options?: object) => {
      looks.push(options)
      return Promise.resolve(now)
    },
  } as unknown as ConsentDeps
  const recheck = createRecheck(
    deps,
    REQUEST,
    { caller, account: ACCOUNT, purpose: 'token' },
    () => nowMs,
  )
  return { recheck, looks, held, wait: (ms: number) => (nowMs += ms) }
}

test('S24: a token that came at once goes to the caller without another look', async () => {
  const { recheck, looks, wait } = start(seenCaller(), { now: OTHER, isPaused: true })
  wait(999)
  await recheck()
  expect(looks).toEqual([])
})

test('S24: after a second, a caller that is still the same gets its token', async () => {
  const { recheck, looks, wait } = start(seenCaller())
  wait(1_000)
  await recheck()
  expect(looks).toEqual([{ isFresh: true }])
})

test('S24: after a second, another program at the same connection gets nothing', async () => {
  const { recheck, wait } = start(seenCaller(), { now: OTHER })
  wait(1_000)
  await expect(recheck()).rejects.toMatchObject({
    code: 'not-allowed',
    message: CONSENT_DETAILS.changed,
  })
})

test('nothing leaves if the screen was locked during the wait, and that is not wanted', async () => {
  const { recheck, wait } = start(null, { isPaused: true })
  wait(1_000)
  await expect(recheck()).rejects.toMatchObject({
    code: 'not-allowed',
    message: CONSENT_DETAILS.locked,
  })
})

test('a call with a key is not for one program', async () => {
  const { recheck, looks, wait } = start(null)
  wait(60_000)
  await recheck()
  expect(looks).toEqual([])
})

test('S24: a key that the person takes back during the wait gets nothing', async () => {
  const { recheck, held } = start(null)
  held.key = false
  await expect(recheck()).rejects.toMatchObject({
    code: 'not-allowed',
    message: CONSENT_DETAILS.wrongKey,
  })
})

test('S24: a program that the person forgets during the wait gets nothing', async () => {
  const { recheck, held } = start(seenCaller())
  held.grant = false
  await expect(recheck()).rejects.toMatchObject({
    code: 'not-allowed',
    message: CONSENT_DETAILS.denied,
  })
})

test('a program that was allowed once gets its token after the wait', async () => {
  const { recheck, wait } = start(seenCaller(), { isGranted: false })
  wait(60_000)
  await recheck()
})
