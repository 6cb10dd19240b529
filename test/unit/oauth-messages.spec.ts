// The messages of the sign-in code, once, for a reader to check.

import { expect, test } from '@playwright/test'
import { CALLBACK_MESSAGES, ID_TOKEN_MESSAGES, MESSAGES } from '../../main/oauth/oauth-messages.js'
import { PASTED_WORDS } from '../../main/oauth/pasted-redirect.js'

test('the messages about the callback', () => {
  const { denied, failed } = CALLBACK_MESSAGES
  expect([
    MESSAGES.noIpv6,
    CALLBACK_MESSAGES.noIssuer,
    CALLBACK_MESSAGES.otherIssuer,
    denied('"access_denied"'),
    failed('"server_error"', false),
    failed('"invalid_scope"', true),
  ]).toEqual([
    "This computer has no IPv6, so your browser can't return to [::1]. Choose another host with --redirect-host 127.0.0.1, and register that one.",
    "The answer did not say which provider it came from, although yours promises to. Latchkey didn't use it. Try again.",
    "The answer came from another provider than the one you were sent to. Latchkey didn't use it. Try again.",
    'The sign-in was denied at the provider: "access_denied".',
    'The provider could not sign you in: "server_error".',
    'The provider could not sign you in: "invalid_scope". Choose the requested scopes with --scope.',
  ])
})

test('the messages about the ID token', () => {
  const { invalid, wrongClock } = ID_TOKEN_MESSAGES
  expect([
    invalid('expired'),
    wrongClock(7_200_000, 'sign-in'),
    wrongClock(-90_000, 'renewal'),
    ID_TOKEN_MESSAGES.anotherAccount,
  ]).toEqual([
    "The provider's proof of who signed in (its ID token) is not valid: it has expired already. Latchkey did not use it. Try again; if it happens again, tell its administrator.",
    "This computer's clock is 2 hours behind the provider's, so Latchkey could not check who signed in. Set the clock right, then sign in again.",
    "This computer's clock is 90 seconds ahead of the provider's, so Latchkey could not check who signed in. Set the clock right. Latchkey then renews the session.",
    'The provider renewed the session for someone else, so Latchkey ended it. Sign in again.',
  ])
})

test('the messages about a pasted address', () => {
  expect(PASTED_WORDS).toEqual({
    taken: 'Latchkey took the address that you pasted.',
    again: 'Latchkey already has this address. There is nothing more to do.',
    'no-address': 'Latchkey cannot read this address. Copy all of it from the address bar.',
    'other-place':
      'This is not the address that your provider sends you back to. Sign in there first, then copy the address of the page that cannot be loaded.',
    'no-answer':
      'This address has no answer from your provider. Copy all of it, including the part after the question mark.',
    'other-sign-in':
      'This address belongs to another sign-in. Open the link of the sign-in that waits, and paste the address that it leads to.',
  })
})
