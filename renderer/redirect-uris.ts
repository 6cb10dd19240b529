// The redirect URIs to register, built from the form's fields, and a button that copies them.

import type { LatchkeyApi, TypedRedirect } from '../main/ipc.js'
import { makeCopyButton } from './button.js'
import { element, make } from './dom.js'
import type { TextControl } from './fields.js'
import { BUTTONS, PROVIDER } from './words.js'

const NAMES = ['redirectPort', 'redirectHost', 'redirectPath'] as const

/** Shows the redirect URIs and updates them when a field changes. The returned function updates them too. */
export function createRedirectUris(
  latchkey: LatchkeyApi,
  fields: Readonly<Record<keyof TypedRedirect, TextControl>>,
): () => Promise<void> {
  const box = element('#redirect-uris')
  const uris = make('div')
  const copy = makeCopyButton(BUTTONS.copy, 'quiet', () =>
    latchkey.runCommand('copy-redirect-uris'),
  )
  copy.ariaLabel = BUTTONS.copyRedirectUri
  box.append(uris, copy)
  let looks = 0

  const look = async (): Promise<void> => {
    const latest = ++looks
    const found = await latchkey.listRedirectUris({
      redirectPort: fields.redirectPort.input.value,
      redirectHost: fields.redirectHost.input.value,
      redirectPath: fields.redirectPath.input.value,
    })
    // Ignore an answer that typing has overtaken.
    if (latest === looks) show(found)
  }
  const show = (found: readonly string[]): void => {
    // Saving says what is wrong with a field.
    uris.replaceChildren(
      ...(found.length === 0
        ? [PROVIDER.noRedirectUri]
        : found.map((uri) => make('code', {}, [uri]))),
    )
    copy.hidden = found.length === 0
  }
  for (const name of NAMES) {
    fields[name].input.addEventListener('input', () => void look().catch(() => show([])))
  }
  return look
}
