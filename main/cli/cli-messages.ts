// Messages of the command line for people.

/** About the command line itself. Exit code 2. */
export const USAGE_MESSAGES = {
  noCommand: 'Name a command. latchkey help lists them.',
  unknownCommand: (word: string, near: string | null) =>
    `There is no command ${word}.${near === null ? '' : ` Did you mean ${near}?`} latchkey help lists ` +
    'the commands.',
  unknownFlag: (command: string, flag: string, near: string | null) =>
    `${command} has no flag ${flag}.${near === null ? '' : ` Did you mean ${near}?`}`,
  flagNeedsValue: (flag: string, value: string) => `${flag} needs a value: ${flag} ${value}.`,
  switchTakesNoValue: (flag: string) => `${flag} takes no value.`,
  tooManyArguments: (command: string, word: string) =>
    `${command} does not take ${JSON.stringify(word)}. latchkey help ${command} shows its arguments.`,
  missingArgument: (command: string, name: string) =>
    `${command} needs ${name}. latchkey help ${command} says more.`,
  keyAsArgument:
    'A key must not be given on the command line, because other programs can read it there. Use --key-file.',
  notSeconds: (flag: string) => `${flag} must be a whole number of seconds, at most 31536000.`,
  needsForget: (word: string) => `apps does not take ${JSON.stringify(word)}. Use apps forget APP.`,
  keyFile: (path: string, error: string) => `The key file ${path} can't be read: ${error}.`,
  keyInsteadOfFile:
    'LATCHKEY_KEY_FILE must be the path of a file, not the key. For the key itself, use LATCHKEY_KEY.',
  keyFileOpen: (path: string) =>
    `Other users can read the key file ${path}. Make it private first: chmod 600 ${path}`,
  keyFileOfOther: (path: string) => `The key file ${path} belongs to another user.`,
  noKeyIn: (place: string) =>
    `${place} does not contain a whole key: a key is latchkey_ followed by 43 characters.`,
  emptyKey: (place: string) => `${place} is empty.`,
  notAccountId: (word: string) =>
    `${JSON.stringify(word)} is not an account's ID. latchkey accounts lists the IDs.`,
  needsApp: 'apps forget needs APP. latchkey help apps says more.',
  providerAsWord: (name: string) => `Use sign-in --provider ${name}.`,
  accountAsWord: (command: string, id: string) => `Use ${command} --account ${id}.`,
  signOutAll: 'sign-out all works only in headless. Use sign-out --account ID for each account.',
  unknownGlobalFlag: (flag: string) =>
    `There is no flag ${flag}. latchkey help lists the commands.`,
  noShortVersion: 'There is no flag -v. For the version: latchkey --version.',
}

/** Where a program listens: on a port, or at the path of a Unix socket. */
const toPlace = (place: number | string): string =>
  typeof place === 'number' ? `on port ${place}` : `at ${place}`

/** About the agent that a command talks to. */
export const AGENT_MESSAGES = {
  none: (directory: string) =>
    `Latchkey is not running with the data directory ${directory}. Start it: add --start, or run ` +
    'latchkey headless.',
  gone: (directory: string) =>
    `Latchkey is not running: nothing listens at the address in ${directory}/service.json. Start it ` +
    'again: add --start, or run latchkey headless.',
  fileOfOther: (path: string) =>
    `Other users can write ${path}, so it may lead to a program of theirs. The command sent nothing.`,
  otherUser: (port: number) =>
    `Another user's program listens on port ${port}, where your Latchkey should. The command sent nothing.`,
  notProven: (place: number | string) =>
    `The program ${toPlace(place)} can't prove that it is your Latchkey. The command sent nothing. If it is ` +
    'an older version, restart Latchkey.',
  silent: (place: number | string) =>
    `The program ${toPlace(place)} does not answer as your Latchkey would. The command sent nothing.`,
  waitsForAnswer:
    'Waiting. Latchkey may be asking you whether to allow this: see its window or its terminal.',
  waitsForBrowser: (log: string) =>
    "Waiting for you to sign in. If no browser opened, Latchkey's window or terminal shows the link. If " +
    `Latchkey runs in the background, the link is in ${log}.`,
  validForLess: (seconds: number, wanted: number) =>
    `The token is valid for only ${seconds} seconds, not ${wanted}.`,
  lost: 'Latchkey closed the connection.',
  notUnderstood: "Latchkey's answer could not be understood.",
  streamClosed: 'You no longer allow this command to know who is signed in.',
}

