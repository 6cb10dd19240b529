// What a person is told when nobody finished in time, for all that may have been seen meanwhile.

import { expect, test } from '@playwright/test'
import { diagnosticMessage, timedOut } from '../../main/agent/results.js'
import type { CallbackDiagnostic } from '../../main/oauth/callback-listener.js'

const REDIRECT_URI = 'http://localhost:40123/cb'

const reasonOf = (diagnostic: CallbackDiagnostic | null, timeoutMs = 300_000): string => {
  const { result } = timedOut(
    timeoutMs,
    diagnostic && {
      diagnostic,
      redirectUri: REDIRECT_URI,
      registration: 'Register what is said here.',
    },
  )
  if (result.kind !== 'expired') throw new Error(`it ended as ${result.kind}`)
  return result.reason
}

// A new sighting does not compile until it has its words: what was seen, what to do, and the same
// while the flow still waits.
const WORDS: Record<CallbackDiagnostic, { seen: RegExp; todo: RegExp; notice: RegExp | null }> = {
  nothing: {
    seen: /Nothing came back .* redirect URI http:\/\/localhost:40123\/cb\. Register what is said here\./,
    todo: /another computer, in a container or in WSL, or a proxy or an extension/,
    notice: null,
  },
  connection: {
    seen: /connected to 127\.0\.0\.1, .* asked for nothing/,
    todo: /make an exception there for 127\.0\.0\.1/,
    notice: null,
  },
  'other-path': {
    seen: /came back to another address than http:\/\/localhost:40123\/cb, where Latchkey waits/,
    todo: /Register what is said here\./,
    notice: null,
  },
  'other-state': {
    seen: /tab of another sign-in came back, most likely an old one/,
    todo: /go on in the newest tab/,
    notice: /still waits: go on in the newest tab/,
  },
  'without-state': {
    seen: /An answer came without its state, .* Latchkey did not use it/,
    todo: /check the client ID, the scope and the redirect URI/,
    notice: /Your provider may have refused the request/,
  },
  'empty-callback': {
    seen: /came back without an answer .* neither a code nor an error/,
    todo: /an extension or a proxy .* or the provider is at fault/,
    notice: null,
  },
  'other-user': {
    seen: /came from a program of another user of this computer, and Latchkey did not take it/,
    todo: /Sign in again, in a browser that runs as you/,
    notice: /Finish in a browser that runs as you/,
  },
  'large-head': {
    seen: /so many cookies of other programs on 127\.0\.0\.1/,
    todo: /Delete the cookies of 127\.0\.0\.1 and localhost, and sign in again/,
    notice: /Delete the cookies .* then open the link again/,
  },
  'tls-hello': {
    seen: /came back over https, where only http works/,
    todo: /Allow http:\/\/127\.0\.0\.1 .* HTTPS-only .* sign in again/,
    notice: /Allow http:\/\/127\.0\.0\.1 .* HTTPS-only .* open the link again/,
  },
}

for (const [diagnostic, { seen, todo, notice }] of Object.entries(WORDS)) {
  test(`F30: ${diagnostic} is told with what to do, and ${notice ? 'at once too' : 'not before the end'}`, () => {
    const reason = reasonOf(diagnostic as CallbackDiagnostic)
    expect(reason).toMatch(/^Nobody finished the sign-in within 5 minutes\. /)
    expect(reason).toMatch(seen)
    expect(reason).toMatch(todo)
    expect(reason).toMatch(/[Ss]ign in again/)
    const told = diagnosticMessage(diagnostic as CallbackDiagnostic)
    if (notice) expect(told).toMatch(notice)
    else expect(told).toBeNull()
  })
}

test('without a listener nothing is said of what came there', () => {
  expect(reasonOf(null)).toBe(
    'Nobody finished the sign-in within 5 minutes. Sign in again when you are ready.',
  )
})

for (const [timeoutMs, words] of [
  [1_000, '1 second'],
  [59_000, '59 seconds'],
  [60_000, '1 minute'],
  [290_000, '290 seconds'],
] as const) {
  test(`${timeoutMs} milliseconds are called ${words}`, () => {
    expect(reasonOf(null, timeoutMs)).toContain(`within ${words}. `)
  })
}
