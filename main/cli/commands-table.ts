// The table of commands. The help, the completions and the manual page are made from it: after a change,
// run `npm run completions`.

import type { ExitName } from './exit-codes.js'

export type CommandName =
  | 'token'
  | 'status'
  | 'sign-in'
  | 'sign-out'
  | 'accounts'
  | 'use'
  | 'events'
  | 'apps'
  | 'key'
  | 'git-credential'
  | 'kubectl-credential'
  | 'diagnose'
  | 'headless'
  | 'uninstall-data'
  | 'help'
  | 'version'

/** What can be completed in place of a value. */
export type Completion = 'file' | 'folder' | 'command' | readonly string[] | null

export type Argument = {
  /** In capitals: `ACCOUNT`. */
  name: string
  isOptional: boolean
  /** One line, without a full stop. */
  help: string
  completes: Completion
  /** True if it must be the ID of an account. */
  isAccountId?: true
}

export type Flag = {
  /** Without its leading hyphens: `key-file`. */
  name: string
  /** Without its leading hyphen. */
  short?: string
  /** The name of its value, in capitals; null for a switch. */
  value: string | null
  /** True if the flag may be given several times. */
  repeats?: true
  /** One line, without a full stop. */
  help: string
  completes: Completion
  /** True if its value must be the ID of an account. */
  isAccountId?: true
}

export type Command = {
  name: CommandName
  /** One line of at most 50 characters, without a full stop. */
  summary: string
  arguments: readonly Argument[]
  flags: readonly Flag[]
  /** True if the command takes the flags of the settings, too, as `headless` does. */
  takesSettings?: true
  /** Paragraphs for the help of the command and the manual page, unwrapped. */
  details: readonly string[]
  /** The exit codes that the command can have besides 0, 1 and 2. */
  exits: readonly ExitName[]
  examples: readonly string[]
}

const HELP: Flag = {
  name: 'help',
  short: 'h',
  value: null,
  help: 'print the help of the command',
  completes: null,
}
const DATA_DIR: Flag = {
  name: 'data-dir',
  value: 'FOLDER',
  help: 'the data directory of the Latchkey to talk to',
  completes: 'folder',
}
/** Of the commands that use the directory themselves. */
const OWN_DATA_DIR: Flag = { ...DATA_DIR, help: 'the data directory' }
/** So that an alias with a data directory fits every command. */
const ANY_DATA_DIR: Flag = { ...DATA_DIR, help: 'has no effect here' }
const JSON_OUTPUT: Flag = {
  name: 'json',
  value: null,
  help: 'print one JSON object',
  completes: null,
}
const KEY_FILE: Flag = {
  name: 'key-file',
  value: 'FILE',
  help: 'a file with a key, which only you can read',
  completes: 'file',
}
const ACCOUNT: Flag = {
  name: 'account',
  value: 'ID',
  help: 'the account; the default one if left out',
  completes: null,
  isAccountId: true,
}
const SCOPE: Flag = {
  name: 'scope',
  value: 'SCOPES',
  help: 'some of the scopes that were granted, separated by spaces',
  completes: null,
}
const GIT_HOST: Flag = {
  name: 'git-host',
  value: 'HOST=ACCOUNT',
  repeats: true,
  help: 'a host and its account, in place of gitHosts; repeatable',
  completes: null,
}
const PROVIDER: Flag = {
  name: 'provider',
  value: 'NAME',
  help: 'the name of a provider in the settings',
  completes: null,
}

const START: Flag = {
  name: 'start',
  value: null,
  help: 'start Latchkey in the background if it is not running',
  completes: null,
}

/** Of every command that asks the agent. */
const CALL_FLAGS: readonly Flag[] = [JSON_OUTPUT, START, DATA_DIR, HELP]
const CALL_EXITS: readonly ExitName[] = ['noAgent', 'wrongAgent', 'notAllowed']

const ASKS =
  'Latchkey asks you each time whether to allow this, because any program can run this command. A ' +
  'key replaces the question: pass it with --key-file, LATCHKEY_KEY_FILE or LATCHKEY_KEY.'
const ASKS_ALWAYS =
  'Latchkey asks you each time whether to allow this, because any program can run this command. No ' +
  'key replaces this question.'

