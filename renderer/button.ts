// Buttons that do one thing at a time, and say when it did not work.

import { make } from './dom.js'
import { announce, setProblem } from './news.js'

/** How long a pressed button rests after the answer, for its effect may follow a little later. */
const REST_MS = 500
/** How long a button says that it is done. */
const DONE_MS = 2000

const DID_NOT_WORK =
  'That did not work. Try again; if it happens again, quit Latchkey and start it.'

/** Keeps one press from being two, wherever the second would fall. Call once. */
export function guardPresses(): void {
  const isButton = (target: EventTarget | null): boolean =>
    target instanceof Element && target.closest('button') !== null
  document.addEventListener(
    'click',
    (event) => {
      // A double click's second half may fall on the button that took the first one's place.
      if (event.detail > 1 && isButton(event.target)) {
        event.preventDefault()
        event.stopPropagation()
      }
    },
    { capture: true },
  )
  document.addEventListener('keydown', (event) => {
    // Enter held down would sign in and cancel in turn, and open a tab each time.
    if (event.repeat && event.key === 'Enter' && isButton(event.target)) event.preventDefault()
  })
}

/** Has a button do something, once until that is done. */
export function onPress(button: HTMLButtonElement, act: () => Promise<void>): void {
  button.addEventListener('click', (event) => {
    // A form is never sent anywhere.
    event.preventDefault()
    void press(button, act)
  })
}

async function press(button: HTMLButtonElement, act: () => Promise<void>): Promise<void> {
  if (button.ariaDisabled === 'true') return
  // Not `disabled`, which would take the focus away.
  button.ariaDisabled = 'true'
  setProblem('')
  try {
    await act()
    await new Promise((resolve) => setTimeout(resolve, REST_MS))
  } catch {
    setProblem(DID_NOT_WORK)
  }
  button.ariaDisabled = null
}

/** A button that copies something, and says so in its own place, which stays as wide as it is. */
export function makeCopyButton(
  label: string,
  className: string,
  copy: () => Promise<void>,
): HTMLButtonElement {
  const words = make('span', {}, [label])
  // Those who do not see the page are told.
  const done = make('span', { className: 'done', ariaHidden: 'true' }, ['Copied'])
  const button = make('button', { type: 'button', className: `${className} copy` }, [words, done])
  let reset: number | undefined
  onPress(button, async () => {
    await copy()
    announce('Copied.')
    button.classList.add('copied')
    clearTimeout(reset)
    reset = setTimeout(() => button.classList.remove('copied'), DONE_MS)
  })
  return button
}
