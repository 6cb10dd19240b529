// The words for people about programs that ask for tokens, in one table, for the window and the terminal.

import type {
  AskingProgram,
  ConsentEnd,
  ConsentQuestion,
  ConsentAction,
} from '../consent/consent.js'
import { printable } from '../base/printable.js'
import type { Doubt } from '../net/caller.js'
import type { Purpose } from '../storage/consent-store.js'

export const CONSENT_WORDS = {
  /** The title of a question. `app`: see {@link nameProgram}. */
  asks: (app: string) => `${app} asks to use your account`,
  /** The same, if nobody is signed in yet. */
  asksToSignIn: (app: string) => `${app} asks to sign in as you`,
  /** The same, for a program that wants to do something once. */
  asksTo: {
    'sign-out': (app) => `${app} asks to sign you out`,
    'list-accounts': (app) => `${app} asks to see your accounts`,
    'list-apps': (app) => `${app} asks to see your list of apps`,
    'make-default': (app) => `${app} asks to change the default account`,
    'forget-app': (app) => `${app} asks to forget an app`,
    'make-key': (app) => `${app} asks to create a key`,
  } satisfies Record<ConsentAction['kind'], (app: string) => string>,
  /** A program that was not found, or has no printable name. */
  unknownApp: 'An unknown app',

  /** What an app asks for. Each says everything that a consent gives. */
  purposes: {
    token:
      'Act for you with access tokens, prove who you are with ID tokens, and see your name and email ' +
      'address',
    'access-token': 'Act for you with access tokens, and see your name and email address',
    identity: 'See your name and email address',
    'id-token': 'Get an ID token, which proves to other services who you are',
    'sign-in': 'Sign in as you, without asking you',
    manage: 'Manage Latchkey',
  } satisfies Record<Purpose, string>,
  /** What a call would do if it wants nothing for itself. */
  actions: {
    signOut: 'Sign out this account, so that no app can use it until you sign in again',
    listAccounts: 'See all your accounts, with names and email addresses',
    listApps: 'See which apps and keys you allowed, and which apps you denied',
    makeDefault: 'Make this account the default, which apps get unless they ask for another one',
    forgetApp: (app: string, id: string | null) =>
      `Forget what you decided about ${app}${id === null ? '' : ` (${id})`}`,
    makeKey: (name: string, scope: string | null) =>
      `Create the key "${name}": whoever has it gets tokens for this account` +
      `${scope === null ? '' : ` (${scope})`} without asking you, until you forget it`,
  },
  /** The same in a list. */
  purposesInList: {
    token: 'access and ID tokens',
    'access-token': 'access tokens',
    identity: 'name and email',
    'id-token': 'ID tokens',
    'sign-in': 'silent sign-in',
    manage: 'Latchkey itself',
  } satisfies Record<Purpose, string>,

  /** The list of apps in a terminal. */
  appList: {
    none: 'No app was allowed or denied.',
    columns: {
      id: 'ID',
      purposes: 'For',
      allowed: 'Allowed',
      used: 'Last used',
      changed: 'Changed',
      account: 'Account',
      app: 'App',
    },
    app: (name: string, path: string) => `${name} (${path})`,
    key: (name: string) => `${name} (key)`,
    never: 'never',
    /** `time`: today's, because a denial ends after minutes. */
    deniedUntil: (time: string) => `nothing until ${time}`,
  },

  /** How sure Latchkey is. A program of the same user can always pretend. */
  grades: {
    seen: 'The system identifies this app. Another of your programs could still pretend to be it.',
    uncertain: "Latchkey can't be sure which app this is.",
  },
  doubts: {
    'not-found': 'Latchkey could not find the program at the other end of the connection.',
    'several-holders': 'Several programs share the connection.',
    'other-namespace': 'The program runs in a container, where other files have the same paths.',
    'other-file': "The program's file was replaced or deleted after the program started.",
    'no-script': "The program runs code that isn't in a file.",
    environment: 'Environment variables can make the program run other code.',
    traced: 'A debugger is attached to the program and can make it do anything.',
    'other-user': 'The program runs as another user than the owner of the connection.',
    'untried-system': "Latchkey's way of finding programs is not tested on this system.",
  } satisfies Record<Doubt, string>,

  /** Why an app can be allowed only once. */
  onlyOnce: {
    /** A shell, curl, a bare interpreter or the like. */
    tool: 'It can only be allowed once, because it does what any other program tells it to do.',
    manage: 'It can only be allowed once, because it shows or changes your decisions.',
    signOut: 'It can only be allowed once, because it would sign you out for all apps.',
    nobodySignedIn: 'It can only be allowed once, because nobody is signed in yet.',
    uncertain: "It can only be allowed once, because Latchkey can't recognize it the next time.",
  },
  /** How to let a program that can be allowed only once have tokens for longer. */
  useKey: 'To let it have tokens for longer, give it a key.',

  labels: {
    path: 'Path',
    /** The path of a script. The program itself says it, and nothing proves it. */
    script: 'Says it is',
    process: 'Process',
    startedBy: 'Started by',
    account: 'Account',
    purpose: 'Wants to',
  },
  /** The names of the programs above the one that asks. */
  startedBy: (nearest: string, others: readonly string[]) =>
    others.length === 0 ? nearest : `${nearest} (started by ${others.join(', started by ')})`,
  nobodySignedIn: 'Nobody is signed in yet',

  answers: { once: 'Allow once', always: 'Always allow', denied: 'Deny' },
  /** How a question ended. */
  ends: {
    once: (app) => `${app} is allowed this time.`,
    always: (app) => `${app} is allowed from now on.`,
    denied: (app) => `${app} is denied.`,
    unanswered: (app) => `Nobody answered, so ${app} gets nothing.`,
    withdrawn: (app) => `${app} is no longer waiting for an answer.`,
  } satisfies Record<ConsentEnd, (app: string) => string>,

  /** The kinds of entries in the list. */
  kinds: { program: 'app', key: 'key', denied: 'denied' },
  changed: 'The file of this app has changed since you allowed it.',
  consentOff:
    'Latchkey does not ask before apps use your account: every program that runs as you can get tokens.',
}

