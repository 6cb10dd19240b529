// Messages of the terminal room for people: lines about sign-ins, answers to commands, and reports.

import { formatChoices, formatList } from '../base/format-list.js'

/** At the start, for a person. Programs read `--json`. */
export const GREETING = {
  serves: (version: string, url: string, hasIpv6: boolean) =>
    `Latchkey ${version} serves this computer's apps at ${url}` +
    `${hasIpv6 ? '' : ' (IPv4 only: this computer has no IPv6)'}.`,
  demo: (issuer: string | null) =>
    `Sign-ins use the built-in demo provider (${issuer}), not a real account.`,
  provider: (issuer: string) => `Sign-ins use ${issuer}.`,
  providers: (providers: readonly { name: string; issuer: string }[]) =>
    `Sign-ins use ${formatChoices(providers.map(({ name, issuer }) => `${name} (${issuer})`))}. ` +
    'To choose one, type sign-in and its name.',
  noProvider: (hasDemo: boolean) =>
    'No provider is configured. Start Latchkey with --issuer and --client-id' +
    `${hasDemo ? ', or with --demo' : ''}.`,
  howToRegister: (providers: string) => `docs/providers.md says what to register at ${providers}.`,
  storedSession: 'The session is stored on this computer, encrypted with your passphrase.',
  inBackground:
    'Latchkey is running in the background, so it reads no commands from this terminal.',
}

/** About the session and about sign-ins. */
export const SIGN_IN_LINES = {
  openLink: 'Sign in with your browser. If it does not open, open this link:',
  openLinkYourself: 'To sign in, open this link in your browser:',
  appOpenLink: (asked: string) => `${asked}. If your browser does not open, open this link:`,
  appOpenLinkYourself: (asked: string) => `${asked}. Open this link in your browser:`,
  waitingThere: (timeLeft: string) =>
    `Waiting for your browser: ${timeLeft} left. Type cancel to stop.`,
  redirect: (redirectUri: string, registration: string | null) =>
    `Your browser will return to ${redirectUri}.` +
    (registration === null
      ? ''
      : ` If your provider shows an error page instead, it may not know that address. ${registration}`),
  pasteHere: "If your browser can't load that page, paste its address here.",
  waiting: (timeLeft: string) => `Waiting for you to sign in: ${timeLeft} left.`,
  appWaits: (asked: string, timeLeft: string) =>
    `${asked}. ${timeLeft} left. Type open, link or cancel.`,
  resumed: 'The app is waiting for this sign-in again. Finish it in your browser.',
  finishing: 'Finishing the sign-in…',
  browserIsBack: 'Your browser has answered. Finishing the sign-in…',
  cancelled: 'The sign-in was cancelled.',
  signedIn: (account: string) => `Signed in as ${account}.`,
  signedInRenewing: (account: string) =>
    `Signed in as ${account}. The session renews automatically.`,
  signedInUntil: (account: string, time: string) => `Signed in as ${account}, until ${time}.`,
  signedOut: 'You are signed out.',
  notSignedIn: 'Not signed in.',
  typeSignIn: 'Type sign-in to start.',
  typeSignInAgain: 'Type sign-in to sign in again.',
  staysSignedIn: 'You stay signed in. Latchkey keeps trying to renew the session.',
  signOutLink: 'To sign out at the provider too, open this link:',
  ctrlD: 'A sign-in is in progress, so Latchkey keeps running. Press Ctrl-C to quit.',
}

/** About several accounts. An account's name is a person's name and address. */
export const ACCOUNT_LINES = {
  none: 'Nobody is signed in.',
  columns: { id: 'ID', provider: 'Provider', state: 'State', account: 'Account' },
  states: {
    'signed-in': 'signed in',
    offline: 'offline',
    'renewal-failing': "can't renew",
    'needs-sign-in': 'expired',
  },
  legend: '* is the default account. Type use and an ID to change it.',
  others: (count: number) =>
    count === 1
      ? 'There is one more account. Type accounts to list both.'
      : `There are ${count} more accounts. Type accounts to list them.`,
  messageOf: (account: string, message: string) => `${account}: ${message}`,
  signedInToo: (account: string) => `${account} is signed in, too.`,
  signInAgain: (id: string) => `Type sign-in ${id} to sign in again.`,
  decide: (id: string, timeLeft: string) =>
    `Type keep ${id} or discard ${id}. Without an answer, Latchkey discards it in ${timeLeft}.`,
}

/** About programs that ask for tokens. Their words are in `main/present/consent-words.ts`. */
export const CONSENT_LINES = {
  title: (title: string) => `${title}.`,
  choose: (id: string, timeLeft: string) =>
    `Type allow ${id}, allow ${id} always or deny ${id}. ${timeLeft} left.`,
  chooseOnce: (id: string, timeLeft: string) => `Type allow ${id} or deny ${id}. ${timeLeft} left.`,
  legend: 'Type forget and an ID to take back what an app was allowed, or to be asked again.',
  newKey: (name: string) => `This is the key ${name}. Latchkey does not show it again:`,
  /** `scopes`: null if the key is for all scopes of the account. */
  keyGives: (scopes: readonly string[] | null) =>
    `Whoever has it gets access tokens ${scopes === null ? 'for the account' : nameScopes(scopes)}, and ` +
    (scopes === null || scopes.includes('openid')
      ? 'ID tokens, which prove who you are.'
      : 'no ID tokens.'),
  howToSend: 'An app sends it with each request, as the header Authorization: Bearer KEY.',
}

