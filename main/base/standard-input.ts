// The standard input of a program in the terminal, even if Electron runs it.

import { createReadStream, readFileSync } from 'node:fs'
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
 * True in the background of a shell, for example after `&`. There, reading the terminal would stop the
 * program. Linux only: on other systems, only another program could tell.
 *
 * @see {@link https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html}
 */
export function isInBackground(): boolean {
  if (!process.stdin.isTTY) return false
  try {
    // After the program's name, which may contain spaces and brackets, come the state, parent, group,
    // session, terminal, and the group that the terminal belongs to.
    const [, , group, , , foreground] = readFileSync('/proc/self/stat', 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
    return foreground !== '-1' && foreground !== group
  } catch {
    return false // The file is missing, so this is not Linux.
  }
}
