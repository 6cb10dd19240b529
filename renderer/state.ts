// Draws what view.ts makes of the status, and changes no more of the page than has changed.

import { makeCopyButton, onPress } from './button.js'
import { element, elementOf, make, setAttribute, setChildren, setText } from './dom.js'
import { drawFacts } from './facts.js'
import type { PasteForm } from './paste.js'
import type { Action, Button, Help, Notice, View } from './view.js'

export type StateView = {
  draw(view: View): void
}

/** `act`: what a button does; `chooseKeeping`: where a person chooses how the session is kept. */
export function createStateView(
  act: (action: Action) => Promise<void>,
  pasteForm: PasteForm,
  chooseKeeping: () => void,
): StateView {
  const heading = element('#heading')
  const mark = elementOf(SVGUseElement, '#mark use')

  const makeButton = ({ action, label, weight }: Button): HTMLButtonElement => {
    const run = (): Promise<void> => act(action)
    if (action === 'copy-link') {
      return Object.assign(makeCopyButton(label, weight, run), { value: action })
    }
    const properties = { type: 'button', className: weight, value: action } as const
    const button = make('button', properties, [label])
    onPress(button, run)
    return button
  }

  const drawButtons = (
    actions: HTMLElement,
    buttons: readonly Button[],
    weight?: Button['weight'],
  ): void => {
    const before = [...actions.querySelectorAll('button')]
    const after = buttons.map((wanted) => {
      const found = before.find(({ value }) => value === wanted.action)
      // Signing in is called otherwise where it is done again; no other button changes its words.
      if (found && wanted.action === 'sign-in') setText(found, wanted.label)
      return found ?? makeButton(weight ? { ...wanted, weight } : wanted)
    })
    const focused = before.find((button) => button === document.activeElement)
    setChildren(actions, after)
    // Where the focus was among the buttons it stays there, so that a keyboard need not begin anew.
    if (focused && !after.includes(focused)) (after[0] ?? heading).focus()
  }

  const notices = element('#notices')
  const drawNotices = (wanted: readonly Notice[]): void => {
    const drawn = wanted.map(({ text, action }, index) => {
      const found = notices.children[index]
      const isThere =
        found?.querySelector('p')?.textContent === text &&
        (found.querySelector('button') !== null) === (action !== null)
      return isThere ? found : makeNotice(text, action, chooseKeeping)
    })
    setChildren(notices, drawn)
  }

  const drawAsking = (asking: View['asking']): void => {
    const box = element('#asking')
    drawButtons(element('#asking > div'), asking?.buttons ?? [], 'quiet')
    if (box.hidden !== (asking === null)) box.hidden = asking === null
    setText(element('#asking > p'), asking?.text ?? '')
    setText(element('#asking > .hint'), asking?.hint ?? '')
  }

  /** Kept as it is while it says the same, so that who has opened it can read on. */
  const drawHelp = (help: Help | null): void => {
    const box = elementOf(HTMLDetailsElement, '#help')
    if (help === null) {
      if (box.hidden) return
      pasteForm.clear()
      // A keyboard goes on from there, and not from the page's beginning.
      if (box.contains(document.activeElement)) heading.focus()
      box.open = false
      box.hidden = true
      return
    }
    box.hidden = false
    setText(element('#help summary'), help.question)
    setText(element('#help-uri'), help.redirectUri)
    setText(element('#help-answer'), help.answer)
  }

  return {
    draw(view) {
      setAttribute(element('#state'), 'data-tone', view.tone)
      setAttribute(mark, 'href', `#mark-${view.mark}`)
      setText(element('#heading span'), view.heading)
      setText(element('#text'), view.text)
      drawNotices(view.notices)
      drawAsking(view.asking)
      drawFacts(element('#facts'), view.facts)
      drawHelp(view.help)
      drawButtons(element('#actions'), view.buttons)
    },
  }
}

function makeNotice(
  text: string,
  action: Notice['action'],
  chooseKeeping: () => void,
): HTMLElement {
  const box = make('div', { className: 'notice' }, [make('p', {}, [text])])
  if (action === null) return box
  const button = make('button', { type: 'button', className: 'quiet' }, ['Choose in Settings'])
  button.addEventListener('click', chooseKeeping)
  box.append(button)
  return box
}
