// Makes the tray's menu from the model.

import { askingSignIn, reachableSignIn, summarize, type Model } from '../agent/model.js'
import type { Command } from '../ipc.js'
import type { RestartOffer } from '../ipc.js'
import { PRESENT_MESSAGES } from './present-messages.js'
import { toHeadline } from './status.js'

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

/** The state of the system's setting. */
export type StartAtLogin = { on: boolean; changeable: boolean }

/**
 * Makes the whole menu. It holds every command, because a click on the tray's icon may do nothing on
 * Linux. Only this function decides which commands a person has.
 */
export function createMenu(
  model: Model,
  startAtLogin: StartAtLogin,
  restart: RestartOffer | null = null,
): readonly MenuItem[] {
  const { on: checked, changeable: enabled } = startAtLogin
  const label = PRESENT_MESSAGES.menu.startAtLogin
  return [
    { kind: 'text', label: toHeadline(model) },
    { kind: 'separator' },
    ...createAppCommands(model),
    ...createCommands(model),
    { kind: 'separator' },
    command(PRESENT_MESSAGES.menu.open, 'open'),
    { kind: 'checkbox', label, command: 'toggle-start-at-login', checked, enabled },
    { kind: 'separator' },
    // The other kind ends a session, and a menu cannot warn about that.
    ...(restart?.kind === 'session-back'
      ? [command(PRESENT_MESSAGES.menu.restart, 'restart')]
      : []),
    command(PRESENT_MESSAGES.menu.quit, 'quit'),
  ]
}

/** Makes the menu for the start, while the system may ask the person to unlock the keyring. */
export function createStartingMenu(): readonly MenuItem[] {
  return [
    { kind: 'text', label: PRESENT_MESSAGES.menu.starting },
    { kind: 'separator' },
    command(PRESENT_MESSAGES.menu.quit, 'quit'),
  ]
}

const SIGN_OUT = command(PRESENT_MESSAGES.menu.signOut, 'sign-out')

function createCommands(model: Model): readonly MenuItem[] {
  switch (summarize(model)) {
    case 'waiting':
      return [...createLinkCommands(model), command(PRESENT_MESSAGES.menu.cancel, 'cancel')]
    case 'answered':
    case 'exchanging':
      return [command(PRESENT_MESSAGES.menu.cancel, 'cancel')]
    case 'signed-in':
    case 'offline':
      return [SIGN_OUT, command(PRESENT_MESSAGES.menu.signInAsOther, 'sign-in-as-other')]
    case 'renewal-failing':
    case 'needs-sign-in':
      return [command(PRESENT_MESSAGES.menu.signInAgain, 'sign-in'), SIGN_OUT]
    case 'signed-out':
    case 'failed':
      return [command(PRESENT_MESSAGES.menu.signIn, 'sign-in')]
  }
}

/** Makes the commands for a sign-in of an app during a session. Cancelling it signs nobody out. */
function createAppCommands(model: Model): readonly MenuItem[] {
  const signIn = askingSignIn(model)
  if (!signIn) return []
  return [
    { kind: 'text', label: PRESENT_MESSAGES.appAsks(signIn.program) },
    ...createLinkCommands(model),
    command(PRESENT_MESSAGES.menu.cancel, 'cancel'),
    { kind: 'separator' },
  ]
}

/** F19: for a person whose browser did not open, or who closed its page. */
function createLinkCommands(model: Model): readonly MenuItem[] {
  if (!reachableSignIn(model)?.link) return []
  return [
    command(PRESENT_MESSAGES.menu.openAgain, 'open-again'),
    command(PRESENT_MESSAGES.menu.copyLink, 'copy-link'),
  ]
}

function command(label: string, name: MenuCommand): MenuItem {
  return { kind: 'command', label, command: name }
}
