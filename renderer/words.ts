// Every word of the window, in one table. index.html takes its own from here by `data-words`.

import type { AccountState, AppView, WindowStatus } from '../main/ipc.js'

type State = WindowStatus['status']['state']

/** A label, and the hint under it. */
type Labelled = readonly [label: string, hint: string]

/** What each state is called, and what its text says unless a reason takes its place. */
export const STATE_WORDS: { readonly [S in State]: { heading: string; text: string } } = {
  'signed-out': {
    heading: 'You are not signed in',
    text: 'Sign in once, in your own browser, for all apps on this computer that work with Latchkey.',
  },
  waiting: {
    heading: 'Waiting for your browser',
    text: 'Sign in on the page that opens there. This window updates automatically.',
  },
  answered: {
    heading: 'Checking the answer',
    text: "Latchkey is checking the answer from your browser. You don't need to do anything.",
  },
  exchanging: {
    heading: 'Finishing the sign-in',
    text: "Your provider is confirming who you are. You don't need to do anything.",
  },
  'signed-in': {
    heading: 'You are signed in',
    text: 'The apps on this computer that work with Latchkey can use this session.',
  },
  offline: {
    heading: 'Signed in, but offline',
    text: "Your session can't be renewed right now. Latchkey keeps trying.",
  },
  'renewal-failing': {
    heading: "Your session can't be renewed",
    text: "Latchkey keeps trying. If that doesn't help, sign in again.",
  },
  'needs-sign-in': { heading: 'Session expired', text: 'Sign in again to continue.' },
  failed: {
    heading: 'Sign-in failed',
    text: "Nothing was saved. Sign in again when you're ready.",
  },
}

/** The list of several accounts, and one of them. */
export const ACCOUNTS = {
  heading: (count: number) => `${count} accounts`,
  /** What the list's text says, by the state of the account with the most serious problem. */
  texts: {
    'signed-in': 'The apps on this computer that work with Latchkey can use these sessions.',
    offline: "A session can't be renewed right now. Latchkey keeps trying.",
    'renewal-failing': "A session can't be renewed. Latchkey keeps trying.",
    'needs-sign-in': 'A session has expired. Open its account to sign in again.',
  } satisfies Record<AccountState, string>,
  states: {
    'signed-in': 'Signed in',
    offline: 'Signed in (offline)',
    'renewal-failing': "Signed in (can't renew)",
    'needs-sign-in': 'Session expired',
  } satisfies Record<AccountState, string>,
  /** For screen readers: an account that needs the person. */
  ofState: (name: string, state: string) => `${name}: ${state}.`,
  default: 'Default',
  defaultDetail: 'Apps get this account unless they ask for another one.',
} as const

/** Someone other than the expected person signed in. */
export const PERSON = {
  heading: 'Keep this account?',
  keep: 'Keep',
  discard: 'Discard',
} as const

/** Where an account can be added. */
export const ADD = {
  heading: 'Add account',
  intro: 'Choose a provider. The account is added after you sign in there.',
} as const

/** The question before signing out everywhere, and the result. */
export const SIGN_OUT = {
  heading: 'Sign out everywhere?',
  intro: 'These accounts are signed out here and at their providers:',
  /** `account`: a name, with the email address if there is one. */
  line: (account: string, provider: string) => `${account}, ${provider}`,
  end: 'Every app that uses them is signed out, too.',
  forgetsApps: 'Also forget the apps and keys that you have allowed',
  signingOut: 'Signing out everywhere…',
  done: 'You are signed out everywhere.',
  partHeading: 'You are signed out here',
  partIntro: 'These sessions were not ended at the provider:',
} as const

export const STATUS = {
  signedInAs: (name: string) => `You are signed in as ${name}`,
  noProvider: 'No provider is set up yet',
  noAnswer: {
    heading: "Latchkey isn't responding",
    text: "Close this window and open it again. If that doesn't help, quit Latchkey and start it again.",
  },
  /** An app asks for a sign-in beside the session. */
  askingHint: (left: string) => `Sign in with your browser: ${left} left.`,
  askingReason: (reason: string, left: string) => `${reason} ${left} left.`,
  helpQuestion: 'Does your browser show an error page?',
  helpRedirect:
    "If the page is your provider's, the provider probably doesn't know this redirect URI:",
  localService: 'Local service',
  version: 'Version',
} as const

/** The labels and values of the facts about the session and the settings. */
export const FACTS = {
  timeLeft: 'Time left',
  account: 'Account',
  lastAccount: 'Last account',
  provider: 'Provider',
  demoProvider: 'Demo provider',
  demoDetail: 'with made-up people',
  scopes: 'Scopes',
  renews: 'Renews',
  renewsAt: (time: string) => `Automatically at ${time}`,
  renewsOn: (day: string) => `Automatically on ${day}`,
  retrying: 'Retrying',
  expires: 'Expires',
  expired: 'Expired',
  expiredDetail: "Apps wait until it's renewed.",
  storedIn: 'Stored in',
  clientId: 'Client ID',
  redirectPorts: 'Redirect ports',
  none: 'None yet',
  anyPort: 'Any free port',
} as const

