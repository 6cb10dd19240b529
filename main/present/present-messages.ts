// The words for people in the tray, the notifications and the status, in one table.

import type { AccountState, StatusState } from '../ipc.js'

export const PRESENT_MESSAGES = {
  /** The first line of the tray's menu. `account`: the name of the account; empty if there is none. */
  headline: {
    'signed-out': () => 'Not signed in',
    waiting: () => 'Waiting for your browser',
    answered: () => 'Finishing the sign-in',
    exchanging: () => 'Finishing the sign-in',
    'signed-in': (account) => `Signed in as ${account}`,
    offline: (account) => `Signed in as ${account} (offline)`,
    'renewal-failing': (account) => `Signed in as ${account} (can't renew)`,
    'needs-sign-in': (account) => `Session expired: ${account}`,
    failed: () => 'Sign-in failed',
  } satisfies Record<StatusState, (account: string) => string>,

  /** The first line of the menu if there are several accounts, and all of them are well. */
  allWell: (count: number) => `${count} accounts`,

  /** The state of one of several accounts. */
  accountState: {
    'signed-in': 'Signed in',
    offline: 'Signed in (offline)',
    'renewal-failing': "Signed in (can't renew)",
    'needs-sign-in': 'Session expired',
  } satisfies Record<AccountState, string>,

  /** One of several accounts. `provider`: the name of its provider. */
  accountAt: (name: string, provider: string) => `${name} (${provider})`,
  /** One of several accounts, in a sentence. `person`: a name and an address. */
  personAt: (person: string, provider: string) => `${person} at ${provider}`,
  isSignedOut: (account: string) => `${account} is signed out.`,
  isDefaultNow: (account: string) => `${account} is the default account now.`,
  /** `account`: a name, see `accountAt` and `personAt`, or the name of a provider. */
  ofAccount: (account: string, message: string) => `${account}: ${message}`,

  menu: {
    starting: 'Latchkey is starting',
    signIn: 'Sign in',
    signInAgain: 'Sign in again',
    signInAsOther: 'Sign in as someone else',
    signInAt: (provider: string) => `Sign in at ${provider}`,
    addAccount: 'Add account',
    /** `account`: see `accountAt`. */
    defaultAccount: (account: string) => `${account}, default`,
    isDefault: 'Default account',
    makeDefault: 'Make default',
    signOut: 'Sign out',
    signOutEverywhere: 'Sign out everywhere',
    signInWasFor: (expected: string) => `This sign-in was for ${expected}`,
    keep: (got: string) => `Keep ${got}`,
    discard: (got: string) => `Discard ${got}`,
    cancel: 'Cancel',
    openAgain: 'Open the link again',
    copyLink: 'Copy sign-in link',
    answer: 'Answer in the window',
    open: 'Open Latchkey',
    startAtLogin: 'Start at login',
    restart: 'Restart Latchkey',
    quit: 'Quit',
  },

  notification: {
    signedIn: 'Signed in',
    signInFailed: 'Sign-in failed',
    sessionEnded: 'Sign in again',
    signedOut: 'Signed out',
    linkWaits: 'Open Latchkey to get the sign-in link.',
    otherPerson: 'Keep this account?',
    openToAnswer: 'Open Latchkey to answer.',
  },

  /** `program`: the name that the program gives itself; null if the system does not tell. */
  appAsks: (program: string | null) =>
    program === null ? 'An app asks you to sign in' : `An app asks you to sign in: ${program}`,
  abandoned:
    'The app that asked for this sign-in has stopped waiting. If you finish it in your browser, you ' +
    "won't be signed in, unless the app asks again first.",
  /** An answer to a question that has ended. */
  questionOver: 'That question has already ended.',
  ofOther: (account: string, message: string) => `${account}: ${message}`,
  stillSignedIn: (account: string, reason: string) =>
    `You are still signed in as ${account}. ${reason}`,
  otherPerson: (expected: string, got: string) =>
    `You signed in as ${got}, but this sign-in was for ${expected}. Keep ${got} as another account?`,

  restart: {
    /** `advice`: what to do so that the restart finds the keyring, as a sentence without its full stop. */
    sessionBack: (advice: string) =>
      'Your earlier session is still stored on this computer. To get it back, ' +
      `${advice.charAt(0).toLowerCase()}${advice.slice(1)}.`,
    signInAgain: "You'll have to sign in again after the restart.",
  },

  forwarding: (command: string) => [
    'You are connected over SSH. If your browser is on your own computer, run this there first:',
    `  ${command}`,
  ],

  removal: {
    unknownSession: 'If a session is still stored, it is ended at its provider.',
    session: (name: string, issuer: string) =>
      `The session of ${name} is ended at ${issuer}. Every app that uses it is signed out.`,
    files: (dataDir: string) =>
      `Latchkey's files in ${dataDir} are deleted: settings, session, log and browser profile.`,
    startAtLogin: 'Latchkey no longer starts at login.',
    keyringKey: "Latchkey's key is removed from the system's keyring.",
  },
}
