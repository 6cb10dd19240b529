// The standard input of the program in the terminal, also where Electron runs it.

import { createReadStream, readFileSync } from 'node:fs'
import { PassThrough, Readable } from 'node:stream'

/**
 * Standard input. On Windows Electron has in its place a stream that is at its end (lib/common/init.ts),
 * so what is read there is file descriptor 0, as a terminal or not: `isTTY` is not known of it. Empty
 * in the background of a shell.
 */
export function standardInput(): Readable & { isTTY?: boolean } {
  if (isInBackground()) return Readable.from([])
  if (process.platform !== 'win32' || process.type !== 'browser') return process.stdin
  const input = new PassThrough()
  const source = createReadStream('', { fd: 0, autoClose: false })
  // A program may be started without any: then there is nothing to read.
  source.on('error', () => input.end())
  return source.pipe(input)
}

/**
 * True in the background of a shell, as after `&`, where reading the terminal would stop the program.
 * Linux only: elsewhere it takes another program to tell.
 *
 * @see {@link https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html}
 */
export function isInBackground(): boolean {
  if (!process.stdin.isTTY) return false
  try {
    // Behind the program's name, which may hold spaces and brackets: state, parent, group, session,
    // terminal, and the group that the terminal belongs to.
    const [, , group, , , foreground] = readFileSync('/proc/self/stat', 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
    return foreground !== '-1' && foreground !== group
  } catch {
    return false // No such file: not Linux.
  }
}
