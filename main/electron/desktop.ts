// Shows the agent in the tray, the window and notifications, and runs the commands from there.

import { defaultSession, type Event, type Model } from '../agent/model.js'
import { reportError } from '../app/report-error.js'
import { answerSecondStart } from '../app/second-start.js'
import type { Supervisor } from '../app/supervisor.js'
import { removeKeyringKey } from '../app/system-traces.js'
import type { Command } from '../ipc.js'
import { createHttp } from '../net/http.js'
import type { MenuCommand } from '../present/menu.js'
import { toNotification } from '../present/notification.js'
import type { SettingsFindings, Sources } from '../settings/read.js'
import { createAccountCommands } from './account-commands.js'
import { createDataRemoval, type DataRemoval, type DataRemovalDeps } from './data-removal.js'
import { createCommands } from './desktop-commands.js'
import { createDesktopView, type DesktopParts } from './desktop-view.js'
import { serveCalls } from './ipc-server.js'
import { electronFetch } from './network.js'
import { createNotifier } from './notify.js'
import { onResume, onScreenLocked } from './power.js'
import type { Restarter } from './restart.js'
import { createAutostart, removeLoginItem } from './system-login-item.js'
import type { TrayIcon } from './tray.js'
import { createCalls } from './window-calls.js'
import { createStatusWindow } from './window.js'

export type DesktopDeps = {
  supervisor: Supervisor
  sources: Sources
  /** The settings of this start. */
  findings: SettingsFindings
  tray: TrayIcon
  appId: string
  restarter: Restarter
  readStored: DataRemovalDeps['readStored']
}

export type Desktop = {
  open(): void
  /** Does what a second start asks for. `data`: the data that it passed on. */
  startedAgain(data: unknown): void
}

export function presentDesktop(deps: DesktopDeps): Desktop {
  const { supervisor, tray } = deps
  const parts = createParts(deps)
  const { window, autostart } = parts
  const view = createDesktopView(parts)
  const commands = createCommands(parts, view)
  const accounts = createAccountCommands(parts)
  const start = async (command: Command | MenuCommand): Promise<void> =>
    typeof command === 'string' ? commands[command]() : accounts.run(command)
  const run = (command: Command | MenuCommand): void => void start(command).catch(reportError)
  const notify = createNotifier((notification) => run(notification.onClick))
  const present = (model: Model, event: Event): void => {
    view.update()
    const { noBrowser, noNotifications } = supervisor.settings()
    const notification = toNotification(model, event, { noBrowser })
    if (notification === null || noNotifications) return
    // Don't notify a person who is looking at the window.
    if (!window.isFocused()) notify(notification)
  }

  autostart.repair()
  tray.onCommand((command) => {
    // The menu may be older than a sign-in. If so, open the window, which says what a restart does now.
    const isLate = command === 'restart' && view.restartOffer()?.kind !== 'session-back'
    run(isLate ? 'open' : command)
  })
  serveCalls(createCalls({ parts, view, commands, accounts, removal: createRemoval(deps, parts) }))
  supervisor.follow((latchkey) => {
    latchkey.agent.subscribe(present)
    view.update()
  })
  onResume(() => supervisor.latchkey().agent.wake())
  supervisor.follow(({ agent }) => {
    let stop: (() => void) | null = null
    // Nobody may answer at a locked screen, and on Linux Latchkey has to ask whether it is locked.
    agent.subscribe((_model, { type }) => {
      if (type === 'consent-asked') stop ??= onScreenLocked(() => agent.consents.screenLocked())
      if (type !== 'consent-ended') return
      stop?.()
      stop = null
    })
  })
  return {
    open: () => window.open(),
    startedAgain(data) {
      const { open, signIn, message } = answerSecondStart(data, supervisor.settings())
      parts.memory.startMessage = message
      if (open) window.open()
      window.tell('status-changed', view.status())
      const session = defaultSession(supervisor.latchkey().agent.model())
      if (signIn && session.kind !== 'signed-in') run('sign-in')
    },
  }
}

function createParts(deps: DesktopDeps): DesktopParts {
  const { supervisor, sources, findings, tray, appId, restarter } = deps
  const memory: DesktopParts['memory'] = {
    report: '',
    redirectUris: [],
    startMessage: null,
    asksSignOut: false,
    key: null,
  }
  return {
    supervisor,
    sources,
    tray,
    window: createStatusWindow(() => {
      // A person who closes the window has not agreed.
      memory.asksSignOut = false
      memory.key = null
    }),
    autostart: createAutostart(appId, findings),
    restarter,
    http: createHttp({ fetch: electronFetch }),
    memory,
  }
}

function createRemoval({ readStored }: DesktopDeps, parts: DesktopParts): DataRemoval {
  const { supervisor, sources, autostart, window, tray, http } = parts
  return createDataRemoval({
    supervisor,
    http,
    readStored,
    removeAutostart: () => removeLoginItem(autostart),
    removeKeyringKey: (dataDir) => removeKeyringKey(dataDir, sources),
    startsAtLogin: () => autostart.state().on,
    withdraw() {
      window.retire()
      tray.destroy()
    },
  })
}
