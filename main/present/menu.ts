// The tray's menu, from the model.

import { summarize, type Model } from '../auth/model.js'
import type { Command } from '../ipc.js'
import { headlineOf } from './status.js'

export type MenuCommand = Command | 'open' | 'quit'

export type MenuItem =
  | { kind: 'text'; label: string }
  | { kind: 'command'; label: string; command: MenuCommand }
  | { kind: 'separator' }

/**
 * The whole menu. Every command is in it, for on Linux a click on the tray's icon may do nothing, and
 * what a person may do is decided here alone.
 */
export function menuOf(model: Model): readonly MenuItem[] {
  return [
    { kind: 'text', label: headlineOf(model) },
    { kind: 'separator' },
    ...commandsOf(model),
    { kind: 'separator' },
    { kind: 'command', label: 'Open Latchkey', command: 'open' },
    { kind: 'command', label: 'Quit', command: 'quit' },
  ]
}

function commandsOf(model: Model): readonly MenuItem[] {
  const signIn = (label: string): MenuItem => ({ kind: 'command', label, command: 'sign-in' })
  const signInAsOther: MenuItem = {
    kind: 'command',
    label: 'Sign in as somebody else',
    command: 'sign-in-as-other',
  }
  const signOut: MenuItem = { kind: 'command', label: 'Sign out', command: 'sign-out' }
  switch (summarize(model)) {
    case 'waiting':
    case 'answered':
    case 'exchanging':
      return [{ kind: 'command', label: 'Cancel', command: 'cancel' }]
    case 'signed-in':
    case 'offline':
      return [signOut, signInAsOther]
    case 'renewal-failing':
    case 'needs-sign-in':
      return [signIn('Sign in again'), signOut]
    case 'signed-out':
    case 'failed':
      return [signIn('Sign in')]
  }
}