/** Where the session is stored, for {@link FACTS.storedIn}. */
export const TIERS: { readonly [Tier in WindowStatus['storage']['tier']]: string } = {
  keyring: 'System keyring',
  passphrase: 'File, encrypted with your passphrase',
  'key-file': 'File, without a keyring',
  memory: 'Memory only',
}

/** The question about an app. The main process gives the rest of its words. */
export const CONSENT = {
  /** In the banner, beside another view. */
  answer: 'Answer',
  left: (time: string) => `${time} left.`,
} as const

/** The apps and keys that may have tokens, and those that were denied. */
export const APPS = {
  heading: 'Apps',
  intro: 'These apps and keys can use your account without asking you again.',
  empty: 'No app has been allowed yet. Latchkey asks you when an app wants to use your account.',
  kinds: { program: 'App', key: 'Key', denied: 'Denied' } satisfies Record<AppView['kind'], string>,
  facts: {
    path: 'Path',
    script: 'Says it is',
    account: 'Account',
    purposes: 'May have',
    scope: 'Scopes',
    allowed: 'Allowed',
    used: 'Last used',
    changed: 'Changed',
    until: 'Asks again',
  },
  never: 'Never',
  changedAt: (time: string) => `Its file has changed since you allowed it: ${time}`,
  forget: 'Forget',
  forgetNamed: (name: string) => `Forget ${name}`,
  forgotten: (name: string) => `${name} was forgotten.`,
  createKey: 'Create a key',
} as const

/** The form for a key. */
export const KEY = {
  heading: 'Create a key',
  intro:
    "A key is for a program that Latchkey can't recognize, such as a script that runs curl. Whoever has " +
    'the key gets access tokens for the account without asking you, and ID tokens, which prove to other ' +
    'services who you are.',
  fields: {
    name: ['Name of the key', 'What the key is for, such as nightly backup.'],
    scope: [
      'Limit tokens to',
      'Scopes, separated by spaces. Empty: all that you have granted. Without openid, the key gives no ID ' +
        'tokens.',
    ],
  } satisfies Record<string, Labelled>,
  account: 'Account',
  accountAt: (name: string, provider: string) => `${name} (${provider})`,
  missingName: 'Enter a name.',
  create: 'Create key',
  madeHeading: (name: string) => `The key for ${name}`,
  madeText:
    'Copy it now: it is not shown again. Programs send it with each request, as Authorization: Bearer.',
  copy: 'Copy the key',
} as const

export const BUTTONS = {
  signIn: 'Sign in',
  signInAgain: 'Sign in again',
  signInAsOther: 'Sign in as someone else',
  openAgain: 'Open the link again',
  copyLink: 'Copy sign-in link',
  signInAt: (provider: string) => `Sign in at ${provider}`,
  addAccount: 'Add account',
  makeDefault: 'Make default',
  cancel: 'Cancel',
  signOut: 'Sign out',
  signOutAndForget: 'Sign out and forget its apps',
  apps: 'Apps',
  signOutEverywhere: 'Sign out everywhere',
  createReport: 'Create report',
  keepWithoutKeyring: 'Choose in Settings',
  restart: 'Restart Latchkey',
  settings: 'Settings',
  back: 'Back',
  done: 'Done',
  copy: 'Copy',
  copied: 'Copied',
  copyService: 'Copy the address of the local service',
  copyRedirectUri: 'Copy the redirect URI',
} as const

/** Said for a moment, or where something did not work. */
export const NEWS = {
  copied: 'Copied.',
  saved: 'Saved.',
  removed: (name: string) => `${name} was removed.`,
  didNotWork: "That didn't work. Try again. If it happens again, quit Latchkey and start it again.",
  settingsUnreadable: "The settings couldn't be read. Close this window and open it again.",
} as const

export const PASTE = {
  label: "Address of the page that can't be loaded",
  hint: "Copy the whole address from your browser's address bar and paste it here.",
  continue: 'Continue',
} as const

