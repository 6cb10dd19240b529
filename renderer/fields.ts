// A setting on the page: a field of text or a box to tick, with its hint, its lock and its refusal.

import type { Field } from '../main/ipc.js'
import { make, showText } from './dom.js'

export type Control<Value> = {
  box: HTMLElement
  input: HTMLInputElement
  /** Shows a value, and what locks it. */
  show(field: Field<Value>): void
  setHint(hint: string): void
  /** Says at the field why its value was refused; null takes that back. */
  setRefusal(message: string | null): void
}

export type TextControl = Control<string> & {
  /** The input, and what stands beside it. */
  row: HTMLElement
}

export function makeTextField(name: string, label: string, hint: string): TextControl {
  const input = make('input', {
    id: name,
    name,
    type: 'text',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: false,
  })
  const { words, setLock, ...rest } = dress(input, hint)
  const title = make('label', { htmlFor: name }, [label])
  const row = make('div', { className: 'row' }, [input])
  const box = make('div', { className: 'field' }, [title, row, ...words])
  input.addEventListener('input', () => rest.setRefusal(null))
  return {
    box,
    row,
    input,
    ...rest,
    show({ value, lockedBy }) {
      input.value = value
      input.readOnly = lockedBy !== null
      setLock(lockedBy)
      // How to fill it in is of no use then.
      rest.setHint(lockedBy === null ? hint : '')
      rest.setRefusal(null)
    },
  }
}

/** `changed` is called once a person has ticked the box, or taken the tick away. */
export function makeTickBox(
  name: string,
  label: string,
  hint: string,
  changed: () => void,
): Control<boolean> {
  const input = make('input', { id: name, name, type: 'checkbox', autocomplete: 'off' })
  const { words, setLock, ...rest } = dress(input, hint)
  const title = make('label', { htmlFor: name }, [label])
  const box = make('div', { className: 'choice' }, [input, title, ...words])
  input.addEventListener('click', (event) => {
    // Not `disabled`, which would hide what is so from those who go through the page by keyboard.
    if (input.ariaDisabled === 'true') event.preventDefault()
  })
  input.addEventListener('change', changed)
  return {
    box,
    input,
    ...rest,
    show({ value, lockedBy }) {
      input.checked = value
      input.ariaDisabled = lockedBy === null ? null : 'true'
      setLock(lockedBy)
    },
  }
}

/** What stands under an input, and is read out with it. */
function dress(
  input: HTMLInputElement,
  hint: string,
): {
  words: HTMLElement[]
  setLock(lockedBy: string | null): void
} & Pick<Control<never>, 'setHint' | 'setRefusal'> {
  const boxFor = (part: string, className: string): HTMLElement =>
    make('p', { id: `${input.id}-${part}`, className, hidden: true })
  const refusal = boxFor('refusal', 'refusal')
  const lock = boxFor('lock', 'hint')
  const hintBox = boxFor('hint', 'hint')
  showText(hintBox, hint)
  const words = [refusal, hintBox, lock]
  const describe = (): void => {
    const said = words.filter(({ hidden }) => !hidden).map(({ id }) => id)
    if (said.length === 0) input.removeAttribute('aria-describedby')
    else input.setAttribute('aria-describedby', said.join(' '))
  }
  describe()
  return {
    words,
    setHint(next) {
      showText(hintBox, next)
      describe()
    },
    setLock(lockedBy) {
      showText(lock, lockedBy === null ? null : `Set by ${lockedBy}, so it cannot be changed here.`)
      describe()
    },
    setRefusal(message) {
      showText(refusal, message)
      // Where the hint says the same, it is said once.
      hintBox.hidden = hintBox.textContent === '' || hintBox.textContent === message
      input.ariaInvalid = message === null ? null : 'true'
      describe()
    },
  }
}
