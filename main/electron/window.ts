// The status window: created when it opens, destroyed when it closes.

import { join } from 'node:path'
import { app, BrowserWindow, nativeTheme } from 'electron'
import { APP_FOLDER } from '../base/app-folder.js'
import type { Events } from '../ipc.js'
import { WINDOW_SIZE } from '../present/window-size.js'
import { addContextMenu, addZoom } from './page-tools.js'
import { WINDOW_URL } from './scheme.js'

export type StatusWindow = {
  /** Opens the window, or brings the open one to the front. */
  open(): void
  /** Closes the window for good: nothing opens it again. */
  retire(): void
  /** Sends an event to the window, if it is open. */
  tell<Channel extends keyof Events>(channel: Channel, ...args: Parameters<Events[Channel]>): void
  /** True while the window has the keyboard focus. */
  isFocused(): boolean
}

/** A page that fails again within this time, in milliseconds, is not loaded again until the user asks. */
const CALM_MS = 60_000

const PRELOAD = join(APP_FOLDER, 'dist/main/preload.cjs')
/** Windows and Linux take it from the installed app; from the source tree and an AppImage there is none. */
const ICON = join(APP_FOLDER, 'main/assets/icon.png')

/** `onClosed` is called whenever the window has closed. */
export function createStatusWindow(onClosed: () => void): StatusWindow {
  // Null while no window is open: a hidden window would use about 160 MB.
  let window: BrowserWindow | null = null
  let recoveredAtMs = -Infinity
  let isRetired = false

  const create = (): BrowserWindow => {
    const created = buildWindow()
    addContextMenu(created)
    addZoom(created)
    created.once('ready-to-show', () => bringForward(created))
    created.once('closed', () => {
      if (window === created) window = null
      onClosed()
    })
    // A page stays blank once its process is gone, so open a new window.
    created.webContents.on('render-process-gone', (_event, { reason }) => {
      const wasSeen = created.isVisible()
      created.destroy()
      if (!wasSeen || reason === 'clean-exit' || Date.now() - recoveredAtMs < CALM_MS) return
      recoveredAtMs = Date.now()
      window = create()
    })
    void created.loadURL(WINDOW_URL).catch(() => {
      // The window was closed while it loaded, or the page is broken. `open` makes a new window.
      if (!created.isDestroyed()) created.destroy()
    })
    return created
  }

  return {
    open() {
      if (isRetired) return
      if (window === null) {
        window = create()
        return
      }
      if (window.isMinimized()) window.restore()
      bringForward(window)
    },
    retire() {
      isRetired = true
      window?.destroy()
    },
    tell(channel, ...args) {
      window?.webContents.send(channel, ...args)
    },
    isFocused: () => window?.isFocused() ?? false,
  }
}

/** Makes the window, hidden and still without its page. */
function buildWindow(): BrowserWindow {
  return new BrowserWindow({
    ...WINDOW_SIZE,
    // The size without the frame: each desktop has a frame of its own height.
    useContentSize: true,
    minWidth: 300,
    minHeight: 360,
    show: false,
    title: 'Latchkey',
    icon: ICON,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#12161c' : '#eef1f5',
    fullscreenable: false,
    autoHideMenuBar: true,
    webPreferences: {
      preload: PRELOAD,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  })
}

function bringForward(window: BrowserWindow): void {
  window.show()
  window.focus()
  // An app that is not in the Dock does not come to the front when it shows a window.
  if (process.platform === 'darwin') app.focus({ steal: true })
}