/** What problems of the API mean to a person at the command line. */
export const PROBLEM_MESSAGES = {
  nobodyToAsk:
    "Latchkey runs in the background, so it can't ask you. Pass a key with --key-file. To create one, stop " +
    'Latchkey, and start the tray app, or latchkey headless in a terminal.',
  nobodyToAskToManage:
    "Latchkey runs in the background, so it can't ask you. Stop it, and start the tray app, or latchkey " +
    'headless in a terminal.',
  wrongKey: (place: string) =>
    `The key in ${place} is not valid: it was taken back, or belongs to another Latchkey. Create a new one ` +
    'with latchkey key NAME.',
  denied:
    'You denied this command. Latchkey will ask again after a while, or once you forget the denial in its ' +
    'window or terminal.',
  unanswered: 'Latchkey asked whether to allow this command, but nobody answered. Try again later.',
  locked: 'The screen is locked. Try again when it is unlocked.',
  noSuchAccount: 'No account has this ID. latchkey accounts lists the IDs.',
  keyOfOther: 'The key belongs to another account than the one that you named.',
}

/** About an agent that --start starts. */
export const START_MESSAGES = {
  started: (pid: number) => `Latchkey now runs in the background (process ${pid}).`,
  ended: (code: string, lastLine: string | null) =>
    `Latchkey could not start (${code})${lastLine === null ? '.' : `: ${lastLine}`}`,
  tooSlow: (log: string) =>
    `Latchkey has started but does not answer yet. Its output is in ${log}.`,
  noLog: (log: string, error: string) => `${log} can't be written (${error}).`,
  appImageGone: "The AppImage's file is no longer where it was started from. Start it again.",
  logNotOwn: (log: string) =>
    `${log} belongs to another user, or has a second name elsewhere. Latchkey did not change it. Delete it.`,
  logNotRegular: (log: string) => `${log} is not a regular file.`,
}

/** About what git and kubectl ask for. */
export const CREDENTIAL_MESSAGES = {
  unusualToken: "The token contains characters that git can't handle.",
  noAccount: (provider: string) =>
    `No account at ${provider} is signed in. If it is not your default account, use a key, or name the ` +
    'account by its ID.',
  noHosts: 'No host was given. Use --git-host HOST=ACCOUNT, or the setting gitHosts.',
  badExecInfo:
    'KUBERNETES_EXEC_INFO names no version of ExecCredential that Latchkey knows: ' +
    'client.authentication.k8s.io/v1 or v1beta1.',
}

/** Answers to commands, on stdout. */
export const CLI_LINES = {
  columns: {
    id: 'ID',
    provider: 'Provider',
    state: 'State',
    account: 'Account',
    expires: 'Token expires',
  },
  states: {
    'signed-in': 'signed in',
    offline: 'offline',
    'renewal-failing': "can't renew",
    'needs-sign-in': 'expired',
    'signed-out': 'signed out',
  },
  signedOut: 'Nobody is signed in.',
  isSignedOut: 'Signed out.',
  isDefaultNow: (account: string) => `${account} is the default account now.`,
  forgotten: (app: string) => `${app} was forgotten.`,
}

/** Parts of the help. */
export const HELP_WORDS = {
  title: 'Latchkey signs you in through your browser, and gives programs tokens.',
  usage: 'Usage',
  commands: 'Commands',
  arguments: 'Arguments',
  flags: 'Flags',
  examples: 'Examples',
  exits: 'Exit codes',
  more: 'latchkey help COMMAND, or latchkey COMMAND --help, says more about a command.',
  trayApp:
    'Without a command, an installed latchkey starts the tray app, with the flags that ' +
    'latchkey headless --help lists.',
  settings: (command: string) =>
    `${command} takes the flags of all settings, too: latchkey ${command} --help lists them.`,
}
