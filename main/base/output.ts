// The one place where lines leave for a terminal, or for whatever reads them in its place.

import { errnoOf } from './errno.js'
import { printable } from './printable.js'

type Stream = 'stdout' | 'stderr'

/** Longer than any link that is handed out. */
const LONGEST_LINE = 64 * 1024

/** Prints text for a person, each of its lines without what could steer a terminal. */
export function writeText(stream: Stream, text: string): void {
  const lines = text.split('\n').map((line) => printable(line.slice(0, LONGEST_LINE)))
  process[stream].write(`${lines.join('\n')}\n`)
}

/** Prints a line that is printable already, and that a program reads. */
export function writeLine(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Waits until what was printed is out: to a pipe on Windows, it would be lost with the process. */
export function flushOutput(): Promise<void> {
  return new Promise((resolve) => void process.stdout.write('', () => resolve()))
}

/** Takes back what stands on the terminal's line, and on so many rows above it. */
export function clearLines(rowsAbove: number): void {
  const up = rowsAbove === 0 ? '' : `\u001b[${rowsAbove}A`
  process.stdout.write(`${up}\r\u001b[J`)
}

/** Leaves so many rows of the terminal empty. */
export function skipLines(rows: number): void {
  process.stdout.write('\n'.repeat(rows))
}

/**
 * Calls `onGone` once nobody reads the output any more, and `onFailed` with what is to be said where
 * it cannot be written for another reason, such as a full disk.
 */
export function watchOutput(onGone: () => void, onFailed: (message: string) => void): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    process[stream].on('error', (error) => {
      const code = errnoOf(error)
      // A terminal that was closed gives EIO.
      const isGone = GONE.has(code) || (code === 'EIO' && process[stream].isTTY)
      if (isGone) onGone()
      else onFailed(`The output cannot be written (${code || 'no reason given'}).`)
    })
  }
}

const GONE: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED'])
