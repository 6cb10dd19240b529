// The standard input of the program in the terminal, also where Electron runs it.

import { createReadStream } from 'node:fs'
import { PassThrough, type Readable } from 'node:stream'

/**
 * Standard input. On Windows Electron has in its place a stream that is at its end (lib/common/init.ts),
 * so what is read there is file descriptor 0, as a terminal or not: `isTTY` is not known of it.
 */
export function standardInput(): Readable & { isTTY?: boolean } {
  if (process.platform !== 'win32' || process.type !== 'browser') return process.stdin
  const input = new PassThrough()
  const source = createReadStream('', { fd: 0, autoClose: false })
  // A program may be started without any: then there is nothing to read.
  source.on('error', () => input.end())
  return source.pipe(input)
}
