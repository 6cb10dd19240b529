// Why the system's keyring cannot be used, and what to do, in words for a person.

export type MissingKeyring =
  'turned-off' | 'none' | 'secret-service' | 'kwallet' | 'keychain' | 'dpapi'

/** What a person can do so that the session is kept. */
export function keyringNote(reason: MissingKeyring): string {
  const { why, remedy } = NOTES[reason]
  return (
    `${why}, so the session stays in memory and ends with Latchkey. ` +
    `${remedy}; or turn on "Keep the session without a keyring" in Latchkey's settings.`
  )
}

/**
 * What a person can do so that a restart finds the keyring; null where a restart does not help. It asks the
 * keyring again on every system, but has the flags of this start, and on Windows the same sign-in.
 */
export function restartAdvice(reason: MissingKeyring): string | null {
  return reason === 'turned-off' || reason === 'dpapi' ? null : NOTES[reason].remedy
}

/** What a person can do where the keyring gives one key and not another one. */
export const UNLOCK_AND_RESTART = 'Unlock the keyring and restart Latchkey'

// Whether a keyring is missing, locked or was refused, Electron does not say.
const NOTES: Readonly<Record<MissingKeyring, { why: string; remedy: string }>> = {
  'turned-off': {
    why: 'Latchkey was started with --password-store=basic, which turns the keyring off',
    remedy: 'Start it without that flag',
  },
  none: {
    why: 'No keyring was found on this desktop',
    remedy:
      'Install and unlock gnome-keyring, KWallet or another Secret Service and restart Latchkey',
  },
  'secret-service': {
    why: 'The keyring of this desktop is locked or does not run',
    remedy: 'Install or unlock gnome-keyring (Passwords and Keys) and restart Latchkey',
  },
  kwallet: {
    why: 'KWallet is closed, turned off or does not run',
    remedy: 'Turn KWallet on and open it (System Settings, KDE Wallet) and restart Latchkey',
  },
  keychain: {
    why: 'macOS gave Latchkey no key from the keychain, because it is locked or was denied',
    remedy: 'Restart Latchkey and choose Always Allow when you are asked',
  },
  dpapi: {
    why: 'Windows gave Latchkey no key: its data protection (DPAPI) failed for this user',
    remedy: 'Sign in to Windows again and start Latchkey again',
  },
}