/** Answers to commands. */
export const ANSWERS = {
  quit: 'Latchkey is quitting.',
  /** `near`: the command that was probably meant. */
  noCommand: (typed: string, near: string | null, commands: readonly string[]) =>
    `There is no command ${JSON.stringify(typed)}. ` +
    (near === null ? `The commands are: ${commands.join(', ')}.` : `Did you mean ${near}?`),
  /** `command`: what to type instead; null if that is not known. */
  noFlags: (command: string | null) =>
    `Commands here take no flags. Type ${command ?? 'help to list the commands'}.`,
  typeInstead: (command: string) => `Type ${command}.`,
  cancelled: SIGN_IN_LINES.cancelled,
  nothingToCancel: 'There is no sign-in to cancel.',
  signingOut: (account: string) => `Signing out ${account}.`,
  /** `account`: the one that is the default after the sign-out. */
  becomesDefault: (account: string) => `${account} becomes the default account.`,
  notSignedIn: 'Nobody is signed in.',
  status: 'Here is the status.',
  opened: 'The link was opened again.',
  link: 'Here is the link.',
  noLink: 'No sign-in is waiting, so there is no link.',
  started: 'The sign-in has started.',
  replaced: 'This sign-in replaces the one that was waiting. The old link no longer works.',
  notStarted: 'The sign-in could not be started.',
  accounts: 'Here are the accounts.',
  noTarget: (typed: string, providers: readonly string[]) =>
    `There is no account or provider ${JSON.stringify(typed)}. ` +
    `${providers.length === 1 ? 'The provider is' : 'The providers are'} ${formatList(providers)}. ` +
    'Type accounts to list the accounts.',
  noAccount: (typed: string, ids: readonly string[]) =>
    `There is no account ${JSON.stringify(typed)}. ` +
    (ids.length === 0 ? 'Nobody is signed in.' : `The accounts are ${formatList(ids)}.`),
  severalAccounts: (typed: string, ids: readonly string[]) =>
    `Several accounts match ${JSON.stringify(typed)}. Type ${formatChoices(ids)}.`,
  needsId: (command: string) => `Type an ID after ${command}.`,
  signedOutEverywhere: 'All accounts are signed out.',
  noQuestion: (typed: string) =>
    `There is no account to keep or discard with the ID ${JSON.stringify(typed)}.`,
  allowHow: 'Only the word always can follow the ID.',
  noConsent: (typed: string) =>
    `No app with the ID ${JSON.stringify(typed)} is waiting for an answer.`,
  allowed: 'The app is allowed.',
  denied: 'The app is denied.',
  apps: 'Here are the apps.',
  needsApp: 'Type the ID or the name of an app after forget.',
  forgotten: (app: string) => `${app} was forgotten. Latchkey will ask about it again.`,
  keyForgotten: (name: string) => `The key ${name} was forgotten and no longer works.`,
  noApp: (typed: string) =>
    `There is no app or key ${JSON.stringify(typed)}. Type apps to list them.`,
  severalApps: (typed: string, ids: readonly string[]) =>
    `Several apps are named ${JSON.stringify(typed)}. Type forget and the ID of one: ` +
    `${formatChoices(ids)}.`,
  needsKeyName: 'Type a name for the key after key.',
  badKeyName: 'The name of a key must be 1 to 40 letters, digits, hyphens, underscores or dots.',
  keyNameTaken: (name: string) =>
    `There is already a key ${name}. Choose another name, or type forget ${name} first.`,
  noScope: (typed: string, granted: readonly string[]) =>
    `${JSON.stringify(typed)} is neither an account nor a granted scope. ` +
    `The granted scopes are: ${granted.join(' ')}.`,
  keyMade: 'The key was created.',
  signingOutAndForgetting: (account: string) =>
    `Signing out ${account} and forgetting the apps of this account.`,
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
}

/** The commands `diagnose` and `uninstall-data`, and questions. */
export const COMMAND_MESSAGES = {
  reportSaved: (path: string) =>
    `The report was saved to ${path}. It contains no secrets, so you can share it.`,
  reportNotSaved: (message: string) => `The report could not be saved: ${message}`,
  loginItemStays:
    "If Latchkey starts at login, turn that off in the system's login items, or run Latchkey's own " +
    "uninstaller. This command can't do it.",
  askWhetherRunning: (host: string) =>
    `Latchkey used this data directory on ${host} and has not reported for an hour or more. Is it ` +
    'still running there? [y/N] ',
}

function nameScopes(scopes: readonly string[]): string {
  return `for the scope${scopes.length === 1 ? '' : 's'} ${formatList(scopes)}`
}
