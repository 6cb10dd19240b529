// Draws facts: rows of a label and a value.

import { make, setText } from './dom.js'
import type { Fact } from './view.js'

/** Draws facts into a `dl`, in place. */
export function drawFacts(list: HTMLElement, facts: readonly Fact[]): void {
  while (list.children.length > facts.length) list.lastElementChild?.remove()
  for (const [index, { label, value, detail }] of facts.entries()) {
    const row = list.children[index] ?? list.appendChild(makeFact())
    const [labelBox, valueBox, detailBox] = row.querySelectorAll<HTMLElement>('dt, dd bdi')
    if (labelBox) setText(labelBox, label)
    if (valueBox) setText(valueBox, value)
    if (detailBox) setText(detailBox, detail ?? '')
  }
}

// A name may be written from right to left: `bdi` keeps it from reordering the text around it.
function makeFact(): HTMLElement {
  const values = make('dd', {}, [make('bdi'), make('bdi')])
  return make('div', {}, [make('dt'), values])
}
