// Shows the agent in the tray, the window and notifications, and passes on what a person asks for.

import { app, clipboard } from 'electron'
import { createHttp } from '../net/http.js'
import { PASTED_WORDS } from '../oauth/pasted-redirect.js'
import { registrationAdvice } from '../oauth/redirect-target.js'
import { reportError } from '../app/report-error.js'
import { summarize, type Event, type Model } from '../agent/model.js'
import type { Supervisor } from '../app/supervisor.js'
import type { Command, RestartOffer, WindowStatus } from '../ipc.js'
import { createMenu, type MenuCommand } from '../present/menu.js'
import { toNotification } from '../present/notification.js'
import { offerRestart } from '../present/restart-offer.js'
import { toWindowStatus } from '../present/status.js'
import { describePreset } from '../settings/presets.js'
import { findGuide, listProviders, listRedirectUris } from '../settings/provider-choices.js'
import { testProvider } from '../diagnose/test-provider.js'
import { createSettingsFile } from '../settings/save.js'
import { answerSecondStart } from '../app/second-start.js'
import { examineSettings, type Sources } from '../settings/read.js'
import { removeKeyringKey } from '../app/system-traces.js'
import { openBrowser } from './browser.js'
import { createDataRemoval, type DataRemovalDeps } from './data-removal.js'
import { serveCalls } from './ipc-server.js'
import { createAutostart, removeLoginItem } from './system-login-item.js'
import { electronFetch } from './network.js'
import { createNotifier } from './notify.js'
import { onResume } from './power.js'
import { createReport } from './create-report.js'
import type { Restarter } from './restart.js'
import type { TrayIcon } from './tray.js'
import { createStatusWindow } from './window.js'

export type DesktopDeps = {
  supervisor: Supervisor
  sources: Sources
  tray: TrayIcon
  appId: string
  restarter: Restarter
  openVault: DataRemovalDeps['openVault']
}

export type Desktop = {
  open(): void
  /** Does what a second start wants; `data` is what it handed over. */
  startedAgain(data: unknown): void
}

export function presentDesktop(ports: DesktopDeps): Desktop {
  const { supervisor, sources, tray, appId, restarter, openVault } = ports
  const window = createStatusWindow()
  const autostart = createAutostart(appId, examineSettings(sources))
  autostart.repair()
  const agent = () => supervisor.latchkey().agent
  const http = createHttp({ fetch: electronFetch })
  const settings = createSettingsFile(supervisor, sources)
  const removal = createDataRemoval({
    supervisor,
    http,
    openVault,
    removeAutostart: () => removeLoginItem(autostart),
    removeKeyringKey: (dataDir) => removeKeyringKey(dataDir, sources),
    startsAtLogin: () => autostart.state().on,
    withdraw() {
      window.retire()
      tray.destroy()
    },
  })
  let report = ''
  let redirectUris: readonly string[] = []
  /** What a second start wanted and did not get. */
  let startNotice: string | null = null

  const commands: Readonly<Record<Command | MenuCommand, () => void | Promise<void>>> = {
    'sign-in': () => {
      // Where there is no provider yet, the window is where one is set up.
      if (supervisor.latchkey().issuer === null) window.open()
      else agent().signIn()
    },
    'sign-in-as-other': () => agent().signInAsOther(),
    cancel: () => agent().cancel(),
    'sign-out': () => void supervisor.signOut().catch(reportError),
    'open-again': () => agent().openAgain(),
    'copy-link': () => copy(agent().link()),
    'copy-service-url': () => copy(supervisor.latchkey().service.url),
    'copy-report': () => copy(report),
    'copy-redirect-uris': () => copy(redirectUris.join('\n')),
    // A page that asks without an offer gets no restart.
    restart: () => (restartOffer() === null ? tellStatus() : restarter.restart()),
    open: () => window.open(),
    'toggle-start-at-login': () => {
      autostart.set(!autostart.state().on)
      renderTray()
    },
    quit: () => app.quit(),
  }

  const restartOffer = (): RestartOffer | null =>
    restarter.canRestart() ? offerRestart(agent().model(), supervisor.latchkey().storage) : null
  const status = (): WindowStatus => {
    const { service, storage, issuer, redirect, messages } = supervisor.latchkey()
    const { tier, note } = storage
    return toWindowStatus(agent().model(), {
      issuer,
      registration: registrationAdvice(redirect),
      demo: supervisor.settings().demo,
      scope: agent().last()?.scope ?? null,
      storage: { tier, note },
      restart: restartOffer(),
      serviceUrl: service.url,
      serviceNote: service.message,
      messages: startNotice === null ? messages : [...messages, startNotice],
      version: app.getVersion(),
    })
  }
  const renderTray = (): void => {
    const model = agent().model()
    tray.render(createMenu(model, autostart.state(), restartOffer()), summarize(model))
  }
  const tellStatus = (): void => {
    renderTray()
    window.tell('status-changed', status())
  }
  const run = (command: Command | MenuCommand): void =>
    void Promise.resolve(commands[command]()).catch(reportError)
  const notify = createNotifier((notice) => run(notice.onClick))
  const present = (model: Model, event: Event): void => {
    tellStatus()
    const notice = toNotification(model, event)
    // A person who looks at the window has seen it there.
    if (notice && !window.isFocused() && !supervisor.settings().noNotifications) notify(notice)
  }

  tray.onCommand((command) => {
    // A menu that has been open since before a sign-in: what follows is said in the window.
    const isLate = command === 'restart' && restartOffer()?.kind !== 'session-back'
    run(isLate ? 'open' : command)
  })
  serveCalls({
    'read-status': status,
    'run-command': (command) => commands[command](),
    'read-settings': () => settings.view(autostart.state()),
    'save-settings': (changes) => settings.save(changes),
    'set-start-at-login': (on) => {
      const state = autostart.set(on)
      renderTray()
      const message = state.note ?? 'The system did not take it.'
      return state.on === on ? { kind: 'saved' } : { kind: 'rejected', field: null, message }
    },
    'describe-provider': (issuer) => describePreset(issuer.trim()),
    'list-providers': listProviders,
    'open-provider-guide': (id) => {
      const link = findGuide(id)
      // The window shows the link, for where no browser opens.
      if (!supervisor.settings().noBrowser) openBrowser(link).catch(reportError)
      return link
    },
    'list-redirect-uris': (typed) => (redirectUris = listRedirectUris(typed)),
    'test-provider': (issuer) => testProvider(http, issuer),
    'paste-address': (address) => {
      const pasted = agent().paste(address)
      return { kind: pasted === 'taken' ? 'taken' : 'refused', message: PASTED_WORDS[pasted] }
    },
    'create-report': async () => {
      report = await createReport(supervisor.latchkey(), sources, http)
      return report
    },
    'read-removal': () => removal.plan(),
    'revoke-session': () => removal.revoke(),
    'remove-data': () => removal.remove(),
  })

  supervisor.follow((latchkey) => {
    latchkey.agent.subscribe(present)
    tellStatus()
  })
  onResume(() => agent().wake())
  return {
    open: () => window.open(),
    startedAgain(data) {
      const { open, signIn, message } = answerSecondStart(data, supervisor.settings())
      startNotice = message
      if (open) window.open()
      window.tell('status-changed', status())
      if (signIn && agent().model().session.kind !== 'signed-in') run('sign-in')
    },
  }
}

// A secret is on the clipboard only where a person has put it there: the link, to open it elsewhere.
async function copy(text: string | null): Promise<void> {
  if (text !== null && text !== '') await clipboard.writeText(text)
}
