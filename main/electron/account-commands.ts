// What the commands for one account, provider or question do.

import { asAuthError } from '../base/errors.js'
import type { AccountCommand, MakeDefaultOutcome } from '../ipc.js'
import type { DesktopParts } from './desktop-view.js'

export type AccountCommands = {
  run(command: AccountCommand): Promise<void>
  makeDefault(id: string): Promise<MakeDefaultOutcome>
}

/** The menu and the window may be out of date. A command for an account that is gone opens the window. */
export function createAccountCommands({
  supervisor,
  window,
}: Pick<DesktopParts, 'supervisor' | 'window'>): AccountCommands {
  const agent = () => supervisor.latchkey().agent
  const openUnless = (isDone: boolean): void => {
    if (!isDone) window.open()
  }
  const makeDefault = async (id: string): Promise<MakeDefaultOutcome> => {
    try {
      openUnless(await agent().makeDefault(id))
      return { kind: 'stored' }
    } catch (thrown) {
      return { kind: 'not-stored', message: asAuthError(thrown).message }
    }
  }
  return {
    makeDefault,
    async run(command) {
      switch (command.kind) {
        case 'sign-in-account':
          return openUnless(agent().signIn({ kind: 'account', id: command.id }))
        case 'sign-in-provider':
          return openUnless(agent().signIn({ kind: 'provider', name: command.name }))
        case 'sign-out-account':
          return supervisor.signOut(command.id)
        case 'sign-out-and-forget':
          return supervisor.signOut(command.id, { forgetsApps: true })
        case 'make-default':
          await makeDefault(command.id)
          return
        case 'decide-person':
          return openUnless(agent().decide(command.id, command.keeps))
      }
    },
  }
}
