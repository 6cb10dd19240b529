// Messages of starting at login for people: why it is off, and why it could not be changed.

/** On Linux, where an entry in the autostart folder starts Latchkey. */
export const ENTRY_MESSAGES = {
  appImageGone:
    'The AppImage that Latchkey runs from is gone. Quit Latchkey and start it from its new location.',
  otherLatchkey: (program: string) => `Another Latchkey starts at login: ${program}.`,
  /** `reason`: one of {@link ENTRY_REASONS}. */
  leftAlone: (path: string, reason: string) =>
    `${path} ${reason}, so Latchkey leaves it as it is. Change or remove it by hand.`,
  /** `obstacle`: one of {@link OBSTACLES}. */
  notTurnedOn: (obstacle: string) => `Start at login could not be turned on: ${obstacle}.`,
  notTurnedOff: (obstacle: string) => `Start at login could not be turned off: ${obstacle}.`,
  notUpdated: (obstacle: string) => `Start at login could not be updated: ${obstacle}.`,
  notRemoved: (path: string, obstacle: string) => `${path} could not be removed: ${obstacle}.`,
}

/** Why an entry is not Latchkey's to change. Each follows the entry's path. */
export const ENTRY_REASONS = {
  notFile: 'is not a file',
  isLink: 'is a link',
  brokenLink: 'is a broken link',
  unreadable: (code: string) => `can't be read (${code})`,
  notEntry: 'is not a desktop entry',
  noProgram: 'names no program that Latchkey can read',
  otherProgram: (program: string) => `starts ${program}`,
}

/** Why an entry cannot be written. Each follows a colon. */
export const OBSTACLES = {
  unwritable:
    "the command contains a line break or another character that a desktop entry can't contain",
  equalsSign:
    "the path of the program contains =, and a desktop entry can't start such a program; move or " +
    'rename it',
  copyIsLink: (path: string) => `${path} is a link, which Latchkey leaves as it is`,
  readOnly: (folder: string) => `${folder} is not writable`,
  diskFull: (folder: string) => `the disk that contains ${folder} is full`,
  notFolder: (folder: string) => `${folder} is not a folder`,
  notWritten: (folder: string, error: string) => `${folder} could not be written (${error})`,
}

/** On Windows and macOS, where a login item starts Latchkey. */
export const LOGIN_ITEM_MESSAGES = {
  otherEntry: (name: string) =>
    `Windows starts Latchkey at login through another entry, ${name}. Remove that one first.`,
  disabledInWindows:
    'It is turned off under Startup apps. Turn it on there, in Task Manager or Settings.',
  notInstalled:
    'macOS starts only the installed app at login, and this one runs from its source tree.',
  needsConsent:
    'macOS needs your permission: allow Latchkey in System Settings, General, Login Items.',
  rejectedByWindows: 'Windows rejected the change.',
  rejectedByMacos: 'macOS rejected the change.',
  moveToApplications: 'macOS rejected the change. Move Latchkey to Applications, and try again.',
  notChanged: (error: string) => `Start at login could not be changed: ${error}`,
}
