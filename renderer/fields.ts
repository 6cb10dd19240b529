// A setting on the page: a text field or a checkbox, with its hint, lock and error.

import type { Field } from '../main/ipc.js'
import { make, showText } from './dom.js'
import { SETTINGS } from './words.js'

export type Control<Value> = {
  box: HTMLElement
  input: HTMLInputElement
  /** Shows a value, and what locks it. */
  show(field: Field<Value>): void
  setHint(hint: string): void
  /** Says at the field why its value was rejected; null clears the error. */
  setError(message: string | null): void
}

export type TextControl = Control<string> & {
  /** The input, and the buttons beside it. */
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
  const { texts, setLock, ...rest } = addTexts(input, hint)
  const title = make('label', { htmlFor: name }, [label])
  const row = make('div', { className: 'row' }, [input])
  const box = make('div', { className: 'field' }, [title, row, ...texts])
  input.addEventListener('input', () => rest.setError(null))
  return {
    box,
    row,
    input,
    ...rest,
    show({ value, lockedBy }) {
      input.value = value
      input.readOnly = lockedBy !== null
      setLock(lockedBy)
      // A locked field needs no hint on how to fill it in.
      rest.setHint(lockedBy === null ? hint : '')
      rest.setError(null)
    },
  }
}

/** `changed` is called when a person ticks or clears the box. */
export function makeTickBox(
  name: string,
  label: string,
  hint: string,
  changed: () => void,
): Control<boolean> {
  const input = make('input', { id: name, name, type: 'checkbox', autocomplete: 'off' })
  const { texts, setLock, ...rest } = addTexts(input, hint)
  const title = make('label', { htmlFor: name }, [label])
  const box = make('div', { className: 'choice' }, [input, title, ...texts])
  input.addEventListener('click', (event) => {
    // `disabled` would take the box out of the keyboard's order, and hide its state.
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

/** The texts under an input, which are read out with it. */
function addTexts(
  input: HTMLInputElement,
  hint: string,
): {
  texts: HTMLElement[]
  setLock(lockedBy: string | null): void
} & Pick<Control<never>, 'setHint' | 'setError'> {
  const boxFor = (part: string, className: string): HTMLElement =>
    make('p', { id: `${input.id}-${part}`, className, hidden: true })
  const error = boxFor('error', 'error')
  const lock = boxFor('lock', 'hint')
  const hintBox = boxFor('hint', 'hint')
  showText(hintBox, hint)
  const texts = [error, hintBox, lock]
  const describe = (): void => {
    const said = texts.filter(({ hidden }) => !hidden).map(({ id }) => id)
    if (said.length === 0) input.removeAttribute('aria-describedby')
    else input.setAttribute('aria-describedby', said.join(' '))
  }
  describe()
  return {
    texts,
    setHint(next) {
      showText(hintBox, next)
      describe()
    },
    setLock(lockedBy) {
      showText(lock, lockedBy === null ? null : SETTINGS.lockedBy(lockedBy))
      describe()
    },
    setError(message) {
      showText(error, message)
      // If the hint says the same, it is hidden.
      hintBox.hidden = hintBox.textContent === '' || hintBox.textContent === message
      input.ariaInvalid = message === null ? null : 'true'
      describe()
    },
  }
}
