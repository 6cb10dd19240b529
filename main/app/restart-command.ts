// The command that restarts Latchkey in place of the running process.

import { findLaunch, type ThisProcess } from '../autostart/autostart.js'
import { isAddedBySystem } from './packaged-command.js'

export type Restart = {
  program: string
  /** Chromium's switches, the app's folder in a source tree, and the flags of this start. */
  args: readonly string[]
}

/**
 * Makes the command from the arguments of this start (`argv` as in Node). The restart is never a start at
 * login, because that opens no window. Null if Latchkey's program file is gone.
 */
export function makeRestart(process: ThisProcess, argv: readonly string[]): Restart | null {
  const launch = findLaunch(process)
  if (launch === null) return null
  const args = argv.slice(1).filter((arg) => !isAddedBySystem(arg))
  return { program: launch.program, args }
}

/**
 * Makes a command that starts Latchkey once this process has ended in any way: its standard input is a
 * pipe from this process, which closes then.
 */
export function makeWaiter({ program, args }: Restart): {
  command: string
  args: readonly string[]
} {
  return { command: '/bin/sh', args: ['-c', WAIT, program, ...args] }
}

const WAIT = 'read -r line; exec "$0" "$@" </dev/null'
