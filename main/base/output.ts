// The one place that prints: to a terminal, or to a program that reads the output.

import { ERROR_MESSAGES } from './base-messages.js'
import { readErrno } from './errno.js'
import { printable } from './printable.js'

type Stream = 'stdout' | 'stderr'

/** Longer than any link that Latchkey prints. */
const LONGEST_LINE = 64 * 1024

/** Prints text for a person, without characters that could control the terminal. */
export function writeText(stream: Stream, text: string): void {
  const lines = text.split('\n').map((line) => printable(line.slice(0, LONGEST_LINE)))
  process[stream].write(`${lines.join('\n')}\n`)
}

/** Prints text for a person to stdout. */
export function print(text: string): void {
  writeText('stdout', text)
}

/** Prints an error for a person to stderr, with the program's name. */
export function complain(message: string): void {
  writeText('stderr', `latchkey: ${message}`)
}

/** Prints a line for a program. The line must be printable already. */
export function writeLine(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Prints progress to stderr, without a line break of its own. A `\r` in it starts the line again. */
export function writeProgress(text: string): void {
  process.stderr.write(text.replaceAll(/[^\r\n]+/g, (part) => printable(part)))
}

/** Waits until the output is written. On Windows, the end of the process loses output to a pipe. */
export function flushOutput(): Promise<void> {
  return new Promise((resolve) => void process.stdout.write('', () => resolve()))
}

/** Clears the terminal's current line and `rowsAbove` rows above it. */
export function clearLines(rowsAbove: number): void {
  const up = rowsAbove === 0 ? '' : `\u001b[${rowsAbove}A`
  process.stdout.write(`${up}\r\u001b[J`)
}

/** Leaves `rows` rows of the terminal empty. */
export function skipLines(rows: number): void {
  process.stdout.write('\n'.repeat(rows))
}

/**
 * Calls `onGone` if the reader of the output is gone, and `onFailed` with a message if the output can't
 * be written for another reason, such as a full disk.
 */
export function watchOutput(onGone: () => void, onFailed: (message: string) => void): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    process[stream].on('error', (error) => {
      const code = readErrno(error)
      // A closed terminal gives EIO.
      const isGone = GONE.has(code) || (code === 'EIO' && process[stream].isTTY)
      if (isGone) onGone()
      else onFailed(ERROR_MESSAGES.outputFailed(code))
    })
  }
}

const GONE: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED'])
