// The redirect URIs to register, as the form's fields make them, and a button that copies them.

import type { LatchkeyApi, TypedRedirect } from '../main/ipc.js'
import { makeCopyButton } from './button.js'
import { element, make } from './dom.js'
import type { TextControl } from './fields.js'

const NAMES = ['redirectPort', 'redirectHost', 'redirectPath'] as const

/** Shows them, and others as soon as a field changes. The returned function looks at the fields. */
export function createRedirectUris(
  latchkey: LatchkeyApi,
  fields: Readonly<Record<keyof TypedRedirect, TextControl>>,
): () => Promise<void> {
  const box = element('#redirect-uris')
  const uris = make('div')
  const copy = makeCopyButton('Copy', 'quiet', () => latchkey.runCommand('copy-redirect-uris'))
  copy.ariaLabel = 'Copy the redirect URI'
  box.append(uris, copy)
  let looks = 0

  const look = async (): Promise<void> => {
    const latest = ++looks
    const found = await latchkey.listRedirectUris({
      redirectPort: fields.redirectPort.input.value,
      redirectHost: fields.redirectHost.input.value,
      redirectPath: fields.redirectPath.input.value,
    })
    // Typed on meanwhile.
    if (latest === looks) show(found)
  }
  const show = (found: readonly string[]): void => {
    uris.replaceChildren(...found.map((uri) => make('code', {}, [uri])))
    // What cannot be used is said where it is saved.
    box.hidden = found.length === 0
  }
  for (const name of NAMES) {
    fields[name].input.addEventListener('input', () => void look().catch(() => show([])))
  }
  return look
}
