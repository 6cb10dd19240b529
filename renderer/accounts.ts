// Draws the list of several accounts: a button for each, which opens it.

import { make, setAttribute, setChildren, setText } from './dom.js'
import type { AccountRow } from './view.js'
import { ACCOUNTS } from './words.js'

/** Draws the rows into a `ul`. A row keeps its focus if its account is still there. */
export function drawRows(
  list: HTMLElement,
  rows: readonly AccountRow[],
  open: (id: string) => void,
): void {
  const before = [...list.querySelectorAll('button')]
  const drawn = rows.map((row) => {
    const button = before.find(({ value }) => value === row.id) ?? makeRow(row.id, open)
    drawRow(button, row)
    return button.parentElement!
  })
  setChildren(list, drawn)
}

function drawRow(button: HTMLButtonElement, row: AccountRow): void {
  const { name, details, state, tone, mark, isDefault } = row
  setAttribute(button, 'data-tone', tone)
  setAttribute(button.querySelector('use')!, 'href', `#mark-${mark}`)
  const badge = isDefault ? ACCOUNTS.default : ''
  const texts = [name, details[0] ?? '', details[1] ?? '', state, badge]
  for (const [index, part] of [...button.querySelectorAll('bdi')].entries()) {
    setText(part, texts[index] ?? '')
  }
}

// A name may be written from right to left: `bdi` keeps it from reordering the text around it.
function makeRow(id: string, open: (id: string) => void): HTMLButtonElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.append(document.createElementNS(svg.namespaceURI, 'use'))
  svg.ariaHidden = 'true'
  const part = (className: string): HTMLElement => make('bdi', { className })
  const button = make('button', { type: 'button', className: 'account', value: id }, [
    svg,
    make('span', {}, [
      part('name'),
      make('span', {}, [part('soft'), part('soft')]),
      make('span', {}, [part('of-state'), part('badge')]),
    ]),
  ])
  button.addEventListener('click', () => open(id))
  make('li', {}, [button])
  return button
}
