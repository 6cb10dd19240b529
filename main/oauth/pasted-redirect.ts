// A pasted address: how a sign-in goes on if the browser cannot reach the callback listener.

/** The result of pasting an address. */
export type Pasted =
  | 'taken'
  /** Latchkey has it already, pasted or from the browser. */
  | 'again'
  | 'no-address'
  /** It is not the redirect URI. */
  | 'other-place'
  /** It has neither a code nor an error. */
  | 'no-answer'
  /** It belongs to no waiting sign-in. */
  | 'other-sign-in'

const LONGEST_ADDRESS = 64 * 1024

/** True if the text can only be a pasted address. It is never a command, and never shown again. */
export function looksPasted(text: string): boolean {
  return /^[\s<"']*https?:/i.test(text) || /[?&#](code|state|error|iss)=/.test(text)
}

/** Reads an address as browsers and chats copy it: also in quotes, or without `http://`. */
export function readAddress(text: string): URL | null {
  if (text.length > LONGEST_ADDRESS) return null
  const bare = text.trim().replace(/^[<"']+|[>"']+$/g, '')
  const address = /^https?:/i.test(bare) ? bare : `http://${bare}`
  return bare !== '' && URL.canParse(address) ? new URL(address) : null
}

/** True if the address is the redirect URI, with any query. */
export function isAt({ origin, pathname, username, password }: URL, redirectUri: string): boolean {
  if (username !== '' || password !== '' || !URL.canParse(redirectUri)) return false
  const wanted = new URL(redirectUri)
  return origin === wanted.origin && pathname === wanted.pathname
}
