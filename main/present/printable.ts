// Text of others on its way to a terminal or a report.

import { UNPRINTABLE } from '../unprintable.js'

// Names come from the provider: an escape sequence in one must not reach the terminal, nor a mark
// that turns the writing direction of what follows.
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '�')
}
