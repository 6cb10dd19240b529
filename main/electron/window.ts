// The status window: made on demand, destroyed when it is closed.

import { fileURLToPath } from 'node:url'
import { app, BrowserWindow, nativeTheme } from 'electron'
import type { Events } from '../ipc.js'
import { WINDOW_SIZE } from '../present/window-size.js'
import { addContextMenu, addZoom } from './page-tools.js'
import { WINDOW_URL } from './scheme.js'

export type StatusWindow = {
  /** Opens the window, or brings the open one to the front. */
  open(): void
  /** Closes the window for good: nothing opens it again. */
  retire(): void
  /** Tells the window, where there is one. */
  tell<Channel extends keyof Events>(channel: Channel, ...args: Parameters<Events[Channel]>): void
  /** True while a person has it in front of them. */
  isFocused(): boolean
}

/** A page that fails again so soon would fail for ever. */
const CALM_MS = 60_000

const PRELOAD = fileURLToPath(new URL('../preload.cjs', import.meta.url))
/** Windows and Linux take it from the installed app; from the source tree and an AppImage there is none. */
const ICON = fileURLToPath(new URL('../../../main/assets/icon.png', import.meta.url))

export function createStatusWindow(): StatusWindow {
  // Null while there is none: a hidden window would keep some 160 MB.
  let window: BrowserWindow | null = null
  let recoveredAtMs = -Infinity
  let isRetired = false

  const create = (): BrowserWindow => {
    const created = new BrowserWindow({
      ...WINDOW_SIZE,
      // Without the frame, which is as high as the desktop likes.
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
    addContextMenu(created)
    addZoom(created)
    created.once('ready-to-show', () => bringForward(created))
    created.once('closed', () => {
      if (window === created) window = null
    })
    // A page whose process is gone stays blank. One that goes on failing is made anew only when asked.
    created.webContents.on('render-process-gone', (_event, { reason }) => {
      const wasSeen = created.isVisible()
      created.destroy()
      if (!wasSeen || reason === 'clean-exit' || Date.now() - recoveredAtMs < CALM_MS) return
      recoveredAtMs = Date.now()
      window = create()
    })
    void created.loadURL(WINDOW_URL).catch(() => {
      // Closed before it was loaded; or broken, and then made anew the next time it is asked for.
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

function bringForward(window: BrowserWindow): void {
  window.show()
  window.focus()
  // An app without a place in the Dock does not come to the front by showing a window.
  if (process.platform === 'darwin') app.focus({ steal: true })
}
