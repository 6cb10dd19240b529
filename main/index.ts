// Root: the tray app.

import { join } from 'node:path'
import { app, Menu } from 'electron'
import { systemClock, within } from './base/clock.js'
import { RUNNING_QUESTION } from './app/app-messages.js'
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
import { chooseClock, isScreenLocked, onShutdown } from './electron/power.js'
import { createRestarter } from './electron/restart.js'
import { registerScheme, serveWindowFiles } from './electron/scheme.js'
import { isFirstInstance } from './electron/single-instance.js'
import { loadStore, readSettingsFile } from './electron/store.js'
import { createTray, type TrayIcon } from './electron/tray.js'
import { defaultSession } from './agent/model.js'
import { createSupervisor, type Supervisor } from './app/supervisor.js'
import { findHome } from './base/home.js'
import { createStartingMenu } from './present/menu.js'
import { makeDataFolder, openDataDirectory, PROFILE_FOLDER } from './storage/private-directory.js'
import { describeStart } from './app/second-start.js'
import {
  examineSettings,
  requireSettings,
  type SettingsFindings,
  type Sources,
} from './settings/read.js'
import type { Handover } from './consent/consents.js'
import type { Settings } from './settings/options.js'
import {
  LOGIN_PATIENCE_MS,
  trayHostDeps,
  waitForTrayHost,
  type TrayHost,
} from './autostart/tray-host.js'
import { chooseStorage, readStored, type Keyring } from './storage/choose-storage.js'
import { listSealedTiers } from './storage/stored-files.js'
import type { StoredFile } from './storage/account-store.js'

/**
 * Windows shows notifications and login items under the name that is registered for this ID. The source
 * tree has an ID of its own, because Electron points the Start menu's entry for the ID at the running
 * program. With the same ID, that would change the installed app's entry.
 */
const APP_ID = app.isPackaged ? 'app.latchkey.desktop' : 'app.latchkey.desktop.source'
if (!app.isPackaged && process.platform === 'win32') app.setName('Latchkey from source')

// Otherwise Electron shows a dialog, even for a stray error of its network stack.
process.on('uncaughtException', reportError)
// A closed terminal no longer reads the output. Without a listener each write would be an uncaught
// exception, and reporting it would be another write.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

// A command in the terminal does not return. It takes no single-instance lock.
await runCommand(process.argv.slice(1))

const passphrase = process.env['LATCHKEY_PASSPHRASE'] || null
delete process.env['LATCHKEY_PASSPHRASE']
// The settings are read again after each change. Other programs must not inherit the secret.
const env = { ...process.env }
delete process.env['LATCHKEY_CLIENT_SECRET']
const sources: Sources = {
  args: app.isPackaged ? ownArgs(process.argv.slice(1)) : process.argv.slice(1),
  env,
  platform: process.platform,
  home: findHome(),
  readFile: readSettingsFile,
  // In the source tree the arguments include the app's folder, and `npm start` has checked the flags.
  lenient: !app.isPackaged,
}
/** True if the window was asked for before it could be opened. */
let wanted = false
/** The data of second starts that came before the desktop could answer them. */
const secondStarts: unknown[] = []
let hearSecondStart = (data: unknown): void => void secondStarts.push(data)
/** Messages about the settings and the data directory. */
let messages: readonly string[] = []

/** The data directory; null until it is known. */
let directory: string | null = null

// All of this happens before the app is ready. The data directory comes first, because the
// single-instance lock is in it. And because reading settings.json asks Electron for the folder of the
// app's data, which Electron would otherwise create under the app's name.
try {
  directory = examineSettings({ ...sources, readFile: () => undefined }).settings.dataDir
  const ofDirectory = openDataDirectory(directory)
  // Electron rejects a folder that does not exist.
  const sessionData = join(directory, PROFILE_FOLDER)
  makeDataFolder(sessionData)
  app.setPath('userData', directory)
  app.setPath('sessionData', sessionData)
  const findings = requireSettings(sources)
  messages = [...findings.warnings, ...ofDirectory]
  if (await isFirstInstance(directory, describeStart(findings, process.argv))) {
    // With --no-sandbox, this would sandbox only the child processes, and they would not start.
    if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
    app.setAppUserModelId(APP_ID)
    registerScheme()
    // macOS reports a second start from the Finder in this way.
    app.on('activate', () => void (wanted = true))
    app.on('second-instance', (_event, _args, _folder, data) => hearSecondStart(data))
    // Not awaited: the app becomes ready only after this module was evaluated.
    app
      .whenReady()
      .then(() => start(findings))
      .catch(giveUp)
  } else {
    // The running Latchkey is told, and answers.
    app.exit(EXIT.ok)
  }
} catch (thrown) {
  giveUp(thrown)
}

