// Text of others on its way to a terminal, a log or a report.

import { UNPRINTABLE } from './unprintable.js'

// Names come from the provider: an escape sequence in one must not reach the terminal, nor a mark
// that turns the writing direction of what follows. Joiners, which terminals show in many ways, go.
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '�').replace(JOINERS, '')
}

/**
 * A value as one line of JSON that reads back as it was. JSON itself leaves characters as they are
 * that end a line (U+2028, U+2029: node:readline splits there) or steer a terminal.
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

/** The beginning of what somebody typed: enough to know it again, and no secret's whole. */
export function excerpt(text: string): string {
  const characters = Array.from(printable(text))
  return characters.length <= LONGEST_EXCERPT
    ? characters.join('')
    : `${characters.slice(0, LONGEST_EXCERPT).join('')}…`
}
