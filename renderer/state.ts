// Draws the view that view.ts makes, and changes only those parts of the page that differ.

import { makeCopyButton, onPress } from './button.js'
import { element, findElement, make, setAttribute, setChildren, setText } from './dom.js'
import { drawRows } from './accounts.js'
import { drawFacts } from './facts.js'
import type { PasteForm } from './paste.js'
import {
  BANNER_LABELS,
  type Action,
  type Banner,
  type Button,
  type Help,
  type BannerAction,
  type View,
} from './view.js'

export type StateView = {
  draw(view: View): void
}

export type StateDeps = {
  /** Does what a button says. */
  act(action: Action): Promise<void>
  pasteForm: PasteForm
  /** Opens one of several accounts. */
  openAccount(id: string): void
  /** Leads to the setting of how the session is stored. */
  chooseKeeping(): void
}

export function createStateView(deps: StateDeps): StateView {
  const { act, pasteForm } = deps
  return {
    draw(view) {
      drawSession('#state', view, deps)
      drawAsking(view.asking, act)
      drawRows(element('#accounts'), view.accounts, deps.openAccount)
      drawHelp(view.help, pasteForm)
    },
  }
}

/** Draws the parts that every view of a session has: its heading, texts, facts and buttons. */
export function drawSession(
  section: '#state' | '#account',
  view: View,
  deps: Pick<StateDeps, 'act' | 'chooseKeeping'>,
): void {
  const part = (selector: string): HTMLElement => element(`${section} > ${selector}`)
  const runBanner = async (action: BannerAction): Promise<void> => {
    if (action === 'keep-without-keyring') deps.chooseKeeping()
    else await deps.act(action)
  }
  setAttribute(element(section), 'data-tone', view.tone)
  const mark = findElement(SVGUseElement, `${section} > h1 use`)
  setAttribute(mark, 'href', `#mark-${view.mark}`)
  setText(part('h1 > span'), view.heading)
  setText(part('.text'), view.text)
  drawBanners(part('.banners'), view.banners, runBanner)
  drawFacts(part('.facts'), view.facts)
  drawButtons(part('.actions'), view.buttons, deps.act)
}

/** Draws buttons in place. */
export function drawButtons(
  actions: HTMLElement,
  buttons: readonly Button[],
  act: StateDeps['act'],
): void {
  const before = [...actions.querySelectorAll('button')]
  const after = buttons.map((wanted) => {
    const found = before.find(({ value }) => value === toKey(wanted.action))
    // Only the sign-in button has two labels.
    if (found && wanted.action === 'sign-in') setText(found, wanted.label)
    return found ?? makeButton(wanted, act)
  })
  const focused = before.find((button) => button === document.activeElement)
  setChildren(actions, after)
  // A focus among the buttons stays there, so that a keyboard doesn't have to start over.
  if (focused && !after.includes(focused))
    (after[0] ?? actions.closest('[data-tone]')?.querySelector('h1'))?.focus()
}

function makeButton({ action, label, weight }: Button, act: StateDeps['act']): HTMLButtonElement {
  const run = (): Promise<void> => act(action)
  const value = toKey(action)
  if (action === 'copy-link') {
    return Object.assign(makeCopyButton(label, weight, run), { value })
  }
  const properties = { type: 'button', className: weight, value } as const
  const button = make('button', properties, [label])
  onPress(button, run)
  return button
}

/** What tells one button from another. */
function toKey(action: Action): string {
  return typeof action === 'string' ? action : Object.values(action).join(' ')
}

function drawBanners(
  banners: HTMLElement,
  wanted: readonly Banner[],
  run: (action: BannerAction) => Promise<void>,
): void {
  const drawn = wanted.map((banner, index) => {
    const found = banners.children[index]
    return found && isDrawn(found, banner) ? found : makeBanner(banner, run)
  })
  setChildren(banners, drawn)
}

function drawAsking(asking: View['asking'], act: StateDeps['act']): void {
  const box = element('#asking')
  const buttons = (asking?.buttons ?? []).map((button) => ({ ...button, weight: 'quiet' as const }))
  drawButtons(element('#asking > div'), buttons, act)
  if (box.hidden !== (asking === null)) box.hidden = asking === null
  setText(element('#asking > p'), asking?.text ?? '')
  setText(element('#asking > .hint'), asking?.hint ?? '')
}

/** Stays open while its text is the same, so that a person can read on. */
function drawHelp(help: Help | null, pasteForm: PasteForm): void {
  const box = findElement(HTMLDetailsElement, '#help')
  if (help === null) {
    if (box.hidden) return
    pasteForm.clear()
    // A keyboard goes on from the heading instead of the top of the page.
    if (box.contains(document.activeElement)) element('#heading').focus()
    box.open = false
    box.hidden = true
    return
  }
  box.hidden = false
  setText(element('#help summary'), help.question)
  setText(element('#help-uri'), help.redirectUri)
  setText(element('#help-answer'), help.answer)
}

/** True if a box already shows this banner. */
function isDrawn(box: Element, { text, hint, actions }: Banner): boolean {
  const [words, ...hints] = [...box.querySelectorAll('p')].map((p) => p.textContent)
  const offered = [...box.querySelectorAll('button')].map(({ value }) => value)
  return words === text && (hints[0] ?? null) === hint && offered.join(' ') === actions.join(' ')
}

function makeBanner(
  { text, hint, actions }: Banner,
  run: (action: BannerAction) => Promise<void>,
): HTMLElement {
  const box = make('div', { className: 'banner' }, [make('p', {}, [text])])
  if (hint !== null) box.append(make('p', { className: 'hint' }, [hint]))
  for (const action of actions) {
    const properties = { type: 'button', className: 'quiet', value: action } as const
    const button = make('button', properties, [BANNER_LABELS[action]])
    onPress(button, () => run(action))
    box.append(button)
  }
  return box
}
