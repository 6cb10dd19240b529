// The complete system that a spec asks for.

import type { Behaviour, Keyring, Platform } from '../stand-in/contract.js'
import type { DesktopOptions } from './desktop.js'

/** Typical keyrings. */
const KEYRINGS = {
  gnome_libsecret: { backend: 'gnome_libsecret', givesKey: true },
  kwallet: { backend: 'kwallet', givesKey: true },
  kwallet5: { backend: 'kwallet5', givesKey: true },
  kwallet6: { backend: 'kwallet6', givesKey: true },
  /** Linux with a keyring, on a desktop that Electron does not know, such as sway. */
  secret_service: { backend: 'basic_text', givesKey: true },
  /** The same without a keyring. */
  basic_text: { backend: 'basic_text', givesKey: false },
  /** Linux: not installed, not running or locked. Windows and macOS: failing or denied. */
  missing: { backend: 'gnome_libsecret', givesKey: false },
  /** Locked, with the password prompt on the screen. */
  asking: { backend: 'gnome_libsecret', givesKey: true, asks: true },
  kwallet_closed: { backend: 'kwallet6', givesKey: false },
} as const satisfies Record<
  string,
  Pick<Keyring, 'backend' | 'givesKey'> & Partial<Pick<Keyring, 'asks'>>
>

export type KeyringName = keyof typeof KEYRINGS

export function toBehaviour(appPath: string, options: DesktopOptions): Behaviour {
  return {
    appPath,
    isPackaged: options.isPackaged ?? false,
    notifications: options.notifications ?? true,
    browser: options.browser ?? true,
    dark: options.dark ?? false,
    platform: options.platform ?? (process.platform as Platform),
    keyring: toKeyring(options.keyring ?? {}),
    loginItems: options.loginItems ?? [],
    openedAtLogin: options.openedAtLogin ?? false,
    trayHostFile: options.trayHost?.file ?? null,
    boxAnswer: options.boxAnswer ?? null,
    executable: null,
  }
}

export function toKeyring(keyring: KeyringName | Partial<Keyring>): Keyring {
  return {
    backend: 'gnome_libsecret',
    givesKey: true,
    asks: false,
    machine: 'this machine',
    hasNewerKey: false,
    ...(typeof keyring === 'string' ? KEYRINGS[keyring] : keyring),
  }
}
