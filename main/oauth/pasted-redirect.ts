// The address that a browser was sent back to, as a person pasted it: the way on if it cannot come back.

/** What became of a pasted address. */
export type Pasted =
  | 'taken'
  /** It has been taken before, by this way or the listener's. */
  | 'again'
  | 'no-address'
  /** Not where the provider was asked to send the browser. */
  | 'other-place'
  /** It holds neither a code nor an error. */
  | 'no-answer'
  /** It belongs to no sign-in that waits. */
  | 'other-sign-in'

/** What a person is told. There is nothing of the address in it. */
export const PASTED_WORDS: { readonly [Kind in Pasted]: string } = {
  taken: 'Latchkey took the address that you pasted.',
  again: 'Latchkey has this address already. There is nothing more to do.',
  'no-address': 'This is no address that Latchkey can read. Copy all of it from the address bar.',
  'other-place':
    'This is not the address that your provider sends you back to. Sign in there first, then copy ' +
    'the address of the page that cannot be loaded.',
  'no-answer':
    'There is no answer of your provider in this address. Copy all of it, also what is behind the ' +
    'question mark.',
  'other-sign-in':
    'This address belongs to no sign-in that waits. Open the link of the one that does, and paste ' +
    'the address that it leads to.',
}

const LONGEST_ADDRESS = 64 * 1024

/** True for what can only be a pasted address: it is never a command, and never shown again. */
export function looksPasted(text: string): boolean {
  return /^[\s<"']*https?:/i.test(text) || /[?&#](code|state|error|iss)=/.test(text)
}

/** Reads an address as browsers and chats hand it out: in quotes, or without its `http://`. */
export function readAddress(text: string): URL | null {
  if (text.length > LONGEST_ADDRESS) return null
  const bare = text.trim().replace(/^[<"']+|[>"']+$/g, '')
  const address = /^https?:/i.test(bare) ? bare : `http://${bare}`
  return bare !== '' && URL.canParse(address) ? new URL(address) : null
}

/** True if an address is a redirect URI with an answer behind it. */
export function isAt({ origin, pathname, username, password }: URL, redirectUri: string): boolean {
  if (username !== '' || password !== '' || !URL.canParse(redirectUri)) return false
  const wanted = new URL(redirectUri)
  return origin === wanted.origin && pathname === wanted.pathname
}
