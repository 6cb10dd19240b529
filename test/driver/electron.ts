// The desktop on Electron itself, through Playwright. It has not been run yet: see
// test/stand-in/README.md.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { _electron, type ElectronApplication } from '@playwright/test'
import { ROOT } from '../support/root.js'
import { BEHAVIOUR_VARIABLE } from '../stand-in/contract.js'
import { electronBinary } from './back-end.js'
import { toBehaviour, toKeyring } from './behaviour.js'
import type { Desktop, DesktopOptions, Ended } from './desktop.js'
import type { Observed } from './electron-entry.js'
import { parseObservations } from './observed.js'
import { follow } from './process.js'

type Options = DesktopOptions & { dataDir: string }
type Observing = { latchkeyObserved: Observed }

const ENTRY = join(ROOT, 'dist', 'modules', 'test', 'driver', 'electron-entry.js')
const IS_ROOT = process.getuid?.() === 0

/** Starts the app and waits until Electron is ready. The caller ends it with `close`. */
export async function launchElectron(
  options: Options,
): Promise<{ desktop: Desktop; close(): Promise<void> }> {
  // Without `executablePath`, Playwright finds Electron itself and delays `ready` until it listens.
  const electron = await _electron.launch({
    args: toArgs(options),
    cwd: ROOT,
    env: createEnv(options),
    chromiumSandbox: !IS_ROOT,
    colorScheme: options.dark ? 'dark' : 'light',
  })
  const child = electron.process()
  const followed = follow(child)
  let { loginItems } = toBehaviour(ROOT, options)
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null

  const desktop: Desktop = {
    backEnd: 'electron',
    dataDir: options.dataDir,
    process: child,
    ...followed,

    menu: () => electron.evaluate(() => (globalThis as never as Observing).latchkeyObserved.menu()),
    choose: (...labels) =>
      electron.evaluate(
        (_electron, given) => (globalThis as never as Observing).latchkeyObserved.choose(given),
        labels,
      ),
    tray: () => electron.evaluate(() => (globalThis as never as Observing).latchkeyObserved.tray()),
    clickTray: () =>
      electron.evaluate(() => (globalThis as never as Observing).latchkeyObserved.clickTray()),
    trayIcon: () =>
      electron.evaluate(() => (globalThis as never as Observing).latchkeyObserved.trayIcon()),

    boxes: () =>
      Promise.resolve(
        parseObservations(followed.stderr()).flatMap((one) => ('box' in one ? [one.box] : [])),
      ),
    openedPaths: () =>
      Promise.resolve(
        parseObservations(followed.stderr()).flatMap((one) => ('path' in one ? [one.path] : [])),
      ),

    notifications: () =>
      electron.evaluate(() => (globalThis as never as Observing).latchkeyObserved.notifications()),
    clickNotification: (index) =>
      electron.evaluate(
        (_electron, given) =>
          (globalThis as never as Observing).latchkeyObserved.clickNotification(given),
        index,
      ),
    timeOutNotification: (index) =>
      electron.evaluate(
        (_electron, given) =>
          (globalThis as never as Observing).latchkeyObserved.timeOutNotification(given),
        index,
      ),

    openedUrls: () =>
      electron.evaluate(() => (globalThis as never as Observing).latchkeyObserved.opened()),
    takeUrl: () =>
      electron.evaluate(() => (globalThis as never as Observing).latchkeyObserved.takeOpened()),

    async window() {
      const page = electron.windows()[0] ?? (await electron.waitForEvent('window'))
      await page.waitForLoadState()
      return page
    },
    pressRested: (button) => button.click(),
    windowCount: () =>
      electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length),
    windowFacts: () =>
      electron.evaluate(({ BrowserWindow }) => {
        const window = BrowserWindow.getAllWindows()[0]!
        // Undocumented, but Electron's own tests use it.
        const { getLastWebPreferences } = window.webContents as never as {
          getLastWebPreferences(): Record<string, unknown>
        }
        return {
          isVisible: window.isVisible(),
          isFocused: window.isFocused(),
          isMinimized: window.isMinimized(),
          // Electron does not tell.
          wasShownUnpainted: false,
          hasIcon: true,
          zoomLevel: window.webContents.getZoomLevel(),
          webPreferences: { ...getLastWebPreferences.call(window.webContents) },
        }
      }),
    closeWindow: () =>
      electron.evaluate(async ({ BrowserWindow }) => {
        const window = BrowserWindow.getAllWindows()[0]!
        const closed = new Promise<void>((resolve) => void window.once('closed', resolve))
        window.close()
        await closed
      }),
    look: (at) =>
      electron.evaluate(async ({ BrowserWindow }, given) => {
        const window = BrowserWindow.getAllWindows()[0]!
        if (!window.isVisible()) {
          await new Promise<void>((resolve) => void window.once('show', () => resolve()))
        }
        if (given) window.focus()
        else window.blur()
      }, at),
    crashWindow: () =>
      electron.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]!.webContents.forcefullyCrashRenderer(),
      ),
    minimize: () =>
      electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.minimize()),

    async rightClick(target) {
      await target.click({ button: 'right' })
      return electron.evaluate(() =>
        (globalThis as never as Observing).latchkeyObserved.takePageMenu(),
      )
    },
    chooseInPage: (label) =>
      electron.evaluate(
        (_electron, given) =>
          (globalThis as never as Observing).latchkeyObserved.chooseInPage(given),
        label,
      ),
    pressControl: (key) =>
      electron.evaluate(({ BrowserWindow }, keyCode) => {
        const { webContents } = BrowserWindow.getAllWindows()[0]!
        webContents.sendInputEvent({ type: 'keyDown', keyCode, modifiers: ['control'] })
      }, key),
    turnWheel: (direction) =>
      electron.evaluate(
        ({ BrowserWindow }, given) =>
          void BrowserWindow.getAllWindows()[0]!.webContents.emit('zoom-changed', {}, given),
        direction,
      ),

    clipboard: () =>
      electron.evaluate(() => (globalThis as never as Observing).latchkeyObserved.clipboard()),
    activate: () => electron.evaluate(({ app }) => void app.emit('activate', {}, false)),
    setKeyring: (keyring) =>
      electron.evaluate(
        (_electron, given) => (globalThis as never as Observing).latchkeyObserved.setKeyring(given),
        toKeyring(keyring),
      ),
    async loginItems() {
      if (isRunning()) {
        loginItems = await electron.evaluate(() =>
          (globalThis as never as Observing).latchkeyObserved.loginItems(),
        )
      }
      return loginItems
    },
    resume: () =>
      electron.evaluate(({ powerMonitor }) => {
        powerMonitor.emit('suspend')
        powerMonitor.emit('resume')
      }),
    // A spec can't lock the screen of its computer, so Electron's answer is replaced.
    lockScreen: () =>
      electron.evaluate(({ powerMonitor }) => {
        powerMonitor.getSystemIdleState = () => 'locked'
        if (process.platform !== 'linux') powerMonitor.emit('lock-screen')
      }),
    unlockScreen: () =>
      electron.evaluate(({ powerMonitor }) => {
        powerMonitor.getSystemIdleState = () => 'active'
        if (process.platform === 'linux') return
        powerMonitor.emit('lock-screen')
        powerMonitor.emit('unlock-screen')
      }),
    passTime: () => Promise.reject(new Error("Electron's own timers can't be moved")),
    async shutDown() {
      // The system's own shutdown steps, including its wait, are not visible here.
      const isDelayed = await electron.evaluate(({ powerMonitor }) => {
        let isPrevented = false
        const event = { preventDefault: () => void (isPrevented = true) }
        if (process.platform !== 'win32') powerMonitor.emit('shutdown', event)
        return isPrevented
      })
      if (!isDelayed) child.kill('SIGTERM')
      return isDelayed
    },

    // Playwright drives only the app that it has started.
    restarted: () =>
      Promise.reject(new Error('Electron itself cannot be followed to its next run')),
    launchAgain: (flags = []) => runElectron({ ...options, flags }),
    async quit() {
      await desktop.loginItems().catch(() => undefined)
      await electron.evaluate(({ app }) => app.quit()).catch(() => undefined)
      return followed.ended
    },

    loadInWindow: (url) =>
      electron.evaluate(
        ({ BrowserWindow }, given) => BrowserWindow.getAllWindows()[0]!.loadURL(given),
        url,
      ),
    wasLetGo: (url) =>
      electron.evaluate(
        (_electron, given) => (globalThis as never as Observing).latchkeyObserved.wasLetGo(given),
        url,
      ),
    async invokeFrom(frame, channel, ...args) {
      const isMainFrame = frame === frame.page().mainFrame()
      const call = { url: frame.url(), isMainFrame, channel, args }
      return electron.evaluate(({ BrowserWindow }, given) => {
        const sender = BrowserWindow.getAllWindows()[0]!.webContents
        const { mainFrame } = sender
        const senderFrame = given.isMainFrame
          ? mainFrame
          : mainFrame.framesInSubtree.find((found) => found.parent && found.url === given.url)
        const { latchkeyObserved } = globalThis as never as Observing
        const event = { sender, senderFrame: senderFrame ?? null }
        return latchkeyObserved.invoke(event as never, given.channel, given.args)
      }, call)
    },
    async attachesWebview(url) {
      const page = await desktop.window()
      const before = await countContents(electron)
      await page.evaluate(async (src) => {
        const guest = document.createElement('webview')
        guest.setAttribute('src', src)
        document.body.append(guest)
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
      }, url)
      return (await countContents(electron)) > before
    },
    everythingShown: () =>
      electron.evaluate(() =>
        (globalThis as never as Observing).latchkeyObserved.texts().join('\n'),
      ),
  }
  return {
    desktop,
    async close() {
      child.kill('SIGKILL')
      await followed.ended
    },
  }
}

/** Starts the app without looking inside, and waits for its end. */
export async function runElectron(options: Options): Promise<Ended> {
  const binary = electronBinary()
  if ('missing' in binary) throw new Error(binary.missing)
  const child = spawn(binary.path, [...(IS_ROOT ? ['--no-sandbox'] : []), ...toArgs(options)], {
    cwd: ROOT,
    env: createEnv(options),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return follow(child).ended
}

/** Electron's arguments, after its own switches and Playwright's. */
export function toArgs({ dataDir, flags = [] }: Options): string[] {
  // The app's own folder, so that name, version and desktop file are the app's.
  return ['-r', ENTRY, ROOT, '--data-dir', dataDir, ...flags]
}

function createEnv(options: Options): Record<string, string> {
  const behaviour = toBehaviour(ROOT, options)
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return {
    ...Object.fromEntries(inherited),
    ...options.env,
    [BEHAVIOUR_VARIABLE]: JSON.stringify(behaviour),
  }
}

function countContents(electron: ElectronApplication): Promise<number> {
  return electron.evaluate(({ webContents }) => webContents.getAllWebContents().length)
}
