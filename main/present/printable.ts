// Text of others on its way to a terminal or a report.

// Names come from the provider: an escape sequence in one must not reach the terminal, nor a mark
// that turns the writing direction of what follows.
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/gu, '�')
}
