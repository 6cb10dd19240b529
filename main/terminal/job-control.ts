// How headless shares the terminal with a shell: Ctrl-Z, `bg` and `fg`, and what nohup asks for.

import { readFileSync } from 'node:fs'
import type { Interface } from 'node:readline'
import { isInBackground } from '../base/standard-input.js'

type Deps = {
  /** Called before Ctrl-Z stops the program. Its prompt must go then. */
  onStop(): void
  /** Called if the program goes on in the background. It must not use the terminal's input there. */
  onBackground(): void
  /** Called if the program goes on in the foreground. */
  onForeground(): void
}

/**
 * Leaves the terminal to the shell while the program runs in the background after Ctrl-Z and `bg`.
 * By itself, readline would take the terminal back, and the system would then stop the program
 * again.
 */
export function watchJobControl(input: Interface, deps: Deps): void {
  const { stdin } = process
  let wasRaw = false
  input.on('SIGTSTP', () => {
    deps.onStop()
    wasRaw = stdin.isRaw
    stdin.pause()
    stdin.setRawMode(false)
    process.kill(process.pid, 'SIGTSTP')
  })
  process.on('SIGCONT', () => {
    if (isInBackground()) {
      stdin.pause()
      return deps.onBackground()
    }
    // The shell has changed the terminal's mode. Node does nothing if it believes that the mode is
    // already set.
    const isRaw = wasRaw || stdin.isRaw
    if (stdin.isRaw) stdin.setRawMode(false)
    if (isRaw) stdin.setRawMode(true)
    stdin.resume()
    deps.onForeground()
  })
}

/**
 * True if nohup started this program, which then goes on when its terminal is closed. Node forgets that
 * nohup ignores the signal, so this looks at the input: nohup replaces a terminal by a file that can't be
 * read. Linux only.
 *
 * @see {@link https://www.gnu.org/software/coreutils/manual/html_node/nohup-invocation.html}
 */
export function isStartedByNohup(): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync('/proc/self/fdinfo/0', 'latin1'))?.[1]
    return flags !== undefined && (Number.parseInt(flags, 8) & ACCESS_MODE) === WRITE_ONLY
  } catch {
    return false // There is no standard input, or this is not Linux.
  }
}

const ACCESS_MODE = 0o3
const WRITE_ONLY = 0o1
