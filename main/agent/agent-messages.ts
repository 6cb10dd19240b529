// The messages for people of sign-ins, in one table.

import type { CallbackDiagnostic } from '../oauth/callback-listener.js'
import { LAUNCH_WINDOW_WORDS, MOST_LAUNCHES } from './browser-budget.js'

const LAUNCHED_TOO_OFTEN = `The browser was opened ${MOST_LAUNCHES} times in ${LAUNCH_WINDOW_WORDS}.`

export const SIGN_IN_MESSAGES = {
  // Before a sign-in begins.
  notConfigured:
    'No provider is configured yet. Set its issuer and your client ID (--issuer and --client-id), or ' +
    'try the demo (--demo).',
  tooManyWaiting: (most: number) =>
    `${most} sign-ins are already waiting. Try again when one of them has ended.`,
  tooManyAppLaunches: `${LAUNCHED_TOO_OFTEN} Wait a minute.`,

  // While a sign-in waits.
  noBrowser: 'No browser could be opened here. Open the link yourself.',
  tooManyLaunches:
    `${LAUNCHED_TOO_OFTEN} Latchkey opens no more tabs for now. Wait a minute and open the link ` +
    'again, or copy it into your browser.',

  // When a sign-in ends.
  notExchanged: 'The app that started the sign-in did not finish it.',
  abandoned:
    'The app that asked for the sign-in stopped waiting before it was finished in the browser, so ' +
    'you are not signed in. Start again from the app.',
  notDecided: (account: string) =>
    `You signed in as ${account}, but did not answer in time whether to keep that account, so Latchkey ` +
    'discarded it.',
  offlineAccessLeftOut: 'Latchkey no longer requests offline_access. Try again.',
  timedOut: (duration: string, advice: string) =>
    `The sign-in timed out after ${duration}. ${advice}`,
  signInWhenReady: 'Sign in again when you are ready.',

  // When a sign-out cannot open the provider's page.
  tooManyLaunchesForSignOut: LAUNCHED_TOO_OFTEN,
  noBrowserForSignOut: 'No browser is opened here, and no link is shown.',
}

/** What to do after a timeout, by what reached the callback listener instead of an answer. */
export const TIMEOUT_ADVICE: Readonly<
  Record<CallbackDiagnostic, (redirectUri: string, registration: string) => string>
> = {
  nothing: (redirectUri, registration) =>
    'Nothing came back from your browser. If your provider showed an error page there, it probably ' +
    `does not know the redirect URI ${redirectUri}. ${registration} If you left the page, sign in ` +
    'again. If you did finish there, your browser may run on another computer, in a container or in ' +
    'WSL, or a proxy or an extension may block this address.',
  connection: () =>
    'Something connected to 127.0.0.1, where Latchkey waits, but sent no request. If you did finish in ' +
    'your browser, a proxy, an extension or a security program blocked the answer. Add an exception ' +
    'for 127.0.0.1 there, and sign in again.',
  'other-path': (redirectUri, registration) =>
    `Your browser came back to another address. Latchkey waits at ${redirectUri}. ` +
    `${registration} Then sign in again.`,
  'other-state': () =>
    'The tab of another sign-in came back, probably an old one. Close such tabs, sign in again, and ' +
    'continue in the newest tab.',
  'without-state': () =>
    'An answer came without its state, which tells Latchkey which sign-in it belongs to, so Latchkey ' +
    'did not use it. Some providers do this when they reject the request itself. Check the client ' +
    'ID, the scopes and the redirect URI at your provider, and sign in again.',
  'empty-callback': () =>
    'Your browser came back without an answer from your provider: neither a code nor an error. Sign ' +
    'in again. If it happens again, an extension or a proxy removes the answer, or the provider is ' +
    'at fault.',
  'other-user': () =>
    'An answer came from a program of another user of this computer, and Latchkey did not use it. ' +
    'Sign in again in a browser that runs as you.',
  'large-head': () =>
    'Your browser sent so many cookies of other programs on 127.0.0.1 that Latchkey could not read its ' +
    'answer. Delete the cookies for 127.0.0.1 and localhost, and sign in again.',
  'tls-hello': () =>
    'Your browser came back over https, but only http works here. Allow http://127.0.0.1 in its ' +
    'settings, as an exception from its HTTPS-only mode ("always use secure connections"), and sign ' +
    'in again.',
}

/** What to do at once, while the sign-in still waits; null if the person can do nothing yet. */
export const WAITING_ADVICE: Readonly<Record<CallbackDiagnostic, string | null>> = {
  nothing: null,
  connection: null,
  'other-path': null,
  'other-state':
    'The tab of another sign-in came back, probably an old one. This sign-in still waits: continue in ' +
    'the newest tab.',
  'without-state':
    'An answer came without its state, which tells Latchkey which sign-in it belongs to, so Latchkey ' +
    'did not use it. Your provider may have rejected the request: the address of that page says why.',
  'empty-callback': null,
  'other-user':
    'An answer came from a program of another user of this computer, and Latchkey did not use it. ' +
    'Finish in a browser that runs as you, or paste the address of its last page here.',
  'large-head':
    'Your browser sent so many cookies of other programs on 127.0.0.1 that Latchkey could not read its ' +
    'answer. Delete the cookies for 127.0.0.1 and localhost, then open the link again.',
  'tls-hello':
    'Your browser came back over https, but only http works here. Allow http://127.0.0.1 in its ' +
    'settings, as an exception from its HTTPS-only mode ("always use secure connections"), then open ' +
    'the link again.',
}