async function start(findings: SettingsFindings): Promise<void> {
  const { settings: first } = findings
  lockDown()
  dropUnreadableHeaders()
  serveWindowFiles()
  if (process.platform !== 'darwin') Menu.setApplicationMenu(null)
  app.dock?.hide()
  // Without a listener, closing the window would end the app.
  app.on('window-all-closed', () => undefined)
  // Shown before the system asks the user to unlock the keyring.
  const tray = createTray()
  tray.onCommand((command) => {
    if (command === 'quit') app.quit()
    else wanted = true
  })
  tray.render(createStartingMenu(), 'signed-out')
  const isAtLogin = isStartAtLogin(process.argv)
  const shown = showTray(tray, isAtLogin)
  loadStore().catch(reportError)
  // On Linux the first call only begins to find out.
  isScreenLocked()

  const starting = begin(first)
  // Also if the user quits during the start.
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
  // The values that this start was given.
  const { LATCHKEY_CLIENT_SECRET } = env
  const restarter = createRestarter({
    ...(passphrase !== null && { LATCHKEY_PASSPHRASE: passphrase }),
    ...(LATCHKEY_CLIENT_SECRET !== undefined && { LATCHKEY_CLIENT_SECRET }),
  })
  const desktop = presentDesktop({
    supervisor,
    sources,
    findings,
    tray,
    appId: APP_ID,
    restarter,
    readStored: readStoredSessions,
  })
  app.on('quit', () => tray.destroy())
  hearSecondStart = (data) => desktop.startedAgain(data)
  app.on('activate', () => desktop.open())
  if (!isAtLogin || wanted) desktop.open()
  // Without a tray icon, the window is the only thing to see.
  else void shown.then((host) => (host === 'none' ? desktop.open() : undefined)).catch(reportError)
  const isSignedIn = defaultSession(supervisor.latchkey().agent.model()).kind === 'signed-in'
  if (first.signIn && !isSignedIn) supervisor.latchkey().agent.signIn()
  for (const data of secondStarts.splice(0)) desktop.startedAgain(data)
}

/**
 * Shows the icon. At login the desktop may start its tray later than Latchkey, and Electron looks for a
 * tray only once. So this waits for the tray, but only at login: otherwise the window is shown at once.
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

/** The system's keyring, once it has been asked for its key. */
let keyring: Keyring | null = null

/** Reads every session file with the key that encrypted it. */
async function readStoredSessions(dataDir: string): Promise<readonly StoredFile[]> {
  if (listSealedTiers(dataDir).includes('keyring')) keyring ??= await keyringCipher()
  return readStored({ dataDir, keyring, passphrase })
}

async function begin(first: Settings): Promise<Supervisor> {
  const run = async (settings: Settings, handover?: Handover): Promise<Latchkey> => {
    // The demo stores nothing, so the system need not ask for the keyring.
    if (!settings.demo) keyring ??= await keyringCipher()
    const { dataDir, keepWithoutKeyring } = settings
    return createLatchkey({
      settings,
      version: app.getVersion(),
      clock: chooseClock(),
      storage: chooseStorage({ dataDir, keyring, passphrase, keepWithoutKeyring }),
      fetch: electronFetch,
      isScreenLocked,
      openBrowser: settings.noBrowser ? () => Promise.resolve() : openBrowser,
      // Messages about the first settings do not apply to later ones.
      messages: settings === first ? messages : [],
      askWhetherRunning,
      onDirectoryLost: giveUp,
      ...(handover && { handover }),
    })
  }
  return createSupervisor({ run, onFatal: giveUp }, first)
}

/** If the user quits while the keyring prompt is open, don't wait for it longer than this. */
const LONGEST_START_MS = 3_000

/** Delays quitting until `end` is done, so that no port stays open. */
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
    message: RUNNING_QUESTION.message(host),
    detail: RUNNING_QUESTION.detail,
    buttons: [RUNNING_QUESTION.no, RUNNING_QUESTION.yes],
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
