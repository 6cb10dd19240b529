// News for a moment, read out by screen readers, and errors in the view that is shown.

import { element, setText } from './dom.js'

/** Long enough to be read twice. */
const SHOWN_MS = 6000

const region = element('#news')
let clear: number | undefined

/** Has screen readers announce a change once. `shown`: also shows it for a moment. */
export function announce(text: string, { shown = false } = {}): void {
  clearTimeout(clear)
  region.classList.toggle('shown', shown)
  // Screen readers announce the same words again only in an emptied region.
  if (region.textContent === text) region.textContent = ''
  setText(region, text)
  // A text that stayed could be read later, when it is no longer true.
  clear = setTimeout(() => setText(region, ''), SHOWN_MS)
}

/** Shows an error in the view that is shown; an empty text clears it. */
export function setProblem(text: string): void {
  for (const problem of document.querySelectorAll<HTMLElement>('[role=alert]')) {
    setText(problem, problem.closest('[hidden]') ? '' : text)
  }
}
