// The messages of the terminal room, pinned once. Other specs assert the key.

import { expect, test } from '@playwright/test'
import {
  GREETING,
  ACCOUNT_LINES,
  CONSENT_LINES,
  SIGN_IN_LINES,
  ANSWERS,
  COMMAND_MESSAGES,
} from '../../main/terminal/terminal-messages.js'
import { sayAll } from '../support/say-all.js'

test('the greeting', () => {
  expect(
    sayAll(GREETING, {
      serves: ['1.2.3', 'http://127.0.0.1:5323', false],
      demo: ['http://127.0.0.1:40124'],
      provider: ['https://id.example'],
      providers: [
        [
          { name: 'work', issuer: 'https://id.example' },
          { name: 'home', issuer: 'https://b.example' },
        ],
      ],
      noProvider: [true],
      howToRegister: ['Auth0 and Google'],
    }),
  ).toEqual({
    serves:
      "Latchkey 1.2.3 serves this computer's apps at http://127.0.0.1:5323 (IPv4 only: this computer has no IPv6).",
    demo: 'Sign-ins use the built-in demo provider (http://127.0.0.1:40124), not a real account.',
    provider: 'Sign-ins use https://id.example.',
    providers:
      'Sign-ins use work (https://id.example) or home (https://b.example). To choose one, type sign-in and its name.',
    noProvider:
      'No provider is configured. Start Latchkey with --issuer and --client-id, or with --demo.',
    howToRegister: 'docs/providers.md says what to register at Auth0 and Google.',
    storedSession: 'The session is stored on this computer, encrypted with your passphrase.',
    inBackground:
      'Latchkey is running in the background, so it reads no commands from this terminal.',
  })
})

test('the lines about the session and about sign-ins', () => {
  expect(
    sayAll(SIGN_IN_LINES, {
      appOpenLink: ['An app asks you to sign in'],
      appOpenLinkYourself: ['An app asks you to sign in'],
      waitingThere: ['5:00'],
      redirect: ['http://127.0.0.1/callback', 'Register it.'],
      waiting: ['5:00'],
      appWaits: ['An app asks you to sign in', '5:00'],
      signedIn: ['Alice Adams'],
      signedInRenewing: ['Alice Adams'],
      signedInUntil: ['Alice Adams', '12:34'],
    }),
  ).toEqual({
    openLink: 'Sign in with your browser. If it does not open, open this link:',
    openLinkYourself: 'To sign in, open this link in your browser:',
    appOpenLink: 'An app asks you to sign in. If your browser does not open, open this link:',
    appOpenLinkYourself: 'An app asks you to sign in. Open this link in your browser:',
    waitingThere: 'Waiting for your browser: 5:00 left. Type cancel to stop.',
    redirect:
      'Your browser will return to http://127.0.0.1/callback. If your provider shows an error page instead, it may not know that address. Register it.',
    pasteHere: "If your browser can't load that page, paste its address here.",
    waiting: 'Waiting for you to sign in: 5:00 left.',
    appWaits: 'An app asks you to sign in. 5:00 left. Type open, link or cancel.',
    resumed: 'The app is waiting for this sign-in again. Finish it in your browser.',
    finishing: 'Finishing the sign-in…',
    browserIsBack: 'Your browser has answered. Finishing the sign-in…',
    cancelled: 'The sign-in was cancelled.',
    signedIn: 'Signed in as Alice Adams.',
    signedInRenewing: 'Signed in as Alice Adams. The session renews automatically.',
    signedInUntil: 'Signed in as Alice Adams, until 12:34.',
    signedOut: 'You are signed out.',
    notSignedIn: 'Not signed in.',
    typeSignIn: 'Type sign-in to start.',
    typeSignInAgain: 'Type sign-in to sign in again.',
    staysSignedIn: 'You stay signed in. Latchkey keeps trying to renew the session.',
    signOutLink: 'To sign out at the provider too, open this link:',
    ctrlD: 'A sign-in is in progress, so Latchkey keeps running. Press Ctrl-C to quit.',
  })
})

