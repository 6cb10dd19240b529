// The message after a timeout, by what reached the callback listener.

import { expect, test } from '@playwright/test'
import { SIGN_IN_MESSAGES, TIMEOUT_ADVICE } from '../../main/agent/agent-messages.js'
import { timedOut } from '../../main/agent/results.js'
import type { CallbackDiagnostic } from '../../main/oauth/callback-listener.js'

const REDIRECT_URI = 'http://localhost:40123/cb'
const registration = 'Register what is shown here.'

const readReason = (diagnostic: CallbackDiagnostic | null, timeoutMs = 300_000): string => {
  const seen = diagnostic && { diagnostic, redirectUri: REDIRECT_URI, registration }
  const { result } = timedOut(timeoutMs, seen)
  if (result.kind !== 'expired') throw new Error(`it ended as ${result.kind}`)
  return result.reason
}

for (const diagnostic of Object.keys(TIMEOUT_ADVICE) as CallbackDiagnostic[]) {
  test(`F30: after a timeout with ${diagnostic} the message says what to do`, () => {
    const advice = TIMEOUT_ADVICE[diagnostic](REDIRECT_URI, registration)
    expect(readReason(diagnostic)).toBe(SIGN_IN_MESSAGES.timedOut('5 minutes', advice))
    expect(advice).toMatch(/[Ss]ign in again/)
  })
}

test('without a listener the message does not guess', () => {
  expect(readReason(null)).toBe(
    SIGN_IN_MESSAGES.timedOut('5 minutes', SIGN_IN_MESSAGES.signInWhenReady),
  )
})

for (const [timeoutMs, words] of [
  [1_000, '1 second'],
  [59_000, '59 seconds'],
  [60_000, '1 minute'],
  [290_000, '290 seconds'],
] as const) {
  test(`${timeoutMs} milliseconds are called ${words}`, () => {
    expect(readReason(null, timeoutMs)).toBe(
      SIGN_IN_MESSAGES.timedOut(words, SIGN_IN_MESSAGES.signInWhenReady),
    )
  })
}
