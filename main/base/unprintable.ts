// The characters of others that must not reach a terminal, a notification or a report as they are.

/**
 * Control characters, halves of characters, line separators, marks that turn the writing direction of
 * what follows, and what nobody sees: spaces of no width and tags. Joiners stay: names and emoji are
 * written with them.
 */
export const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu
