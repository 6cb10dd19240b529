// The question before Latchkey's data is removed, and the removal.

import type { LatchkeyApi } from '../main/ipc.js'
import { onPress } from './button.js'
import { element, make, setText } from './dom.js'
import { announce, setProblem } from './news.js'

export type RemovalPage = {
  /** Asks anew, and says what would be removed. */
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
  /** Counts the questions: a press answers the one that was on the page. */
  let question = 0
  const makeButton = (label: string, className: string): HTMLButtonElement =>
    make('button', { type: 'button', className }, [label])
  const remove = makeButton('Remove and quit', 'danger')
  const anyway = makeButton('Remove without signing out', 'danger')
  const cancel = makeButton('Cancel', 'plain')
  // Whoever hears the page instead of seeing it is told at the button too.
  remove.setAttribute('aria-describedby', 'removal-lines removal-end')
  element('#removal .actions').append(remove, anyway, cancel)

  onPress(remove, async () => {
    announce('Signing out at your provider…', { shown: true })
    const answered = question
    const outcome = await latchkey.revokeSession()
    // Left meanwhile. The provider has ended the session, so it is of no use here.
    if (!isShown() || answered !== question) {
      if (outcome.kind === 'revoked') await latchkey.runCommand('sign-out')
      return
    }
    if (outcome.kind === 'revoked') return latchkey.removeData()
    setProblem(`${outcome.message} Nothing was removed yet.`)
    setText(remove, 'Try again')
    remove.className = 'main'
    anyway.hidden = false
  })
  onPress(anyway, () => latchkey.removeData())
  cancel.addEventListener('click', leave)

  return {
    async fill() {
      question += 1
      setText(remove, 'Remove and quit')
      remove.className = 'danger'
      anyway.hidden = true
      lines.replaceChildren()
      // Nobody confirms what they were not told.
      remove.hidden = true
      const plan = await latchkey.readRemoval()
      remove.hidden = false
      lines.replaceChildren(...plan.lines.map((line) => make('li', {}, [line])))
    },
  }
}
