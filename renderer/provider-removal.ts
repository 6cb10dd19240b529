// Asks before a provider is removed, and names the people who are signed in there.

import type { LatchkeyApi } from '../main/ipc.js'
import { onPress } from './button.js'
import { element, make, setText } from './dom.js'
import { setProblem } from './news.js'
import { BUTTONS, PROVIDER_REMOVAL } from './words.js'

export type ProviderRemovalPage = {
  /** Chooses the provider that the page asks about. */
  choose(name: string): void
  /** Asks again, and lists who is signed in there now. */
  fill(): Promise<void>
}

export type ProviderRemovalDeps = {
  latchkey: LatchkeyApi
  /** Called when the provider was removed. */
  removed(name: string): Promise<void>
  /** Leaves the page without removing anything. */
  leave(): void
}

export function createProviderRemovalPage({
  latchkey,
  removed,
  leave,
}: ProviderRemovalDeps): ProviderRemovalPage {
  const text = element('#provider-removal-text')
  const lines = element('#provider-removal-lines')
  const remove = make('button', { type: 'button', className: 'danger' }, [PROVIDER_REMOVAL.remove])
  const cancel = make('button', { type: 'button', className: 'plain' }, [BUTTONS.cancel])
  // Screen readers read the consequences at the button too.
  remove.setAttribute('aria-describedby', `${text.id} ${lines.id}`)
  element('#provider-removal .actions').append(remove, cancel)
  let chosen = ''

  onPress(remove, async () => {
    const name = chosen
    const outcome = await latchkey.removeProvider(name)
    if (outcome.kind === 'saved') return removed(name)
    setProblem(outcome.message)
  })
  cancel.addEventListener('click', leave)

  return {
    choose(name) {
      chosen = name
      setText(element('#provider-removal h1'), PROVIDER_REMOVAL.heading(name))
    },
    async fill() {
      const name = chosen
      setText(text, '')
      lines.replaceChildren()
      // The button appears together with the list, so that the person sees the list before confirming.
      remove.hidden = true
      const { accounts } = await latchkey.readProvider(name)
      if (name !== chosen) return
      remove.hidden = false
      const isEmpty = accounts.length === 0
      setText(text, isEmpty ? PROVIDER_REMOVAL.nobody : PROVIDER_REMOVAL.signsOut)
      lines.replaceChildren(...accounts.map((one) => make('li', {}, [make('bdi', {}, [one])])))
    },
  }
}
