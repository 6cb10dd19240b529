// Messages for people about the stored session and what protects it.

/** Messages about a session that is stored, or could not be. Most are whole sentences. */
export const STORED_SESSION_MESSAGES = {
  /** `reason`: one of {@link STORED_SESSION_REASONS}. */
  notOpened: (reason: string): string =>
    `The stored session could not be opened: ${reason}. Sign in again.`,
  notStored: (reason: string): string =>
    `The session could not be stored on this computer: ${reason}. It ends when Latchkey quits.`,
  otherOwner: (issuer: string, clientId: string): string =>
    'The stored session belongs to another provider or client ID ' +
    `(${issuer}, client ID ${clientId}). Sign in again.`,
  notDeleted: (path: string, error: string): string => `${path} can't be deleted (${error}).`,
  notMovedAside: (path: string, error: string): string =>
    `${path} can't be moved out of the way (${error}).`,
  notMovedOverNewer: (path: string, aside: string): string =>
    `${path} can't be moved out of the way: ${aside} was written by a newer version of Latchkey and is ` +
    'not overwritten.',
  defaultNotStored: (path: string, error: string): string =>
    `The default account could not be stored: ${path} can't be written (${error}).`,
  defaultOfNewerVersion: (path: string): string =>
    `The default account could not be stored: ${path} was written by a newer version of Latchkey and ` +
    'is not overwritten.',
  inMemory:
    'The session stays in memory and ends when Latchkey quits. To store it, start Latchkey with ' +
    'a passphrase in the environment variable LATCHKEY_PASSPHRASE.',
  withoutKeyring:
    'The session is stored without a keyring, as you chose. Programs that run as you could read it.',
} as const

/** Why a session could not be opened or stored: each is the end of a sentence. `error` is the system's. */
export const STORED_SESSION_REASONS = {
  cannotRead: (path: string, error: string): string => `${path} can't be read (${error})`,
  cannotWrite: (path: string, error: string): string => `${path} can't be written (${error})`,
  newerVersion: (path: string): string => `${path} was written by a newer version of Latchkey`,
  notOverwritten: (path: string): string =>
    `${path} was written by a newer version of Latchkey and is not overwritten`,
  damaged: (path: string): string => `${path} is damaged`,
  otherContent: "this version of Latchkey can't read its content",

  keyMissing: (path: string): string => `its key, ${path}, is missing or damaged`,
  keyNotRead: (path: string, error: string): string => `its key, ${path}, can't be read (${error})`,
  keyNotWritten: (path: string, error: string): string =>
    `its key, ${path}, can't be written (${error})`,
  otherKey: 'it was encrypted with another key',
  otherPassphrase: 'it was encrypted with another passphrase',
  orDamaged: (reason: string): string => `${reason}, or ${DAMAGED}`,

  /** Without the keyring, the passphrase or the setting that protects the session. */
  keyringMissing: "the system's keyring, which protects it, can't be used right now",
  passphraseMissing: 'the passphrase that protects it was not given',
  keyFileOff: 'it was stored without a keyring, and that setting is now off',
} as const

/** The reason if a sealed text was changed or cut. */
export const DAMAGED = 'the file is damaged'

/** Why the system's keyring cannot be used, and how the user can make it available. */
export const MISSING_KEYRING = {
  'turned-off': {
    reason: 'Latchkey was started with --password-store=basic, which turns the keyring off',
    remedy: 'Start it without that flag',
  },
  none: {
    reason: 'No keyring was found on this desktop',
    remedy:
      'Install and unlock gnome-keyring, KWallet or another Secret Service and restart Latchkey',
  },
  'secret-service': {
    reason: 'The keyring of this desktop is locked or not running',
    remedy: 'Install or unlock gnome-keyring (Passwords and Keys) and restart Latchkey',
  },
  kwallet: {
    reason: 'KWallet is closed, turned off or not running',
    remedy: 'Turn KWallet on and open it (System Settings, KDE Wallet) and restart Latchkey',
  },
  keychain: {
    reason: 'macOS gave Latchkey no key from the keychain, because it is locked or was denied',
    remedy: 'Restart Latchkey and choose Always Allow when macOS asks',
  },
  dpapi: {
    reason: 'Windows gave Latchkey no key: its data protection (DPAPI) failed for this user',
    remedy: 'Log in to Windows again and restart Latchkey',
  },
} as const

/** `reason` and `remedy` are those of {@link MISSING_KEYRING}. */
export function missingKeyringText(reason: string, remedy: string): string {
  return (
    `${reason}, so the session stays in memory and ends when Latchkey quits. ` +
    `${remedy}; or turn on "Store the session without a keyring" in Latchkey's settings.`
  )
}

/** How the user gets access to a key that the keyring refuses, though it gave another one. */
export const UNLOCK_AND_RESTART = 'Unlock the keyring and restart Latchkey'
