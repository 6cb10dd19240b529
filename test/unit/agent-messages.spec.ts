// The messages of sign-ins, pinned once. Other specs assert the key.

import { expect, test } from '@playwright/test'
import {
  SIGN_IN_MESSAGES,
  TIMEOUT_ADVICE,
  WAITING_ADVICE,
} from '../../main/agent/agent-messages.js'

test('the messages of sign-ins', () => {
  const { notDecided, tooManyWaiting, timedOut, ...constants } = SIGN_IN_MESSAGES
  expect({
    ...constants,
    notDecided: notDecided('Bob'),
    tooManyWaiting: tooManyWaiting(64),
    timedOut: timedOut('5 minutes', 'Advice.'),
  }).toEqual({
    notConfigured:
      'No provider is configured yet. Set its issuer and your client ID (--issuer and --client-id), or try the demo (--demo).',
    tooManyAppLaunches: 'The browser was opened 5 times in a minute. Wait a minute.',
    noBrowser: 'No browser could be opened here. Open the link yourself.',
    tooManyLaunches:
      'The browser was opened 5 times in a minute. Latchkey opens no more tabs for now. Wait a minute and open the link again, or copy it into your browser.',
    notExchanged: 'The app that started the sign-in did not finish it.',
    abandoned:
      'The app that asked for the sign-in stopped waiting before it was finished in the browser, so you are not signed in. Start again from the app.',
    offlineAccessLeftOut: 'Latchkey no longer requests offline_access. Try again.',
    notDecided:
      'You signed in as Bob, but did not answer in time whether to keep that account, so Latchkey discarded it.',
    signInWhenReady: 'Sign in again when you are ready.',
    tooManyLaunchesForSignOut: 'The browser was opened 5 times in a minute.',
    noBrowserForSignOut: 'No browser is opened here, and no link is shown.',
    tooManyWaiting: '64 sign-ins are already waiting. Try again when one of them has ended.',
    timedOut: 'The sign-in timed out after 5 minutes. Advice.',
  })
})

test('F30: the advice after a timeout', () => {
  const advice = Object.entries(TIMEOUT_ADVICE).map(([diagnostic, advise]) => [
    diagnostic,
    advise('http://localhost:40123/cb', 'Register it.'),
  ])
  expect(Object.fromEntries(advice)).toEqual({
    nothing:
      'Nothing came back from your browser. If your provider showed an error page there, it probably does not know the redirect URI http://localhost:40123/cb. Register it. If you left the page, sign in again. If you did finish there, your browser may run on another computer, in a container or in WSL, or a proxy or an extension may block this address.',
    connection:
      'Something connected to 127.0.0.1, where Latchkey waits, but sent no request. If you did finish in your browser, a proxy, an extension or a security program blocked the answer. Add an exception for 127.0.0.1 there, and sign in again.',
    'other-path':
      'Your browser came back to another address. Latchkey waits at http://localhost:40123/cb. Register it. Then sign in again.',
    'other-state':
      'The tab of another sign-in came back, probably an old one. Close such tabs, sign in again, and continue in the newest tab.',
    'without-state':
      'An answer came without its state, which tells Latchkey which sign-in it belongs to, so Latchkey did not use it. Some providers do this when they reject the request itself. Check the client ID, the scopes and the redirect URI at your provider, and sign in again.',
    'empty-callback':
      'Your browser came back without an answer from your provider: neither a code nor an error. Sign in again. If it happens again, an extension or a proxy removes the answer, or the provider is at fault.',
    'other-user':
      'An answer came from a program of another user of this computer, and Latchkey did not use it. Sign in again in a browser that runs as you.',
    'large-head':
      'Your browser sent so many cookies of other programs on 127.0.0.1 that Latchkey could not read its answer. Delete the cookies for 127.0.0.1 and localhost, and sign in again.',
    'tls-hello':
      'Your browser came back over https, but only http works here. Allow http://127.0.0.1 in its settings, as an exception from its HTTPS-only mode ("always use secure connections"), and sign in again.',
  })
})

test('F30: the advice while a sign-in waits', () => {
  expect(WAITING_ADVICE).toEqual({
    nothing: null,
    connection: null,
    'other-path': null,
    'other-state':
      'The tab of another sign-in came back, probably an old one. This sign-in still waits: continue in the newest tab.',
    'without-state':
      'An answer came without its state, which tells Latchkey which sign-in it belongs to, so Latchkey did not use it. Your provider may have rejected the request: the address of that page says why.',
    'empty-callback': null,
    'other-user':
      'An answer came from a program of another user of this computer, and Latchkey did not use it. Finish in a browser that runs as you, or paste the address of its last page here.',
    'large-head':
      'Your browser sent so many cookies of other programs on 127.0.0.1 that Latchkey could not read its answer. Delete the cookies for 127.0.0.1 and localhost, then open the link again.',
    'tls-hello':
      'Your browser came back over https, but only http works here. Allow http://127.0.0.1 in its settings, as an exception from its HTTPS-only mode ("always use secure connections"), then open the link again.',
  })
})
