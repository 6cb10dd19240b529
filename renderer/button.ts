// Buttons that do one thing at a time, and say so if it failed.

import { make } from './dom.js'
import { announce, setProblem } from './news.js'
import { BUTTONS, NEWS } from './words.js'

/** How long a pressed button rests after the answer, because its effect may follow a little later. */
const REST_MS = 500
/** How long a button says that it has copied. */
const DONE_MS = 2000

/** Ignores a double click's second half and a held Enter key on every button. Call once. */
export function guardPresses(): void {
  const isButton = (target: EventTarget | null): boolean =>
    target instanceof Element && target.closest('button') !== null
  document.addEventListener(
    'click',
    (event) => {
      // The second half may hit the button that replaced the first.
      if (event.detail > 1 && isButton(event.target)) {
        event.preventDefault()
        event.stopPropagation()
      }
    },
    { capture: true },
  )
  document.addEventListener('keydown', (event) => {
    // A held Enter key would sign in and cancel in turn, and open a tab each time.
    if (event.repeat && event.key === 'Enter' && isButton(event.target)) event.preventDefault()
  })
}

/** Runs `act` when a button is pressed. Further presses are ignored until it is done. */
export function onPress(button: HTMLButtonElement, act: () => Promise<void>): void {
  button.addEventListener('click', (event) => {
    // A form is never sent anywhere.
    event.preventDefault()
    void press(button, act)
  })
}

async function press(button: HTMLButtonElement, act: () => Promise<void>): Promise<void> {
  if (button.ariaDisabled === 'true') return
  // `disabled` would take the focus away.
  button.ariaDisabled = 'true'
  setProblem('')
  try {
    await act()
    await new Promise((resolve) => setTimeout(resolve, REST_MS))
  } catch {
    setProblem(NEWS.didNotWork)
  }
  button.ariaDisabled = null
}

/** A button that copies something and then says so, without changing its width. */
export function makeCopyButton(
  label: string,
  className: string,
  copy: () => Promise<void>,
): HTMLButtonElement {
  const words = make('span', {}, [label])
  // Screen readers hear the announcement instead.
  const done = make('span', { className: 'done', ariaHidden: 'true' }, [BUTTONS.copied])
  const button = make('button', { type: 'button', className: `${className} copy` }, [words, done])
  let reset: number | undefined
  onPress(button, async () => {
    await copy()
    announce(NEWS.copied)
    button.classList.add('copied')
    clearTimeout(reset)
    reset = setTimeout(() => button.classList.remove('copied'), DONE_MS)
  })
  return button
}
