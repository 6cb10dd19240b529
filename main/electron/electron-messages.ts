// Every text for a person in boxes and menus of the tray app, in one table.

/** The box that explains why the app can't start. */
export const FAILURE = {
  title: "Latchkey can't start",
  openFolder: 'Open folder',
  quit: 'Quit',
  folderNotRemoved: (folder: string, problem: string) =>
    `latchkey: Couldn't remove ${folder} (${problem}).`,
  folderNotOpened: (folder: string) => `latchkey: Couldn't open ${folder}.`,
} as const

/** The box that lists the removed data. */
export const REMOVED = {
  all: "Latchkey's data was removed",
  part: "Some of Latchkey's data couldn't be removed",
  quit: 'Quit',
} as const

export const START_AT_LOGIN = {
  rejected: 'The system rejected the change.',
  stillOn: 'The system still starts Latchkey at login.',
  turnedOff: 'Starting at login was turned off.',
  withoutSandbox:
    "Latchkey runs without Chromium's sandbox. A start at login would use the sandbox, and fail " +
    "without a message if the sandbox can't start. `npm start` says how to fix that.",
} as const

/** Parts of a sentence about the stored session: "… could not be opened: …". */
export const KEYRING = {
  cannotSeal: "the keyring can't encrypt it (unlock the keyring and restart Latchkey to store it)",
  cannotOpenNow:
    "the keyring can't decrypt it right now (unlock the keyring and restart Latchkey to get the session back)",
  cannotOpen:
    'it is damaged, or was encrypted on another computer, by another user or with a keyring that is gone',
} as const

export const SAVED_REPORT = {
  alsoIn: (path: string) => `This report is also in ${path}.`,
  proxyOrigin: "the system's settings",
} as const

/** Why no key was created. */
export const KEY = {
  accountGone: 'This account was signed out in the meantime. No key was created.',
} as const

/** The window's context menu. */
export const CONTEXT_MENU = {
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  selectAll: 'Select all',
} as const
