// Makes untrusted text safe for a terminal, a log or a report.

import { UNPRINTABLE } from './unprintable.js'

// Names come from the provider. An escape sequence or a mark that changes the writing direction must
// not reach the terminal. Joiners are removed too, because terminals show them in different ways.
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '�').replace(JOINERS, '')
}

/**
 * Writes a value as one line of JSON that parses to the same value. JSON.stringify doesn't escape
 * characters that end a line (U+2028, U+2029: node:readline splits there) or control a terminal.
 */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(UNPRINTABLE, escaped).replace(JOINERS, escaped)
}

const JOINERS = /[\u200c\u200d]/g

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_none, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('')
}

const LONGEST_EXCERPT = 20

/** The beginning of typed text: enough to recognize it, but never a whole secret. */
export function excerpt(text: string): string {
  const characters = Array.from(printable(text))
  return characters.length <= LONGEST_EXCERPT
    ? characters.join('')
    : `${characters.slice(0, LONGEST_EXCERPT).join('')}…`
}