test('the lines about several accounts', () => {
  const { columns, states, ...lines } = ACCOUNT_LINES
  expect(columns).toEqual({ id: 'ID', provider: 'Provider', state: 'State', account: 'Account' })
  expect(states).toEqual({
    'signed-in': 'signed in',
    offline: 'offline',
    'renewal-failing': "can't renew",
    'needs-sign-in': 'expired',
  })
  expect(
    sayAll(lines, {
      others: [2],
      messageOf: ['Alice Adams', 'The disk is full.'],
      signedInToo: ['Bob Brown'],
      signInAgain: ['bobbob23'],
      decide: ['abcd2345', '1:00'],
    }),
  ).toEqual({
    none: 'Nobody is signed in.',
    legend: '* is the default account. Type use and an ID to change it.',
    others: 'There are 2 more accounts. Type accounts to list them.',
    messageOf: 'Alice Adams: The disk is full.',
    signedInToo: 'Bob Brown is signed in, too.',
    signInAgain: 'Type sign-in bobbob23 to sign in again.',
    decide:
      'Type keep abcd2345 or discard abcd2345. Without an answer, Latchkey discards it in 1:00.',
  })
  expect(lines.others(1)).toBe('There is one more account. Type accounts to list both.')
})

test('the lines about apps', () => {
  expect(
    sayAll(CONSENT_LINES, {
      title: ['notes asks to use your account'],
      choose: ['abcd2345', '1:00'],
      chooseOnce: ['abcd2345', '1:00'],
      newKey: ['backup'],
      keyGives: [['openid', 'email']],
    }),
  ).toEqual({
    title: 'notes asks to use your account.',
    choose: 'Type allow abcd2345, allow abcd2345 always or deny abcd2345. 1:00 left.',
    chooseOnce: 'Type allow abcd2345 or deny abcd2345. 1:00 left.',
    legend: 'Type forget and an ID to take back what an app was allowed, or to be asked again.',
    newKey: 'This is the key backup. Latchkey does not show it again:',
    keyGives:
      'Whoever has it gets access tokens for the scopes openid and email, and ID tokens, which prove who you are.',
    howToSend: 'An app sends it with each request, as the header Authorization: Bearer KEY.',
  })
})

