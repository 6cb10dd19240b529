// Creates a key for a program that can't be recognized, and shows it once.

import type { AccountView, LatchkeyApi, WindowStatus } from '../main/ipc.js'
import { makeCopyButton, onPress } from './button.js'
import { element, make, setText } from './dom.js'
import { makeTextField } from './fields.js'
import { announce, setProblem } from './news.js'
import { BUTTONS, KEY } from './words.js'

export type KeyPage = {
  /** The accounts that a key can be for. */
  showStatus(status: Pick<WindowStatus, 'accounts'>): void
  /** Empties the form. */
  fill(): void
  /** Forgets the key that was shown. */
  left(): void
}

export type KeyDeps = {
  latchkey: LatchkeyApi
  isShown(): boolean
  leave(): void
}

export function createKeyPage({ latchkey, isShown, leave }: KeyDeps): KeyPage {
  const heading = element('#key h1')
  const text = element('#key-text')
  const name = makeTextField('key-name', ...KEY.fields.name)
  const scope = makeTextField('key-scope', ...KEY.fields.scope)
  const account = makeAccountChoice()
  const create = make('button', { type: 'submit', className: 'main' }, [KEY.create])
  const done = make('button', { type: 'button', className: 'plain' }, [BUTTONS.done])
  const copy = makeCopyButton(KEY.copy, 'main', () => latchkey.runCommand('copy-key'))
  const shown = make('code', { id: 'key-value', hidden: true })
  element('#key-fields').append(name.box, account.box, scope.box)
  text.after(shown)
  element('#key .actions').append(create, copy, done)
  done.addEventListener('click', leave)

  const draw = (key: string | null, about = ''): void => {
    setText(heading, key === null ? KEY.heading : KEY.madeHeading(about))
    setText(text, key === null ? KEY.intro : KEY.madeText)
    setText(shown, key ?? '')
    shown.hidden = copy.hidden = done.hidden = key === null
    element('#key-fields').hidden = create.hidden = key !== null
  }
  onPress(create, async () => {
    const named = name.input.value.trim()
    if (named === '') {
      name.setError(KEY.missingName)
      name.input.focus()
      return announce(KEY.missingName)
    }
    const scopes = scope.input.value.trim()
    const accountId = account.choose.value
    const wanted = { name: named, accountId, scope: scopes === '' ? null : scopes }
    const outcome = await latchkey.createKey(wanted)
    if (outcome.kind === 'rejected') return setProblem(outcome.message)
    // The person has left the page: a key that was never shown is useless.
    if (!isShown()) return latchkey.runCommand('clear-key')
    draw(outcome.key, named)
    heading.focus()
    announce(`${KEY.madeHeading(named)}. ${KEY.madeText}`)
  })
  draw(null)

  return {
    showStatus: ({ accounts }) => account.show(accounts),
    fill() {
      name.input.value = scope.input.value = ''
      name.setError(null)
      draw(null)
    },
    left() {
      draw(null)
      void latchkey.runCommand('clear-key')
    },
  }
}

/** A list of the accounts; hidden while there is only one. */
function makeAccountChoice(): {
  box: HTMLElement
  choose: HTMLSelectElement
  show(accounts: readonly AccountView[]): void
} {
  const choose = make('select', { id: 'key-account' })
  const label = make('label', { htmlFor: 'key-account' }, [KEY.account])
  const box = make('div', { className: 'field' }, [label, choose])
  let ids = ''
  return {
    box,
    choose,
    show(accounts) {
      box.hidden = accounts.length < 2
      const next = accounts.map(({ id }) => id).join(' ')
      // The person may be choosing.
      if (next === ids) return
      ids = next
      const before = choose.value
      choose.replaceChildren(
        ...accounts.map(({ id, name, provider }) =>
          make('option', { value: id }, [KEY.accountAt(name, provider)]),
        ),
      )
      if (accounts.some(({ id }) => id === before)) choose.value = before
    },
  }
}
