// Messages of the storage room for people: the data directory, its lock, and the log.

const CHOOSE_ANOTHER = 'Choose another directory with --data-dir.'

/** The data directory itself. */
export const DIRECTORY_MESSAGES = {
  /** Also said of a folder that was deleted in part, so it ends with what Latchkey does. */
  ownedByOther: (directory: string, uid: number) =>
    `The data directory ${directory} belongs to ${uid === 0 ? 'root' : `another user (uid ${uid})`}, ` +
    `so Latchkey doesn't use it.`,
  chooseAnother: CHOOSE_ANOTHER,
  cannotCreate: (directory: string, diskError: string) =>
    `The data directory ${directory} can't be created (${diskError}). ${CHOOSE_ANOTHER}`,
  startedAsRoot: (directory: string, uid: number) =>
    `Latchkey was started as root, but the data directory ${directory} belongs to another user ` +
    `(uid ${uid}). Start Latchkey as that user, or choose a directory that belongs to root with --data-dir.`,
  startedAsRootInFolder: (folder: string, uid: number) =>
    `Latchkey was started as root, but ${folder} belongs to another user (uid ${uid}). Start ` +
    'Latchkey as that user, or choose a directory that belongs to root with --data-dir.',
  sharedFolder: (directory: string, mode: string) =>
    `The data directory ${directory} is open to other users (mode ${mode}) and contains files that ` +
    "aren't Latchkey's. Choose a directory that only Latchkey uses with --data-dir.",
  cannotClose: (directory: string, diskError: string) =>
    `Latchkey can't close the data directory ${directory} to other users (${diskError}). ${CHOOSE_ANOTHER}`,
  noPermissions: (directory: string) =>
    `Other users of this computer may be able to read the data directory ${directory}, because its ` +
    'file system does not support permissions.',
  closed: (directory: string, mode: string) =>
    `The data directory ${directory} was open to other users (mode ${mode}). It is now closed to ` +
    "them. If you didn't open it yourself, check settings.json in it for changes.",
}

/** The lock of the data directory. */
export const LOCK_MESSAGES = {
  inUse: (directory: string, owner: string) =>
    `Latchkey is already running with the data directory ${directory}${owner}. Use that one, or choose ` +
    'another directory with --data-dir.',
  /** These follow "with the data directory …". */
  ownerAt: (pid: number, url: string | null) =>
    url === null ? ` (PID ${pid})` : ` (PID ${pid}, at ${url})`,
  ownerOn: (host: string) => ` (on ${host})`,
  ownerStarting: ', and is still starting',
  severalStarting: ', or several are starting at once',
  unnamedHost: 'another computer',
  runsElsewhere: (directory: string, host: string) =>
    `Latchkey is running on ${host} with the data directory ${directory}. Two computers can't share one ` +
    'session: use that one, or choose another directory with --data-dir. If Latchkey no ' +
    `longer runs on ${host}, start this one with --take-over.`,
  takingOver: (directory: string, host: string) =>
    `Latchkey is taking over the data directory ${directory} from ${host}.`,
  tookOverStale: (directory: string, host: string) =>
    `Latchkey used the data directory ${directory} on ${host}, but has not reported for an hour, so ` +
    'this Latchkey has taken it over. If the other one is still running, it will quit.',
  ofAnotherUser: (path: string, uid: number) =>
    `The lock ${path} belonged to another user (uid ${uid}), so it was ignored.`,
  damaged: (path: string) => `The lock ${path} was damaged, so it was ignored.`,
}

/** The log file. */
export const LOG_MESSAGES = {
  notRegular: (path: string) =>
    `The log ${path} is not a regular file. Latchkey continues without it.`,
  cannotWrite: (path: string, code: string) =>
    `The log ${path} can't be written (${code || 'no reason given'}). Latchkey continues without it.`,
}

/** The stored consents. `reason`: one of `STORED_SESSION_REASONS`. */
export const STORED_CONSENT_MESSAGES = {
  notOpened: (reason: string) =>
    `The stored list of allowed apps could not be opened: ${reason}. Latchkey asks about each app again.`,
  notStored: (reason: string) =>
    `The list of allowed apps could not be stored on this computer: ${reason}. ` +
    'Changes to it are lost when Latchkey quits.',
  tooLarge: 'it is too long',
}

/** Other files in the data directory. */
export const FILE_MESSAGES = {
  cannotWrite: (name: string, diskError: string) => `${name} can't be written (${diskError}).`,
}
