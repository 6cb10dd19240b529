// Messages of the terminal room for people: lines about sign-ins, answers to commands, and reports.

/** At the start, for a person. Programs read `--json`. */
export const GREETING = {
  serves: (version: string, url: string, hasIpv6: boolean) =>
    `Latchkey ${version} serves this computer's apps at ${url}` +
    `${hasIpv6 ? '' : ' (IPv4 only: this computer has no IPv6)'}.`,
  demo: (issuer: string | null) =>
    `Sign-ins use the built-in demo provider (${issuer}), not an account of yours.`,
  provider: (issuer: string) => `Sign-ins use ${issuer}.`,
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
  openLinkYourself: 'Sign in with your browser. Open this link in it:',
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
  browserIsBack: 'Your browser is back. Finishing the sign-in…',
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

/** Answers to commands. */
export const ANSWERS = {
  quit: 'Latchkey is quitting.',
  noCommand: (typed: string, commands: readonly string[]) =>
    `There is no command ${JSON.stringify(typed)}. The commands are: ${commands.join(', ')}.`,
  cancelled: SIGN_IN_LINES.cancelled,
  nothingToCancel: 'There is no sign-in to cancel.',
  signingOut: 'Signing out.',
  notSignedIn: 'Nobody is signed in.',
  status: 'This is the status.',
  opened: 'The link was opened again.',
  link: 'This is the link.',
  noLink: 'No sign-in is waiting, so there is no link.',
  started: 'The sign-in has started.',
  replaced: 'This sign-in replaces the one that was waiting. The old link no longer works.',
  notStarted: 'The sign-in could not be started.',
  help: [
    'sign-in           Sign in, or sign in again.',
    'sign-in-as-other  Sign in as someone else.',
    'open              Open the sign-in link again.',
    'link              Print the sign-in link.',
    "cancel            Cancel the current sign-in, yours or an app's.",
    'status            Show who is signed in.',
    'sign-out          Sign out, here and at the provider.',
    'quit              Quit Latchkey. A stored session is kept.',
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
