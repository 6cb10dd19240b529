// A text that is shown nowhere: what prints it, or makes JSON of it, gets a mask.

export const MASK = '••••••••'

export type Secret = {
  /** The text itself: to be sent to where it belongs, and nowhere else. */
  reveal(): string
  toJSON(): string
  toString(): string
}

export function createSecret(text: string): Secret {
  return { reveal: () => text, toJSON: () => MASK, toString: () => MASK }
}
