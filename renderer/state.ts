// Draws what view.ts makes of the status, and changes no more of the page than has changed.

import { makeCopyButton, onPress } from './button.js'
import { element, elementOf, make, setAttribute, setChildren, setText } from './dom.js'
import { drawFacts } from './facts.js'
import type { PasteForm } from './paste.js'
import {
  NOTICE_LABELS,
  type Action,
  type Button,
  type Help,
  type Notice,
  type NoticeAction,
  type View,
} from './view.js'

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
    const drawn = wanted.map((notice, index) => {
      const found = notices.children[index]
      return found && isNotice(found, notice) ? found : makeNotice(notice, runNotice)
    })
    setChildren(notices, drawn)
  }
  const runNotice = async (action: NoticeAction): Promise<void> => {
    if (action === 'keep-without-keyring') chooseKeeping()
    else await act(action)
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

/** True where a box says and offers the very same already. */
function isNotice(box: Element, { text, hint, actions }: Notice): boolean {
  const [words, ...hints] = [...box.querySelectorAll('p')].map((p) => p.textContent)
  const offered = [...box.querySelectorAll('button')].map(({ value }) => value)
  return words === text && (hints[0] ?? null) === hint && offered.join(' ') === actions.join(' ')
}

function makeNotice(
  { text, hint, actions }: Notice,
  run: (action: NoticeAction) => Promise<void>,
): HTMLElement {
  const box = make('div', { className: 'notice' }, [make('p', {}, [text])])
  if (hint !== null) box.append(make('p', { className: 'hint' }, [hint]))
  for (const action of actions) {
    const properties = { type: 'button', className: 'quiet', value: action } as const
    const button = make('button', properties, [NOTICE_LABELS[action]])
    onPress(button, () => run(action))
    box.append(button)
  }
  return box
}
