// Text of others on its way to a terminal or a report.

import { UNPRINTABLE } from '../unprintable.js'

// Names come from the provider: an escape sequence in one must not reach the terminal, nor a mark
// that turns the writing direction of what follows.
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '�')
}

const LONGEST_EXCERPT = 20

/** The beginning of what somebody typed: enough to know it again, and no secret's whole. */
export function excerpt(text: string): string {
  const characters = Array.from(printable(text))
  return characters.length <= LONGEST_EXCERPT
    ? characters.join('')
    : `${characters.slice(0, LONGEST_EXCERPT).join('')}…`
}
