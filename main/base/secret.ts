// A text that is never shown: printing it or converting it to JSON gives a mask.

export const MASK = '••••••••'

export type Secret = {
  /** Returns the text itself. Send it only to its recipient. */
  reveal(): string
  toJSON(): string
  toString(): string
}

export function createSecret(text: string): Secret {
  return { reveal: () => text, toJSON: () => MASK, toString: () => MASK }
}
