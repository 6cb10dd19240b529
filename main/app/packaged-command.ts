// What an installed package's command line asks for: a command in the terminal, or the tray app.

import { AUTOSTART_FLAG } from '../autostart/autostart.js'
import { splitSwitches } from '../settings/chromium-switches.js'
import { findArgsOf } from '../settings/flags.js'

/**
 * The arguments for the program in the terminal; null where the command line asks for the tray app. A
 * command is a word anywhere among the flags; `--help` and `--version` have short forms too.
 */
export function readCommand(args: readonly string[]): readonly string[] | null {
  const own = ownArgs(args)
  for (const [word, short] of [
    ['help', '-h'],
    ['version', '-V'],
  ] as const) {
    const isAsked = own.includes(`--${word}`) || own.includes(short)
    if (isAsked || findArgsOf(word, own) !== null) return [`--${word}`]
  }
  if (['diagnose', 'uninstall-data'].some((word) => findArgsOf(word, own) !== null)) return own
  return findArgsOf('headless', own)
}

/** Latchkey's own arguments: neither Chromium's nor what the system adds when it starts an app. */
export function ownArgs(args: readonly string[]): readonly string[] {
  return splitSwitches(args).own.filter((arg) => arg !== AUTOSTART_FLAG && !isAddedBySystem(arg))
}

/** True for what the system itself adds when it starts an app. */
export function isAddedBySystem(arg: string): boolean {
  return SYSTEM.test(arg)
}

/** macOS from the Finder and from Xcode; Windows for a notification that was clicked. */
const SYSTEM = /^-(psn_|NS|Apple|Embedding$|ToastActivated$)/
