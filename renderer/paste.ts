// The field for the address of the browser's last page: the way on if the browser cannot come back.

import type { LatchkeyApi } from '../main/ipc.js'
import { onPress } from './button.js'
import { element, make } from './dom.js'
import { makeTextField } from './fields.js'
import { announce } from './news.js'

export type PasteForm = {
  /** Takes back what stands there and what was said of it. */
  clear(): void
}

export function createPasteForm(latchkey: LatchkeyApi): PasteForm {
  const { box, row, input, setRefusal } = makeTextField(
    'pasted',
    'Address of the page that cannot be loaded',
    'Copy all of it from the address bar of your browser, and paste it here.',
  )
  const take = make('button', { type: 'submit', className: 'plain' }, ['Continue'])
  row.append(take)
  element('#paste').append(box)

  onPress(take, async () => {
    const address = input.value
    // There is a code in it: it is not kept in sight, whatever becomes of it.
    input.value = ''
    setRefusal(null)
    const { kind, message } = await latchkey.pasteAddress(address)
    if (kind === 'taken') return announce(message, { shown: true })
    setRefusal(message)
    announce(message)
    input.focus()
  })
  return {
    clear() {
      input.value = ''
      setRefusal(null)
    },
  }
}
