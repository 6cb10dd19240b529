// The window's page: draws what view.ts makes of the status, and passes on what is pressed.

import type { LatchkeyApi, WindowStatus } from '../main/ipc.js'
import { viewOf, type Button, type Fact, type Line } from './view.js'

declare global {
  interface Window {
    readonly latchkey: LatchkeyApi
  }
}

/** How long a pressed button rests after the answer, for its effect may follow a little later. */
const REST_MS = 500

const { latchkey } = window
const main = element('main')
const heading = element('#heading')
const actions = element('#actions')
const announcement = element('#announcement')
const problem = element('#problem')

let shown: WindowStatus | null = null
let announced: string | null = null
let tick: number | undefined

latchkey.onStatusChanged(show)
latchkey.readStatus().then(
  // Every change is told, so what was told meanwhile is not older than this answer.
  (status) => shown ?? show(status),
  () => setText(problem, 'Latchkey does not answer. Close this window and open it again.'),
)

function show(status: WindowStatus): void {
  shown = status
  draw(status)
}

function draw(status: WindowStatus): void {
  const view = viewOf(status, Date.now())
  main.dataset['tone'] = view.tone
  setText(heading, view.heading)
  drawLines(view.lines)
  setText(element('#notice'), view.notice ?? '')
  element('#notice').hidden = view.notice === null
  drawFacts(view.facts)
  drawButtons(view.buttons)
  setText(element('#service'), status.serviceUrl.replace(/^http:\/\//, ''))
  setText(element('#version'), status.version)
  setText(element('#service-note'), status.serviceNote ?? '')
  element('#service-note').hidden = status.serviceNote === null
  element('#state').hidden = false
  element('footer').hidden = false

  if (announced !== view.announcement) {
    setText(problem, '')
    // The first state is no news: it is what the page is opened for.
    if (announced !== null) setText(announcement, view.announcement)
    announced = view.announcement
  }
  clearTimeout(tick)
  if (view.nextTickMs !== null) tick = setTimeout(() => draw(status), view.nextTickMs)
}

function drawLines(lines: readonly Line[]): void {
  const box = element('#lines')
  const drawn = lines.map(({ kind, text }) => {
    const line = document.createElement(kind === 'code' ? 'pre' : 'p')
    line.textContent = text
    return line
  })
  const isSame =
    box.children.length === drawn.length &&
    drawn.every((line, index) => box.children[index]?.isEqualNode(line))
  if (!isSame) box.replaceChildren(...drawn)
}

function drawFacts(facts: readonly Fact[]): void {
  const list = element('#facts')
  while (list.children.length > facts.length) list.lastElementChild?.remove()
  for (const [index, { label, value, detail }] of facts.entries()) {
    const row = list.children[index] ?? list.appendChild(makeFact())
    const [labelBox, valueBox, detailBox] = row.querySelectorAll<HTMLElement>('dt, dd bdi')
    if (labelBox) setText(labelBox, label)
    if (valueBox) setText(valueBox, value)
    if (detailBox) setText(detailBox, detail ?? '')
  }
}

// Names may run from right to left, or try to: each is kept to its own line.
function makeFact(): HTMLElement {
  const row = document.createElement('div')
  const values = document.createElement('dd')
  values.append(document.createElement('bdi'), document.createElement('bdi'))
  row.append(document.createElement('dt'), values)
  return row
}

function drawButtons(buttons: readonly Button[]): void {
  const before = [...actions.querySelectorAll('button')]
  const after = buttons.map(({ command, label, weight }) => {
    const button = before.find(({ value }) => value === command) ?? makeButton(command)
    button.className = weight
    setText(button, label)
    return button
  })
  if (after.length === before.length && after.every((button, index) => button === before[index])) {
    return
  }
  const focused = before.find((button) => button === document.activeElement)
  actions.replaceChildren(...after)
  // Where the focus was among the buttons it stays there, so that a keyboard need not begin anew.
  if (focused) (after.includes(focused) ? focused : (after[0] ?? heading)).focus()
}

function makeButton(command: Button['command']): HTMLButtonElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.value = command
  button.addEventListener('click', ({ detail }) => {
    // A double click's second half may fall on the button that took this one's place.
    if (detail <= 1) void press(button, command)
  })
  button.addEventListener('keydown', (event) => {
    // Enter held down would sign in and cancel in turn, and open a tab each time.
    if (event.repeat && event.key === 'Enter') event.preventDefault()
  })
  return button
}

async function press(button: HTMLButtonElement, command: Button['command']): Promise<void> {
  if (button.ariaDisabled === 'true') return
  // Not `disabled`, which would take the focus away.
  button.ariaDisabled = 'true'
  setText(problem, '')
  try {
    await latchkey.runCommand(command)
    await new Promise((resolve) => setTimeout(resolve, REST_MS))
  } catch {
    setText(
      problem,
      'That did not work. Try again; if it happens again, quit Latchkey and start it.',
    )
  }
  button.ariaDisabled = null
}

function element(selector: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(selector)
  if (!found) throw new Error(`index.html has no ${selector}`)
  return found
}

/** Leaves the page alone where the text is there already: no layout, no announcement. */
function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text
}
