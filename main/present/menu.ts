// The tray's menu, from the model.

import { askingSignIn, reachableSignIn, summarize, type Model } from '../agent/model.js'
import type { Command } from '../ipc.js'
import type { RestartOffer } from '../ipc.js'
import { askedBy, headlineOf } from './status.js'

export type MenuCommand =
  | Exclude<Command, 'copy-service-url' | 'copy-report' | 'copy-redirect-uris'>
  | 'open'
  | 'toggle-start-at-login'
  | 'quit'

export type MenuItem =
  | { kind: 'text'; label: string }
  | { kind: 'command'; label: string; command: MenuCommand }
  | { kind: 'checkbox'; label: string; command: MenuCommand; checked: boolean; enabled: boolean }
  | { kind: 'separator' }

/** As the system says it is. */
export type StartAtLogin = { on: boolean; changeable: boolean }

/**
 * The whole menu. Every command is in it, for on Linux a click on the tray's icon may do nothing, and
 * what a person may do is decided here alone.
 */
export function menuOf(
  model: Model,
  startAtLogin: StartAtLogin,
  restart: RestartOffer | null = null,
): readonly MenuItem[] {
  const { on: checked, changeable: enabled } = startAtLogin
  const label = 'Start at login'
  return [
    { kind: 'text', label: headlineOf(model) },
    { kind: 'separator' },
    ...askedCommandsOf(model),
    ...commandsOf(model),
    { kind: 'separator' },
    command('Open Latchkey', 'open'),
    { kind: 'checkbox', label, command: 'toggle-start-at-login', checked, enabled },
    { kind: 'separator' },
    // The other kind loses a session, and a menu has no place to say so beforehand.
    ...(restart?.kind === 'session-back' ? [command('Restart Latchkey', 'restart')] : []),
    command('Quit', 'quit'),
  ]
}

/** The menu while the system may still ask the person to unlock the keyring. */
export function startingMenu(): readonly MenuItem[] {
  return [
    { kind: 'text', label: 'Latchkey is starting' },
    { kind: 'separator' },
    command('Quit', 'quit'),
  ]
}

const SIGN_OUT = command('Sign out', 'sign-out')

function commandsOf(model: Model): readonly MenuItem[] {
  switch (summarize(model)) {
    case 'waiting':
      return [...linkCommandsOf(model), command('Cancel', 'cancel')]
    case 'answered':
    case 'exchanging':
      return [command('Cancel', 'cancel')]
    case 'signed-in':
    case 'offline':
      return [SIGN_OUT, command('Sign in as somebody else', 'sign-in-as-other')]
    case 'renewal-failing':
    case 'needs-sign-in':
      return [command('Sign in again', 'sign-in'), SIGN_OUT]
    case 'signed-out':
    case 'failed':
      return [command('Sign in', 'sign-in')]
  }
}

/** An app asks while somebody is signed in: beside the session, and called off without a sign-out. */
function askedCommandsOf(model: Model): readonly MenuItem[] {
  const signIn = askingSignIn(model)
  if (!signIn) return []
  return [
    { kind: 'text', label: askedBy(signIn.program) },
    ...linkCommandsOf(model),
    command('Cancel', 'cancel'),
    { kind: 'separator' },
  ]
}

/** F19: the way on where the browser did not open, or its page was closed. */
function linkCommandsOf(model: Model): readonly MenuItem[] {
  if (!reachableSignIn(model)?.link) return []
  return [command('Open the link again', 'open-again'), command('Copy sign-in link', 'copy-link')]
}

function command(label: string, name: MenuCommand): MenuItem {
  return { kind: 'command', label, command: name }
}
