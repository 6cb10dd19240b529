// Reads an installed package's command line: a command in the terminal, or the tray app.

import { AUTOSTART_FLAG } from '../autostart/autostart.js'
import { splitSwitches } from '../settings/chromium-switches.js'
import { findCommandArgs } from '../settings/flags.js'

/**
 * Reads the arguments of a program in the terminal; null for the tray app. Its word is anywhere among the
 * flags. `--help` and `--version` have short forms as well. All other commands are in main/cli.
 */
export function readCommand(args: readonly string[]): readonly string[] | null {
  const own = ownArgs(args)
  for (const [flag, short] of [
    ['--help', '-h'],
    ['--version', '-V'],
  ] as const) {
    if (own.includes(flag) || own.includes(short)) return [flag]
  }
  if (['diagnose', 'uninstall-data'].some((word) => findCommandArgs(word, own) !== null)) return own
  return findCommandArgs('headless', own)
}

/** Returns Latchkey's own arguments, without Chromium's and without those that the system adds. */
export function ownArgs(args: readonly string[]): readonly string[] {
  return splitSwitches(args).own.filter((arg) => !isAddedBySystem(arg))
}

/** True for an argument that the system adds when it starts an app, also at login. */
export function isAddedBySystem(arg: string): boolean {
  return arg === AUTOSTART_FLAG || SYSTEM.test(arg)
}

/** From macOS's Finder and Xcode, and from Windows after a click on a notification. */
const SYSTEM = /^-(psn_|NS|Apple|Embedding$|ToastActivated$)/
