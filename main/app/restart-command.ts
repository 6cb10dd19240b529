// How this Latchkey is started again in the place of the process that runs.

import { AUTOSTART_FLAG, launchOf, type ThisProcess } from '../autostart/autostart.js'
import { isAddedBySystem } from './packaged-command.js'

export type Restart = {
  program: string
  /** All of them: Chromium's switches, from the source tree the app's folder, and the flags of this start. */
  args: readonly string[]
}

/**
 * With what this start was given, `argv` as Node has it; but not as a start at login, which opens no
 * window. Null where this Latchkey's file is gone.
 */
export function restartOf(process: ThisProcess, argv: readonly string[]): Restart | null {
  const launch = launchOf(process)
  if (launch === null) return null
  const args = argv.slice(1).filter((arg) => arg !== AUTOSTART_FLAG && !isAddedBySystem(arg))
  return { program: launch.program, args }
}

/**
 * A command that starts Latchkey once this process has ended, however that was: its standard input is a
 * pipe from this process, and ends with it.
 */
export function waiterOf({ program, args }: Restart): { command: string; args: readonly string[] } {
  return { command: '/bin/sh', args: ['-c', WAIT, program, ...args] }
}

const WAIT = 'read -r line; exec "$0" "$@" </dev/null'
