// Root: the tray app.

import { join } from 'node:path'
import { app, Menu } from 'electron'
import { systemClock, within } from './base/clock.js'
import { ownArgs } from './app/packaged-command.js'
import { createLatchkey, type Latchkey } from './app/compose.js'
import { EXIT, explainFailure } from './app/exit.js'
import { reportError } from './app/report-error.js'
import { showBox } from './electron/box.js'
import { openBrowser } from './electron/browser.js'
import { keyringCipher } from './electron/keyring.js'
import { runCommand } from './electron/run-command.js'
import { presentDesktop } from './electron/desktop.js'
import { endWithFailure } from './electron/failure.js'
import { lockDown } from './electron/lockdown.js'
import { isStartAtLogin } from './electron/system-login-item.js'
import { dropUnreadableHeaders, electronFetch } from './electron/network.js'
import { onShutdown } from './electron/power.js'
import { createRestarter } from './electron/restart.js'
import { registerScheme, serveWindowFiles } from './electron/scheme.js'
import { isFirstInstance } from './electron/single-instance.js'
import { readSettingsFile } from './electron/store.js'
import { createTray, type TrayIcon } from './electron/tray.js'
import { createSupervisor } from './app/supervisor.js'
import { findHome } from './base/home.js'
import { createStartingMenu } from './present/menu.js'
import { makeDataFolder, openDataDirectory } from './storage/private-directory.js'
import { describeStart } from './app/second-start.js'
import { examineSettings, requireSettings, type Sources } from './settings/read.js'
import type { Settings } from './settings/options.js'
import {
  LOGIN_PATIENCE_MS,
  trayHostDeps,
  waitForTrayHost,
  type TrayHost,
} from './autostart/tray-host.js'
import { chooseStorage, type Keyring } from './storage/choose-storage.js'
import { readSealedTier } from './storage/session-file.js'
import type { SessionStore } from './storage/session-store.js'

/**
 * Windows shows notifications and login items under the name that is registered for this one. From the
 * source tree it is another: Electron points the Start menu's entry for it at the program that runs,
 * which would take the installed app's entry over.
 */
const APP_ID = app.isPackaged ? 'app.latchkey.desktop' : 'app.latchkey.desktop.source'
if (!app.isPackaged && process.platform === 'win32') app.setName('Latchkey from source')

// Electron would show a dialog and go on; a network stack's stray error is no reason for one.
process.on('uncaughtException', reportError)
// Whoever read the output has gone, as a closed terminal has. Nobody else needs it; and without a
// listener each write would be an uncaught exception, which is reported by another write.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

// A command never comes back: it is no tray app, and takes no lock.
await runCommand(process.argv.slice(1))

const passphrase = process.env['LATCHKEY_PASSPHRASE'] || null
delete process.env['LATCHKEY_PASSPHRASE']
// The settings are read again whenever some are saved; other programs are not to have the secret.
const env = { ...process.env }
delete process.env['LATCHKEY_CLIENT_SECRET']
const sources: Sources = {
  args: app.isPackaged ? ownArgs(process.argv.slice(1)) : process.argv.slice(1),
  env,
  platform: process.platform,
  home: findHome(),
  readFile: readSettingsFile,
  // From the source tree, the app's folder is among them, and `npm start` has looked for misspelt ones.
  lenient: !app.isPackaged,
}
/** Asked to show itself before there was a window to show. */
let wanted = false
/** What second starts handed over before there was a desktop to answer them. */
const secondStarts: unknown[] = []
let hearSecondStart = (data: unknown): void => void secondStarts.push(data)
/** What a person should know of the settings and the data directory as they were found. */
let messages: readonly string[] = []

/** Where settings.json is; null until that is known. */
let directory: string | null = null

// All of this happens before the app is ready. The data directory comes first, for the single-instance
// lock is kept in it; and reading settings.json asks Electron for the folder of the app's data, which
// it would otherwise make under the app's name.
try {
  directory = examineSettings({ ...sources, readFile: () => undefined }).settings.dataDir
  const ofDirectory = openDataDirectory(directory)
  // Electron takes no folder that is not there.
  const sessionData = join(directory, 'chromium')
  makeDataFolder(sessionData)
  app.setPath('userData', directory)
  app.setPath('sessionData', sessionData)
  const findings = requireSettings(sources)
  const { settings } = findings
  messages = [...findings.warnings, ...ofDirectory]
  if (await isFirstInstance(directory, describeStart(findings, sources.args))) {
    // It would take the switch away from child processes only, and they would not start.
    if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
    app.setAppUserModelId(APP_ID)
    registerScheme()
    // So macOS tells of a second start from the Finder.
    app.on('activate', () => void (wanted = true))
    app.on('second-instance', (_event, _args, _folder, data) => hearSecondStart(data))
    // Not awaited here: the app is ready only once this module has been evaluated.
    app
      .whenReady()
      .then(() => start(settings))
      .catch(giveUp)
  } else {
    // The first one hears of it, and says what it does.
    app.exit(EXIT.ok)
  }
} catch (thrown) {
  giveUp(thrown)
}

