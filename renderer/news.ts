// What the page says beside what it shows: news, aloud and for a moment, and what did not work.

import { element, setText } from './dom.js'

/** Long enough to be read twice. */
const SHOWN_MS = 6000

export const UNREADABLE = 'The settings could not be read. Close this window and open it again.'

const region = element('#news')
let clear: number | undefined

/**
 * Tells those who do not see the page of a change, once; `shown`: in words that are in sight for a
 * moment too, where nothing else in sight says so.
 */
export function announce(text: string, { shown = false } = {}): void {
  clearTimeout(clear)
  region.classList.toggle('shown', shown)
  // The same words again are news only to an empty region.
  if (region.textContent === text) region.textContent = ''
  setText(region, text)
  // What stays would be come upon later, as if it were so still.
  clear = setTimeout(() => setText(region, ''), SHOWN_MS)
}

/** Says in the view at hand what did not work; an empty text takes that back. */
export function setProblem(text: string): void {
  for (const problem of document.querySelectorAll<HTMLElement>('[role=alert]')) {
    setText(problem, problem.closest('[hidden]') ? '' : text)
  }
}
