// What the commands of the tray's menu and of the window do.

import { app, clipboard } from 'electron'
import { reportError } from '../app/report-error.js'
import type { Command } from '../ipc.js'
import type { MenuCommand } from '../present/menu.js'
import type { DesktopParts, DesktopView } from './desktop-view.js'

/** The commands that are only a word. */
export type PlainCommand = Command | Extract<MenuCommand, string>

export type DesktopCommands = Readonly<Record<PlainCommand, () => void | Promise<void>>>

export function createCommands(parts: DesktopParts, view: DesktopView): DesktopCommands {
  const { supervisor, window, autostart, restarter, memory } = parts
  const agent = () => supervisor.latchkey().agent
  const ask = (asks: boolean): void => {
    memory.asksSignOut = asks
    view.update()
  }
  return {
    'sign-in': () => {
      // If there is no provider yet, the window is the place to set one up.
      if (supervisor.latchkey().issuer === null) window.open()
      else agent().signIn()
    },
    'sign-in-as-other': () => void agent().signIn({ kind: 'other' }),
    cancel: () => agent().cancel(),
    'sign-out': () => void supervisor.signOut().catch(reportError),
    'ask-sign-out': () => {
      ask(true)
      window.open()
    },
    'stay-signed-in': () => ask(false),
    'open-again': () => agent().openAgain(),
    'copy-link': () => copy(agent().link()),
    'copy-service-url': () => copy(supervisor.latchkey().service.url),
    'copy-report': () => copy(memory.report),
    'copy-redirect-uris': () => copy(memory.redirectUris.join('\n')),
    'copy-key': () => copy(memory.key?.reveal() ?? null),
    'clear-key': () => void (memory.key = null),
    'apps-opened': () => agent().consents.listOpened(),
    // A page that asks without an offer gets no restart.
    restart: () => (view.restartOffer() === null ? view.update() : restarter.restart()),
    open: () => window.open(),
    'toggle-start-at-login': () => {
      autostart.set(!autostart.state().on)
      view.renderTray()
    },
    quit: () => app.quit(),
  }
}

/** Copies a text. The only secrets that may be copied are the sign-in link and a new key, if the person asks for it. */
async function copy(text: string | null): Promise<void> {
  if (text !== null && text !== '') await clipboard.writeText(text)
}