/** Names a program for a person, in printable text. The program chooses its name. */
export function nameProgram({ name }: Pick<AskingProgram, 'name'>): string {
  return name === null ? CONSENT_WORDS.unknownApp : printable(name)
}

/** The title of a question. */
export function titleQuestion({ program, account, action }: ConsentQuestion): string {
  const app = nameProgram(program)
  if (action !== null) return CONSENT_WORDS.asksTo[action.kind](app)
  return account === null ? CONSENT_WORDS.asksToSignIn(app) : CONSENT_WORDS.asks(app)
}

/** Says what a program would do if it were allowed. */
export function describeWish({
  purpose,
  action,
}: Pick<ConsentQuestion, 'purpose' | 'action'>): string {
  const { actions, purposes } = CONSENT_WORDS
  switch (action?.kind) {
    case undefined:
      return purposes[purpose]
    case 'sign-out':
      return actions.signOut
    case 'list-accounts':
      return actions.listAccounts
    case 'list-apps':
      return actions.listApps
    case 'make-default':
      return actions.makeDefault
    case 'forget-app':
      return actions.forgetApp(printable(action.app), action.id)
    case 'make-key':
      return actions.makeKey(printable(action.name), action.scope && printable(action.scope))
  }
}

/** Names the programs above a program; null if none is known. */
export function nameStarters({ startedBy }: Pick<AskingProgram, 'startedBy'>): string | null {
  const [nearest, ...others] = startedBy.map(printable)
  return nearest === undefined ? null : CONSENT_WORDS.startedBy(nearest, others)
}

/** Says how sure Latchkey is, and why it is not: one sentence each. */
export function describeCertainty({
  grade,
  doubts,
}: Pick<AskingProgram, 'grade' | 'doubts'>): readonly string[] {
  return [CONSENT_WORDS.grades[grade], ...doubts.map((doubt) => CONSENT_WORDS.doubts[doubt])]
}

/** Says why an app can be allowed only once, and what to do; null if it can be allowed for longer. */
export function explainOnlyOnce({
  canLast,
  program: { grade },
  account,
  action,
}: Pick<ConsentQuestion, 'canLast' | 'program' | 'account' | 'action'>): string | null {
  if (canLast) return null
  const { onlyOnce, useKey } = CONSENT_WORDS
  if (action !== null) return action.kind === 'sign-out' ? onlyOnce.signOut : onlyOnce.manage
  // A key is for an account, so there can't be one yet.
  if (account === null) return onlyOnce.nobodySignedIn
  return `${grade === 'uncertain' ? onlyOnce.uncertain : onlyOnce.tool} ${useKey}`
}

const LONGEST_PATH = 200
const SHOWN_AT_EACH_END = 99

/** Makes a path printable. The middle of a very long one is left out. */
export function showPath(path: string): string {
  const characters = Array.from(printable(path))
  if (characters.length <= LONGEST_PATH) return characters.join('')
  const [start, end] = [
    characters.slice(0, SHOWN_AT_EACH_END),
    characters.slice(-SHOWN_AT_EACH_END),
  ]
  return [...start, '…', ...end].join('')
}

/** Names what an app was allowed, in a list. A later version of Latchkey may know more purposes. */
export function listPurposes(purposes: readonly Purpose[]): string {
  return purposes.map((purpose) => CONSENT_WORDS.purposesInList[purpose] ?? purpose).join(', ')
}
