// Draws the view that view.ts makes, and changes only those parts of the page that differ.

import { makeCopyButton, onPress } from './button.js'
import { element, findElement, make, setAttribute, setChildren, setText } from './dom.js'
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
  /** Leads to the setting of how the session is stored. */
  chooseKeeping(): void
}

export function createStateView(deps: StateDeps): StateView {
  const { act, pasteForm } = deps
  const mark = findElement(SVGUseElement, '#mark use')
  const runBanner = async (action: BannerAction): Promise<void> => {
    if (action === 'keep-without-keyring') deps.chooseKeeping()
    else await act(action)
  }
  return {
    draw(view) {
      setAttribute(element('#state'), 'data-tone', view.tone)
      setAttribute(mark, 'href', `#mark-${view.mark}`)
      setText(element('#heading span'), view.heading)
      setText(element('#text'), view.text)
      drawBanners(view.banners, runBanner)
      drawAsking(view.asking, act)
      drawFacts(element('#facts'), view.facts)
      drawHelp(view.help, pasteForm)
      drawButtons(element('#actions'), view.buttons, act)
    },
  }
}

function drawButtons(
  actions: HTMLElement,
  buttons: readonly Button[],
  act: StateDeps['act'],
): void {
  const before = [...actions.querySelectorAll('button')]
  const after = buttons.map((wanted) => {
    const found = before.find(({ value }) => value === wanted.action)
    // Only the sign-in button has two labels.
    if (found && wanted.action === 'sign-in') setText(found, wanted.label)
    return found ?? makeButton(wanted, act)
  })
  const focused = before.find((button) => button === document.activeElement)
  setChildren(actions, after)
  // A focus among the buttons stays there, so that a keyboard doesn't have to start over.
  if (focused && !after.includes(focused)) (after[0] ?? element('#heading')).focus()
}

function makeButton({ action, label, weight }: Button, act: StateDeps['act']): HTMLButtonElement {
  const run = (): Promise<void> => act(action)
  if (action === 'copy-link') {
    return Object.assign(makeCopyButton(label, weight, run), { value: action })
  }
  const properties = { type: 'button', className: weight, value: action } as const
  const button = make('button', properties, [label])
  onPress(button, run)
  return button
}

function drawBanners(
  wanted: readonly Banner[],
  run: (action: BannerAction) => Promise<void>,
): void {
  const banners = element('#banners')
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
