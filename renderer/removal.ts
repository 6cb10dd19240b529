// Asks before Latchkey's data is removed, and removes it.

import type { LatchkeyApi } from '../main/ipc.js'
import { onPress } from './button.js'
import { element, make, setText } from './dom.js'
import { announce, setProblem } from './news.js'
import { BUTTONS, REMOVAL } from './words.js'

export type RemovalPage = {
  /** Asks again, and lists what would be removed. */
  fill(): Promise<void>
}

export type RemovalDeps = {
  latchkey: LatchkeyApi
  isShown(): boolean
  /** Leaves the question, with nothing removed. */
  leave(): void
}

export function createRemovalPage({ latchkey, isShown, leave }: RemovalDeps): RemovalPage {
  const lines = element('#removal-lines')
  /** Counts the questions, because a press answers only the question that was on the page then. */
  let question = 0
  const makeButton = (label: string, className: string): HTMLButtonElement =>
    make('button', { type: 'button', className }, [label])
  const remove = makeButton(REMOVAL.remove, 'danger')
  const anyway = makeButton(REMOVAL.anyway, 'danger')
  const cancel = makeButton(BUTTONS.cancel, 'plain')
  // Screen readers read the consequences at the button too.
  remove.setAttribute('aria-describedby', 'removal-lines removal-end')
  element('#removal .actions').append(remove, anyway, cancel)

  onPress(remove, async () => {
    announce(REMOVAL.signingOut, { shown: true })
    const answered = question
    const outcome = await latchkey.revokeSession()
    // The person has left the question. Sessions that their providers have ended end here too.
    if (!isShown() || answered !== question) {
      if (outcome.kind === 'revoked') await latchkey.signOutEverywhere(false)
      return
    }
    if (outcome.kind === 'revoked') return latchkey.removeData()
    setProblem(REMOVAL.nothingYet(outcome.message))
    setText(remove, REMOVAL.tryAgain)
    remove.className = 'main'
    anyway.hidden = false
  })
  onPress(anyway, () => latchkey.removeData())
  cancel.addEventListener('click', leave)

  return {
    async fill() {
      question += 1
      setText(remove, REMOVAL.remove)
      remove.className = 'danger'
      anyway.hidden = true
      lines.replaceChildren()
      // The button appears with the list, so that nobody confirms an unknown removal.
      remove.hidden = true
      const plan = await latchkey.readRemoval()
      remove.hidden = false
      lines.replaceChildren(...plan.lines.map((line) => make('li', {}, [line])))
    },
  }
}