async function start(first: Settings): Promise<void> {
  lockDown()
  dropUnreadableHeaders()
  serveWindowFiles()
  if (process.platform !== 'darwin') Menu.setApplicationMenu(null)
  app.dock?.hide()
  // Without a listener, closing the window would end the app.
  app.on('window-all-closed', () => undefined)
  // In sight before the system asks the person to unlock the keyring.
  const tray = createTray()
  tray.onCommand((command) => {
    if (command === 'quit') app.quit()
    else wanted = true
  })
  tray.render(createStartingMenu(), 'signed-out')
  const isAtLogin = isStartAtLogin(process.argv)
  const shown = showTray(tray, isAtLogin)

  const starting = begin(first)
  // Also for who quits while it starts.
  quitInOrder(async () => {
    const begun = await within(
      systemClock,
      LONGEST_START_MS,
      starting.catch(() => null),
    )
    await begun?.close()
  })
  onShutdown(() => app.quit())
  const supervisor = await starting
  // As this start was given them.
  const { LATCHKEY_CLIENT_SECRET } = env
  const restarter = createRestarter({
    ...(passphrase !== null && { LATCHKEY_PASSPHRASE: passphrase }),
    ...(LATCHKEY_CLIENT_SECRET !== undefined && { LATCHKEY_CLIENT_SECRET }),
  })
  const desktop = presentDesktop({ supervisor, sources, tray, appId: APP_ID, restarter, openVault })
  app.on('quit', () => tray.destroy())
  hearSecondStart = (data) => desktop.startedAgain(data)
  app.on('activate', () => desktop.open())
  if (!isAtLogin || wanted) desktop.open()
  // Otherwise there would be nothing to see of this start.
  else void shown.then((host) => (host === 'none' ? desktop.open() : undefined)).catch(reportError)
  const isSignedIn = supervisor.latchkey().agent.model().session.kind === 'signed-in'
  if (first.signIn && !isSignedIn) supervisor.latchkey().agent.signIn()
  for (const data of secondStarts.splice(0)) desktop.startedAgain(data)
}

/**
 * Shows the icon. At login the desktop may bring its tray a little later than it starts Latchkey, and
 * Electron asks for it only once. A person who starts Latchkey sees its window, so nothing waits then.
 */
async function showTray(tray: TrayIcon, isAtLogin: boolean): Promise<TrayHost> {
  if (!isAtLogin) {
    tray.show()
    return 'unknown'
  }
  const deps = trayHostDeps(systemClock, process.env, process.argv)
  const host = await waitForTrayHost(process.platform, LOGIN_PATIENCE_MS, deps)
  tray.show()
  return host
}

/** The system's keyring, once it was asked. */
let keyring: Keyring | null = null

/** Opens a file with a session that was left here, by whatever has sealed it. */
async function openVault(dataDir: string, fileName: string): Promise<SessionStore> {
  if (readSealedTier(join(dataDir, fileName)) === 'keyring') keyring ??= await keyringCipher()
  return chooseStorage({ dataDir, keyring, passphrase, keepWithoutKeyring: true, fileName })
    .sessionStore
}

async function begin(first: Settings): Promise<Awaited<ReturnType<typeof createSupervisor>>> {
  const run = async (settings: Settings): Promise<Latchkey> => {
    // The demo keeps nothing: no reason to have the system ask for the keyring.
    if (!settings.demo) keyring ??= await keyringCipher()
    const { dataDir, keepWithoutKeyring } = settings
    return createLatchkey({
      settings,
      version: app.getVersion(),
      clock: systemClock,
      storage: chooseStorage({ dataDir, keyring, passphrase, keepWithoutKeyring }),
      fetch: electronFetch,
      openBrowser: settings.noBrowser ? () => Promise.resolve() : openBrowser,
      // What has been saved since is what the person wants.
      messages: settings === first ? messages : [],
      askWhetherRunning,
      onDirectoryLost: giveUp,
    })
  }
  return createSupervisor({ run, onFatal: giveUp }, first)
}

/** Who quits instead of answering the question for the keyring's password need not answer it. */
const LONGEST_START_MS = 3_000

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

async function askWhetherRunning(host: string): Promise<boolean> {
  const chosen = await showBox({
    type: 'question',
    message: `Does Latchkey still run on ${host}?`,
    detail:
      'It used the same data directory there, and has given no sign for an hour. Two computers cannot ' +
      'share one session.',
    buttons: ['No, use it here', 'Yes, quit here'],
    cancelId: 1,
  })
  return chosen !== 0
}

function giveUp(thrown: unknown): void {
  endWithFailure(explainFailure(thrown), directory).catch((failure: unknown) => {
    reportError(failure)
    app.exit(EXIT.failed)
  })
}
