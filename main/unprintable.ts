// The characters of others that must not reach a terminal, a notification or a report as they are.

/**
 * Control characters, halves of characters, line separators, marks that turn the writing direction of
 * what follows, and tags, which nobody sees. Joiners stay: names and emoji are written with them.
 */
export const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu
