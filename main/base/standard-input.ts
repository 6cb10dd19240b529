// The standard input of a program in the terminal, even if Electron runs it.

import { createReadStream, fstatSync, readdirSync, readFileSync } from 'node:fs'
import { createInterface, type Interface } from 'node:readline'
import { PassThrough, Readable } from 'node:stream'

/**
 * Returns the standard input. On Windows, Electron replaces it by a stream at its end
 * (lib/common/init.ts), so file descriptor 0 is read there instead, and `isTTY` is unknown. Empty in the
 * background of a shell.
 */
export function standardInput(): Readable & { isTTY?: boolean } {
  if (isInBackground()) return Readable.from([])
  if (process.platform !== 'win32' || process.type !== 'browser') return process.stdin
  const input = new PassThrough()
  const source = createReadStream('', { fd: 0, autoClose: false })
  // A program may be started without standard input. Then there is nothing to read.
  source.on('error', () => input.end())
  return source.pipe(input)
}

/**
 * Opens the lines of an input. An input that can't be read is at its end: nohup gives such an input, and
 * a terminal becomes one when it is closed.
 */
export function openLines(
  input: Readable,
  options: { output?: NodeJS.WritableStream; terminal?: boolean } = {},
): Interface {
  const lines = createInterface({ input, ...options })
  lines.once('error', () => lines.close())
  // Closing tries to reset a terminal, which fails again if the terminal is gone.
  return lines.on('error', () => undefined)
}

/**
 * True in the background of a shell, for example after `&`. There, reading the terminal would stop the
 * program, or after `setsid` take from the shell what a person types. Linux only: on other systems, only
 * another program could tell.
 */
export function isInBackground(): boolean {
  if (!process.stdin.isTTY) return false
  const own = readTerminal('self')
  if (own === null) return false // This is not Linux.
  const terminal = fstatSync(0).rdev
  if (own.terminal === terminal) return own.foreground !== own.group
  // This session has no terminal, or another one. Another session may have this one.
  return readdirSync('/proc').some(
    (name) => /^\d+$/.test(name) && readTerminal(name)?.terminal === terminal,
  )
}

/**
 * Reads a process's group, its session's terminal (as the device number of a file), and the group in the
 * foreground there. Null if the process has ended.
 *
 * @see {@link https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html}
 */
function readTerminal(
  process: string,
): { group: number; terminal: number; foreground: number } | null {
  try {
    // After the program's name, which may contain spaces and brackets, come the state, parent, group,
    // session, terminal, and the group that the terminal belongs to.
    const [, , group, , terminal, foreground] = readFileSync(`/proc/${process}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
    return { group: Number(group), terminal: Number(terminal), foreground: Number(foreground) }
  } catch {
    return null
  }
}
