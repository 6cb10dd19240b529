// Prints text for a person outside of a running terminal.

import { writeText } from '../base/output.js'

export function print(text: string): void {
  writeText('stdout', text)
}

/** Prints an error to stderr, with the program's name. */
export function complain(message: string): void {
  writeText('stderr', `latchkey: ${message}`)
}
