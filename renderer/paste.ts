// The field for the address of the browser's last page, for browsers that can't come back.

import type { LatchkeyApi } from '../main/ipc.js'
import { onPress } from './button.js'
import { element, make } from './dom.js'
import { makeTextField } from './fields.js'
import { announce } from './news.js'
import { PASTE } from './words.js'

export type PasteForm = {
  /** Empties the field and clears its error. */
  clear(): void
}

export function createPasteForm(latchkey: LatchkeyApi): PasteForm {
  const { box, row, input, setError } = makeTextField('pasted', PASTE.label, PASTE.hint)
  const take = make('button', { type: 'submit', className: 'plain' }, [PASTE.continue])
  row.append(take)
  element('#paste').append(box)

  onPress(take, async () => {
    const address = input.value
    // The address holds a code, so it doesn't stay in sight.
    input.value = ''
    setError(null)
    const { kind, message } = await latchkey.pasteAddress(address)
    if (kind === 'taken') return announce(message, { shown: true })
    setError(message)
    announce(message)
    input.focus()
  })
  return {
    clear() {
      input.value = ''
      setError(null)
    },
  }
}
