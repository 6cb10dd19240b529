// Root: the tray app.

import { homedir } from 'node:os'
import { join } from 'node:path'
import { app, dialog, Menu } from 'electron'
import { systemClock } from './clock.js'
import {
  createDataDirectory,
  createLatchkey,
  EXIT,
  explainFailure,
  reportError,
  type Latchkey,
} from './compose.js'
import { openBrowser } from './electron/browser.js'
import { serveCalls } from './electron/ipc-server.js'
import { lockDown } from './electron/lockdown.js'
import { dropUnreadableHeaders, electronFetch } from './electron/network.js'
import { createNotifier } from './electron/notify.js'
import { registerScheme, serveWindowFiles } from './electron/scheme.js'
import { readSettingsFile } from './electron/store.js'
import { createTray } from './electron/tray.js'
import { createStatusWindow } from './electron/window.js'
import { menuOf, type MenuCommand } from './present/menu.js'
import { noticeOf } from './present/notice.js'
import { windowStatusOf } from './present/status.js'
import { readSettings, type Settings } from './settings.js'
import { createMemoryVault } from './vault.js'

// Electron would show a dialog and go on; a network stack's stray error is no reason for one.
process.on('uncaughtException', reportError)

// All of this happens before the app is ready. The settings come first, for they name the folder
// that the single-instance lock is kept in.
try {
  const settings = readSettings({
    args: process.argv.slice(1),
    env: process.env,
    platform: process.platform,
    home: homedir(),
    readFile: readSettingsFile,
    lenient: true,
  })
  // Electron takes no folder that is not there.
  const sessionData = join(settings.dataDir, 'chromium')
  for (const folder of [settings.dataDir, sessionData]) createDataDirectory(folder)
  app.setPath('userData', settings.dataDir)
  app.setPath('sessionData', sessionData)
  if (app.requestSingleInstanceLock()) {
    // It would take the switch away from child processes only, and they would not start.
    if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
    // Windows shows notifications under the name that is registered for this one.
    app.setAppUserModelId('app.latchkey.desktop')
    registerScheme()
    // Not awaited here: the app is ready only once this module has been evaluated.
    app
      .whenReady()
      .then(() => start(settings))
      .catch(giveUp)
  } else {
    // The first one hears of it and opens its window.
    app.exit(EXIT.ok)
  }
} catch (thrown) {
  giveUp(thrown)
}

async function start(settings: Settings): Promise<void> {
  lockDown()
  dropUnreadableHeaders()
  serveWindowFiles()
  if (process.platform !== 'darwin') Menu.setApplicationMenu(null)
  app.dock?.hide()
  // Without a listener, closing the window would end the app.
  app.on('window-all-closed', () => undefined)

  const starting = createLatchkey({
    settings,
    version: app.getVersion(),
    clock: systemClock,
    storage: { vault: createMemoryVault(), tier: 'memory', note: null },
    fetch: electronFetch,
    openBrowser: settings.noBrowser ? () => Promise.resolve() : openBrowser,
  })
  // Also for who quits while it starts.
  quitInOrder(async () => {
    const begun = await starting.catch(() => null)
    await begun?.close()
  })
  const latchkey = await starting
  try {
    present(latchkey, settings)
  } catch (thrown) {
    await latchkey.close()
    throw thrown
  }
}

/** Shows the agent in the tray, the window and notifications, and passes on what a person asks for. */
function present({ agent, service, issuer }: Latchkey, settings: Settings): void {
  const window = createStatusWindow()
  const commands: Readonly<Record<MenuCommand, () => void>> = {
    'sign-in': () => agent.signIn(),
    'sign-in-as-other': () => agent.signInAsOther(),
    cancel: () => agent.cancel(),
    'sign-out': () => void agent.signOut(),
    open: () => window.open(),
    quit: () => app.quit(),
  }
  const tray = createTray((command) => commands[command]())
  const notify = createNotifier(() => window.open())
  const surroundings = {
    issuer,
    demo: settings.demo,
    serviceUrl: service.url,
    serviceNote: service.note,
    version: app.getVersion(),
  }
  serveCalls({
    'read-status': () => windowStatusOf(agent.model(), surroundings),
    'run-command': (command) => commands[command](),
  })

  tray.render(menuOf(agent.model()))
  agent.subscribe((model, event) => {
    tray.render(menuOf(model))
    window.tell('status-changed', windowStatusOf(model, surroundings))
    const notice = noticeOf(model, event)
    // A person who looks at the window has seen it there.
    if (notice && !window.isFocused()) notify(notice)
  })

  app.on('quit', () => tray.destroy())
  app.on('second-instance', () => window.open())
  app.on('activate', () => window.open())
  window.open()
  if (settings.signIn) agent.signIn()
}

/** Holds the app back from quitting until `end` is done, so that no port is left behind. */
function quitInOrder(end: () => Promise<void>): void {
  let ended: Promise<void> | null = null
  let done = false
  app.on('before-quit', (event) => {
    if (done) return
    event.preventDefault()
    ended ??= end()
      .catch(reportError)
      .finally(() => {
        done = true
        app.quit()
      })
  })
}

function giveUp(thrown: unknown): void {
  const { message, exitCode } = explainFailure(thrown)
  dialog.showErrorBox('Latchkey cannot start', message)
  app.exit(exitCode)
}
