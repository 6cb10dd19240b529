// The characters that must not reach a terminal, a notification or a report.

/**
 * Control characters, unpaired surrogates, line separators, marks that change the writing direction,
 * and invisible characters: zero-width spaces and tags. Joiners are allowed, because names and emoji
 * need them.
 */
export const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu
