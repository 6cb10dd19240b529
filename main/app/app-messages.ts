// Messages of the app room for people: at the start, on a second start, and when data is removed.

import { formatList } from '../base/format-list.js'
import { SERVICE_FILE } from '../storage/service-file.js'

/** Reasons why Latchkey doesn't start, or ends. */
export const START_MESSAGES = {
  unusableDirectory: (directory: string, diskError: string) =>
    `The data directory ${directory} can't be used (${diskError}). Choose another ` +
    'directory with --data-dir.',
  takenOver: (directory: string) =>
    `Another computer has taken over the data directory ${directory}, so Latchkey is quitting.`,
  noServiceFile: (url: string, diskError: string) =>
    `${SERVICE_FILE} can't be written (${diskError}), so other apps can't look up the service's ` +
    `address, ${url}.`,
  noDemo:
    'The demo provider is available only in the source tree. Set --issuer and --client-id to sign in ' +
    'at your own provider.',
  demoSession: "The demo's session ends when Latchkey quits.",
  unexpectedError: (count: number, shown: string) =>
    `unexpected error${count === 1 ? '' : ` (${count} times so far)`}: ${shown}`,
}

/** The question whether another computer still uses the data directory. */
export const RUNNING_QUESTION = {
  message: (host: string) => `Is Latchkey still running on ${host}?`,
  detail:
    'It used the same data directory there and has not reported for an hour or more. Two computers ' +
    "can't share one session.",
  no: 'No, use it here',
  yes: 'Yes, quit here',
} as const

/** On a second start, and about the start at login. */
export const SECOND_START_MESSAGES = {
  ignored: (names: readonly string[]) =>
    `Latchkey was already running, so ${formatList(names)} had no effect. Quit Latchkey first, then ` +
    'start it again.',
  notKeptAtLogin: (names: readonly string[]) =>
    `At login, Latchkey will start without ${formatList(names)}. Saved settings still apply.`,
}

/** Results of removing Latchkey's data. */
export const REMOVAL_MESSAGES = {
  removed: (path: string) => `Removed ${path}.`,
  notRemoved: (path: string, diskError: string) => `${path} could not be removed (${diskError}).`,
  noDirectory: (directory: string) => `There is no data directory ${directory}.`,
  notEmpty: (directory: string) => `${directory} was kept because it contains other files.`,
  unusable: (directory: string, diskError: string) =>
    `The data directory ${directory} can't be used (${diskError}), so nothing was removed.`,
  notLatchkeys: (directory: string) =>
    `Nothing in ${directory} shows that Latchkey has used it, so nothing was removed.`,
  stillRuns: (directory: string, owner: string) =>
    `Latchkey is already running with the data directory ${directory}${owner}, so nothing was ` +
    'removed. Quit it and try again. Or choose Settings and "Remove Latchkey\'s data" in its window, ' +
    'which also revokes a session that is encrypted with the keyring.',
  unreadable: (path: string, message: string) =>
    `${path}: ${message} The session was not revoked. Sign out at your provider.`,
  revoked: (session: string) => `${session} was revoked.`,
  session: (name: string, issuer: string) => `The session of ${name} at ${issuer}`,
  noRevocation: (session: string) =>
    `${session} was not revoked: the provider does not support revocation. Sign out at the provider.`,
  notRevoked: (session: string, message: string) =>
    `${session} was not revoked: ${message} Sign out at the provider.`,
  partlyRevoked: (session: string, failed: number, all: number, message: string) =>
    `${session}: ${failed} of ${all} tokens were not revoked: ${message} Sign out at the provider.`,
  startAtLogin: (path: string) => `Latchkey no longer starts at login: removed ${path}.`,
  key: (label: string) => `The key "${label}" was removed from the keyring.`,
  keyShared: (label: string) =>
    `The key "${label}" was kept in the keyring because the session in another data directory is ` +
    'encrypted with it.',
  keyByHand: (place: string) =>
    'The keyring may still contain the key that encrypted the session. It is no longer needed. To ' +
    `remove it, look for ${place}.`,
}

/** Places to look for the key of the keyring. */
export const KEY_PLACES = {
  keychain: (label: string) => `"${label}" in Keychain Access`,
  secretService: (label: string) => `"${label}" in your keyring's password manager`,
  wallet: 'the folder "Latchkey Keys" in KWalletManager',
}
