// What the tray and the window show, made from the agent, the settings and the system.

import { app } from 'electron'
import type { Supervisor } from '../app/supervisor.js'
import type { Autostart } from '../autostart/autostart.js'
import type { Secret } from '../base/secret.js'
import type { RestartOffer, WindowStatus } from '../ipc.js'
import type { Http } from '../net/http.js'
import { registrationAdvice } from '../oauth/redirect-target.js'
import { chooseIcon } from '../present/icon.js'
import { createMenu } from '../present/menu.js'
import { offerRestart } from '../present/restart-offer.js'
import { toWindowStatus } from '../present/status.js'
import type { Sources } from '../settings/read.js'
import type { Restarter } from './restart.js'
import type { TrayIcon } from './tray.js'
import type { StatusWindow } from './window.js'

/** What the commands and the window's calls work with. */
export type DesktopParts = {
  supervisor: Supervisor
  sources: Sources
  tray: TrayIcon
  window: StatusWindow
  autostart: Autostart
  restarter: Restarter
  http: Http
  /** What a later command or status needs of earlier calls. */
  memory: {
    /** The last report; empty before the first. */
    report: string
    /** The redirect URIs that the window showed last. */
    redirectUris: readonly string[]
    /** Why a second start didn't get what it asked for; null if it did. */
    startMessage: string | null
    /** True while the window asks whether to sign out everywhere. */
    asksSignOut: boolean
    /** The key that the window shows, so that it can be copied. Null at all other times. */
    key: Secret | null
  }
}

export type DesktopView = {
  status(): WindowStatus
  /** Null if a restart wouldn't help now. */
  restartOffer(): RestartOffer | null
  renderTray(): void
  /** Renders the tray and pushes the status to the window. */
  update(): void
}

export function createDesktopView(parts: DesktopParts): DesktopView {
  const { supervisor, tray, window, autostart, restarter, memory } = parts
  const view: DesktopView = {
    status() {
      const latchkey = supervisor.latchkey()
      const { agent, service, storage, issuer, redirect, messages } = latchkey
      const { startMessage, asksSignOut } = memory
      const { tier, message } = storage
      return toWindowStatus(agent.model(), {
        issuer,
        registration: registrationAdvice(redirect),
        demo: supervisor.settings().demo,
        providers: latchkey.providers.map((provider) => ({
          ...provider,
          registration: registrationAdvice(provider.redirect),
        })),
        findScope: (id) => agent.last(id)?.scope ?? null,
        asksSignOut,
        asksNobody: supervisor.settings().consent === 'off',
        storage: { tier, message },
        restart: view.restartOffer(),
        serviceUrl: service.url,
        serviceMessage: service.message,
        messages: startMessage === null ? messages : [...messages, startMessage],
        version: app.getVersion(),
      })
    },
    restartOffer() {
      const { agent, storage } = supervisor.latchkey()
      const offer = offerRestart(agent.model(), storage)
      return offer !== null && restarter.canRestart() ? offer : null
    },
    renderTray() {
      const { agent, providers } = supervisor.latchkey()
      const model = agent.model()
      const menu = createMenu(model, {
        startAtLogin: autostart.state(),
        restart: view.restartOffer(),
        providers: providers.map(({ name }) => name),
      })
      tray.render(menu, chooseIcon(model))
    },
    update() {
      view.renderTray()
      window.tell('status-changed', view.status())
    },
  }
  return view
}