export const SETTINGS = {
  heading: 'Settings',
  choices: {
    startAtLogin: ['Start Latchkey when you log in', ''],
    notifications: [
      'Show notifications',
      'When a sign-in ends or you need to sign in again, unless this window is in front.',
    ],
    endSession: [
      'Sign out at the provider too',
      "Signing out here also opens your provider's sign-out page in your browser.",
    ],
    keepWithoutKeyring: [
      'Store the session without a keyring',
      'If no keyring can be used, the session is stored in a file. Any program that runs as you could read it.',
    ],
    asksForConsent: [
      'Ask before an app gets a token',
      'Off: every program that runs as you gets tokens without asking you.',
    ],
    pauseWhenLocked: [
      'While the screen is locked, give apps nothing',
      'Not even to apps and keys that you have allowed.',
    ],
  } satisfies Record<string, Labelled>,
  storedNow: (tier: string) => `Currently stored in: ${tier}.`,
  lockedBy: (origin: string) => `Set by ${origin}, so it can't be changed here.`,
  providers: 'Providers',
  changeProvider: 'Change provider',
  addProvider: 'Add provider',
  /** Beside a provider in the list. */
  change: 'Change',
  changeNamed: (name: string) => `Change ${name}`,
  removeData: "Remove Latchkey's data",
  file: 'The settings are stored in',
} as const

/** The form that a provider is set up with. */
export const PROVIDER = {
  heading: 'Your provider',
  addHeading: 'Add a provider',
  intro:
    'Latchkey signs you in at your own OpenID provider. Register a native application there, if ' +
    'possible without a secret, with this redirect URI:',
  noRedirectUri: '(It appears here once the redirect ports, host and path are valid.)',
  trial:
    'To try Latchkey with a demo provider first, run `npm start` in a copy of its source code. ' +
    "Packages don't include the demo.",
  more: 'Advanced settings',
  save: 'Save',
  remove: 'Remove provider',
  warning: 'Changing the provider or the client ID signs you out.',
  fields: {
    issuer: ['Issuer', 'Exactly as your provider spells it: https://login.example.com'],
    clientId: ['Client ID', 'From the application that you registered there.'],
    name: ['Name', "Your own name for this provider, such as work. Empty: the issuer's host."],
    clientSecret: [
      'Client secret',
      "Only if your provider requires one. It's stored in the settings file, which only you can read.",
    ],
    scope: ['Scopes', 'What to request, separated by spaces.'],
    audience: ['Audience', 'The API that the access token is for, if your provider asks for one.'],
    redirectPort: [
      'Redirect ports',
      'The ports that you registered, separated by commas: 8400, 8401. Empty: any free port.',
    ],
    redirectHost: ['Redirect host', '127.0.0.1, localhost or [::1], as you registered it.'],
    redirectPath: ['Redirect path', 'As you registered it.'],
    prompt: [
      'Prompt',
      'What your provider should ask for each time: login, consent or select_account.',
    ],
    authorizationParameters: [
      'Additional parameters',
      'Added to the sign-in link: access_type=offline. Separate several with &.',
    ],
  } satisfies Record<string, Labelled>,
  ifEmpty: (hint: string, usual: string) => `${hint} Empty: ${usual}`,
  missingIssuer: 'Enter the address of your provider.',
  missingClientId: 'Enter the client ID from your provider.',
  replace: (blank: string) => `Replace ${blank} with your own.`,
  test: 'Test',
  testing: 'Testing your provider…',
  works: 'This provider works.',
  useSpelling: 'Use this spelling',
  list: 'Provider',
  choose: 'Choose your provider',
  other: 'Another OpenID provider',
  guide: (name: string) => `How to register at ${name}`,
  guideLink: "If your browser doesn't open:",
  known: (name: string) => `${name}, according to its documentation:`,
  filledIn: (labels: string) => `Filled in under Advanced settings: ${labels}.`,
} as const

export const REPORT = {
  heading: 'Report',
  intro:
    'What Latchkey found on this computer, for the person who helps you. It contains no passwords, ' +
    'tokens or other secrets.',
  label: 'The report',
  creating: 'Checking this computer and your provider…',
  failed: "The report couldn't be created.",
  ready: 'The report is ready.',
  copy: 'Copy the report',
  again: 'Create again',
} as const

export const REMOVAL = {
  heading: "Remove Latchkey's data?",
  end: "Then Latchkey quits. This can't be undone. The program itself stays until you uninstall it.",
  remove: 'Remove and quit',
  anyway: 'Remove without signing out',
  tryAgain: 'Try again',
  signingOut: 'Signing out at your provider…',
  nothingYet: (message: string) => `${message} Nothing has been removed yet.`,
} as const

/** The question before a provider is removed. */
export const PROVIDER_REMOVAL = {
  heading: (name: string) => `Remove ${name}?`,
  nobody: 'No one is signed in there.',
  signsOut: 'This signs out:',
  remove: 'Remove provider',
} as const

/** All of it, for index.html and for the spec that pins it. */
export const WORDS = {
  STATE_WORDS,
  ACCOUNTS,
  PERSON,
  ADD,
  SIGN_OUT,
  STATUS,
  CONSENT,
  APPS,
  KEY,
  FACTS,
  TIERS,
  BUTTONS,
  NEWS,
  PASTE,
  SETTINGS,
  PROVIDER,
  PROVIDER_REMOVAL,
  REPORT,
  REMOVAL,
} as const
