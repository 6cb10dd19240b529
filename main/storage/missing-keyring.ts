// The system's keyring cannot be used: for which reason, and what the user can do about it.

import { MISSING_KEYRING, missingKeyringText } from './stored-session-messages.js'

/** Electron does not say whether a keyring is missing, locked or denied, so one reason may cover these. */
export type MissingKeyring = keyof typeof MISSING_KEYRING

/** Says why the session is in memory only, and how the user can get it stored. */
export function missingKeyringMessage(missing: MissingKeyring): string {
  const { reason, remedy } = MISSING_KEYRING[missing]
  return missingKeyringText(reason, remedy)
}

/**
 * Says what the user can do so that a restart finds the keyring; null if a restart does not help. A
 * restart asks the keyring again on every system, but it has the same flags, and on Windows the same
 * login.
 */
export function restartAdvice(missing: MissingKeyring): string | null {
  const isNoHelp = missing === 'turned-off' || missing === 'dpapi'
  return isNoHelp ? null : MISSING_KEYRING[missing].remedy
}