export const COMMANDS: readonly Command[] = [
  {
    name: 'token',
    summary: 'print an access token, valid for at least a minute',
    arguments: [],
    flags: [
      ACCOUNT,
      SCOPE,
      { name: 'audience', value: 'NAME', help: 'the audience of the token', completes: null },
      {
        name: 'min-validity',
        value: 'SECONDS',
        help: 'how long it must be valid, if possible [60]',
        completes: null,
      },
      { name: 'id-token', value: null, help: 'print the ID token', completes: null },
      KEY_FILE,
      ...CALL_FLAGS,
    ],
    details: [
      'Prints the token alone. Latchkey renews the session first if the token would expire too soon.',
      ASKS,
    ],
    exits: [...CALL_EXITS, 'notSignedIn'],
    examples: [
      'token=$(latchkey token) && \\',
      '  printf \'Authorization: Bearer %s\\n\' "$token" | \\',
      '  curl -H @- https://api.example.com',
      'latchkey token --key-file ~/.config/backup.key --min-validity 600',
    ],
  },
  {
    name: 'status',
    summary: 'print who is signed in',
    arguments: [],
    flags: [ACCOUNT, KEY_FILE, ...CALL_FLAGS],
    details: [ASKS, 'The exit code is 5 if nobody is signed in, or if the session has expired.'],
    exits: [...CALL_EXITS, 'notSignedIn'],
    examples: ['latchkey status --json'],
  },
  {
    name: 'sign-in',
    summary: 'sign in with your browser',
    arguments: [],
    flags: [PROVIDER, ACCOUNT, KEY_FILE, ...CALL_FLAGS],
    details: [
      'Opens the provider in your browser, and waits until you are signed in. If the account is ' +
        'signed in already, no browser is opened.',
    ],
    exits: [...CALL_EXITS, 'notSignedIn'],
    examples: ['latchkey sign-in --provider work'],
  },
  {
    name: 'sign-out',
    summary: 'sign out an account',
    arguments: [],
    flags: [ACCOUNT, KEY_FILE, ...CALL_FLAGS],
    details: [ASKS],
    exits: [...CALL_EXITS, 'notSignedIn'],
    examples: ['latchkey sign-out --account k3vq7mzd'],
  },
  {
    name: 'accounts',
    summary: 'list the accounts and their IDs',
    arguments: [],
    flags: [KEY_FILE, ...CALL_FLAGS],
    details: [ASKS],
    exits: CALL_EXITS,
    examples: ['latchkey accounts --json'],
  },
  {
    name: 'use',
    summary: 'make an account the default',
    arguments: [
      {
        name: 'ACCOUNT',
        isOptional: false,
        help: 'the ID of the account',
        completes: null,
        isAccountId: true,
      },
    ],
    flags: CALL_FLAGS,
    details: [ASKS_ALWAYS],
    exits: [...CALL_EXITS, 'notSignedIn'],
    examples: ['latchkey use k3vq7mzd'],
  },
  {
    name: 'events',
    summary: 'print each change of the session',
    arguments: [],
    flags: [
      ACCOUNT,
      KEY_FILE,
      { ...JSON_OUTPUT, help: 'print one JSON object per line' },
      START,
      DATA_DIR,
      HELP,
    ],
    details: [
      'Prints the session now, and again at each change, until you stop it or Latchkey quits (code 1).',
      ASKS,
    ],
    exits: [...CALL_EXITS, 'notSignedIn'],
    examples: ['latchkey events --json | while read -r line; do …; done'],
  },
  {
    name: 'apps',
    summary: 'list the apps and keys, or forget one',
    arguments: [
      {
        name: 'forget',
        isOptional: true,
        help: 'take back what APP was allowed',
        completes: ['forget'],
      },
      { name: 'APP', isOptional: true, help: 'the ID or the name of an app', completes: null },
    ],
    flags: CALL_FLAGS,
    details: [ASKS_ALWAYS],
    exits: CALL_EXITS,
    examples: ['latchkey apps', 'latchkey apps forget backup'],
  },
  {
    name: 'key',
    summary: 'create a key for a program, and print it once',
    arguments: [
      { name: 'NAME', isOptional: false, help: 'a name for the list of apps', completes: null },
    ],
    flags: [ACCOUNT, SCOPE, ...CALL_FLAGS],
    details: [
      'A program that has the key gets access tokens without asking you, and ID tokens, which prove who ' +
        'you are. With --scope, it gets ID tokens only if openid is one of the scopes. Keep the key in a ' +
        'file that only you can read, and forget it if it leaks. In the example, set -C keeps a file that ' +
        'already exists.',
      ASKS_ALWAYS,
    ],
    exits: [...CALL_EXITS, 'notSignedIn'],
    examples: ['(umask 077; set -C; latchkey key backup > ~/.config/backup.key)'],
  },
  {
    name: 'git-credential',
    summary: 'give git a token in place of a password',
    arguments: [
      {
        name: 'ACTION',
        isOptional: false,
        help: 'the action that git asks for: get; store and erase do nothing',
        completes: ['get', 'store', 'erase'],
      },
    ],
    flags: [GIT_HOST, KEY_FILE, START, DATA_DIR, HELP],
    details: [
      'Git runs this command, and writes its request to standard input. Only the https hosts in ' +
        'the setting gitHosts get an access token, each of its own account. --git-host names hosts in place ' +
        'of the setting, so that the configuration of git can have them.',
      ASKS,
    ],
    exits: [...CALL_EXITS, 'notSignedIn'],
    examples: [
      "git config --global credential.https://git.example.com.helper ''",
      'git config --global --add credential.https://git.example.com.helper \\',
      "'!latchkey git-credential --git-host git.example.com=work --key-file ~/my.key'",
    ],
  },
  {
    name: 'kubectl-credential',
    summary: 'give kubectl an ID token',
    arguments: [],
    flags: [ACCOUNT, KEY_FILE, START, DATA_DIR, HELP],
    details: [
      'kubectl runs this command, as exec in a kubeconfig. The answer is an ExecCredential with the ' +
        'ID token, which kubectl uses until the token expires.',
      ASKS,
    ],
    exits: [...CALL_EXITS, 'notSignedIn'],
    examples: [
      'kubectl config set-credentials me --exec-command=latchkey \\',
      '  --exec-arg=kubectl-credential --exec-interactive-mode=Never \\',
      '  --exec-arg=--key-file=$HOME/.config/latchkey-kubectl.key \\',
      '  --exec-api-version=client.authentication.k8s.io/v1',
    ],
  },
  {
    name: 'diagnose',
    summary: 'find out what is wrong',
    arguments: [],
    flags: [{ ...JSON_OUTPUT, help: 'print the diagnosis as JSON' }, OWN_DATA_DIR, HELP],
    takesSettings: true,
    details: [
      'Prints what works on this computer and what does not, and saves it as diagnosis.txt in the ' +
        'data directory.',
    ],
    exits: [],
    examples: ['latchkey diagnose'],
  },
  {
    name: 'headless',
    summary: 'run Latchkey in this terminal, without a tray',
    arguments: [],
    flags: [{ ...JSON_OUTPUT, help: 'print one JSON object per line' }, OWN_DATA_DIR, HELP],
    takesSettings: true,
    details: [
      'Type help to list the commands that it reads. Exit code 3 means that another Latchkey uses ' +
        'the data directory.',
    ],
    exits: [],
    examples: ['latchkey headless --issuer https://login.example.com --client-id my-app'],
  },
  {
    name: 'uninstall-data',
    summary: 'sign out everywhere and delete all stored data',
    arguments: [],
    flags: [OWN_DATA_DIR, HELP],
    takesSettings: true,
    details: ['Asks the providers to end the sessions, and deletes the settings, too.'],
    exits: [],
    examples: ['latchkey uninstall-data'],
  },
  {
    name: 'help',
    summary: 'print this help, or the help of a command',
    arguments: [
      { name: 'COMMAND', isOptional: true, help: 'the name of a command', completes: 'command' },
    ],
    flags: [ANY_DATA_DIR, HELP],
    details: [],
    exits: [],
    examples: ['latchkey help token'],
  },
  {
    name: 'version',
    summary: 'print the version',
    arguments: [],
    flags: [JSON_OUTPUT, ANY_DATA_DIR, HELP],
    details: [],
    exits: [],
    examples: [],
  },
]

/** Finds a command by its name; undefined if there is none. */
export function findCommand(name: string): Command | undefined {
  return COMMANDS.find((command) => command.name === name)
}