test('the answers to commands', () => {
  expect(
    sayAll(ANSWERS, {
      noCommand: ['sing-in', 'sign-in', ['sign-in', 'quit']],
      noFlags: ['sign-in work'],
      typeInstead: ['status'],
      noTarget: ['wrok', ['work', 'home']],
      noAccount: ['alice235', ['k3vq7mzd', 'adzzbq26']],
      severalAccounts: ['work', ['k3vq7mzd', 'adzzbq26']],
      signingOut: ['Bob Brown'],
      becomesDefault: ['Alice Adams'],
      signingOutAndForgetting: ['Bob Brown'],
      needsId: ['use'],
      noQuestion: ['abcd2345'],
      noConsent: ['abcd2345'],
      forgotten: ['notes'],
      keyForgotten: ['backup'],
      noApp: ['notes'],
      severalApps: ['notes', ['k3vq7mzd', 'adzzbq26']],
      keyNameTaken: ['backup'],
      noScope: ['files', ['openid', 'email']],
    }),
  ).toEqual({
    quit: 'Latchkey is quitting.',
    noCommand: 'There is no command "sing-in". Did you mean sign-in?',
    noFlags: 'Commands here take no flags. Type sign-in work.',
    typeInstead: 'Type status.',
    cancelled: 'The sign-in was cancelled.',
    nothingToCancel: 'There is no sign-in to cancel.',
    signingOut: 'Signing out Bob Brown.',
    becomesDefault: 'Alice Adams becomes the default account.',
    notSignedIn: 'Nobody is signed in.',
    status: 'Here is the status.',
    opened: 'The link was opened again.',
    link: 'Here is the link.',
    noLink: 'No sign-in is waiting, so there is no link.',
    started: 'The sign-in has started.',
    replaced: 'This sign-in replaces the one that was waiting. The old link no longer works.',
    notStarted: 'The sign-in could not be started.',
    accounts: 'Here are the accounts.',
    noTarget:
      'There is no account or provider "wrok". The providers are work and home. Type accounts to list the accounts.',
    noAccount: 'There is no account "alice235". The accounts are k3vq7mzd and adzzbq26.',
    severalAccounts: 'Several accounts match "work". Type k3vq7mzd or adzzbq26.',
    needsId: 'Type an ID after use.',
    signedOutEverywhere: 'All accounts are signed out.',
    noQuestion: 'There is no account to keep or discard with the ID "abcd2345".',
    allowHow: 'Only the word always can follow the ID.',
    noConsent: 'No app with the ID "abcd2345" is waiting for an answer.',
    allowed: 'The app is allowed.',
    denied: 'The app is denied.',
    apps: 'Here are the apps.',
    needsApp: 'Type the ID or the name of an app after forget.',
    forgotten: 'notes was forgotten. Latchkey will ask about it again.',
    keyForgotten: 'The key backup was forgotten and no longer works.',
    noApp: 'There is no app or key "notes". Type apps to list them.',
    severalApps:
      'Several apps are named "notes". Type forget and the ID of one: k3vq7mzd or adzzbq26.',
    needsKeyName: 'Type a name for the key after key.',
    badKeyName: 'The name of a key must be 1 to 40 letters, digits, hyphens, underscores or dots.',
    keyNameTaken:
      'There is already a key backup. Choose another name, or type forget backup first.',
    noScope:
      '"files" is neither an account nor a granted scope. The granted scopes are: openid email.',
    keyMade: 'The key was created.',
    signingOutAndForgetting: 'Signing out Bob Brown and forgetting the apps of this account.',
    signOutHow:
      'After sign-out, you can type an account or all. To forget apps and keys too, type forget last.',
    kept: 'The account is kept.',
    discarded: 'The account is discarded.',
    help: [
      'sign-in           Sign in, or sign in the default account again.',
      'sign-in PROVIDER  Add an account at this provider.',
      'sign-in ACCOUNT   Sign in again as this account.',
      'sign-in-as-other  Add an account by signing in as someone else.',
      'open              Open the sign-in link again.',
      'link              Print the sign-in link.',
      "cancel            Cancel the current sign-in, yours or an app's.",
      'keep ID           Keep the account of someone else who signed in.',
      'discard ID        Discard that account.',
      'status            Show who is signed in.',
      'accounts          List the accounts and their IDs.',
      'use ACCOUNT       Make this account the default.',
      'sign-out          Sign out the default account, here and at its provider.',
      'sign-out ACCOUNT  Sign out this account.',
      'sign-out all      Sign out all accounts.',
      'sign-out forget   Sign out and forget apps and keys (or sign-out all forget).',
      'allow ID          Let the app that asks use your account this time.',
      'allow ID always   Let it use your account from now on.',
      'deny ID           Give nothing to the app that asks.',
      'apps              List allowed apps and keys, and denied apps.',
      'forget APP        Remove an app or a key from that list, by its ID or name.',
      'key NAME          Create a key for an app. An account and scopes can follow.',
      'quit              Quit Latchkey. Stored sessions are kept.',
      'You can also paste the address of a page that your browser could not load.',
    ].join('\n'),
  })
})

test('an unknown command and a flag, if nothing is known that may be meant', () => {
  expect(ANSWERS.noCommand('xyz', null, ['sign-in', 'quit'])).toBe(
    'There is no command "xyz". The commands are: sign-in, quit.',
  )
  expect(ANSWERS.noFlags(null)).toBe('Commands here take no flags. Type help to list the commands.')
})

test('the messages of diagnose and uninstall-data, and the question', () => {
  expect(
    sayAll(COMMAND_MESSAGES, {
      reportSaved: ['/data/diagnosis.txt'],
      reportNotSaved: ['The disk is full.'],
      askWhetherRunning: ['other-laptop'],
    }),
  ).toEqual({
    reportSaved:
      'The report was saved to /data/diagnosis.txt. It contains no secrets, so you can share it.',
    reportNotSaved: 'The report could not be saved: The disk is full.',
    loginItemStays:
      "If Latchkey starts at login, turn that off in the system's login items, or run Latchkey's own uninstaller. This command can't do it.",
    askWhetherRunning:
      'Latchkey used this data directory on other-laptop and has not reported for an hour or more. Is it still running there? [y/N] ',
  })
})
