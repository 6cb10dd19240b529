// The module that `electron` resolves to in the app under test.

import { appDouble } from './app.js'
import { clipboardDouble } from './clipboard.js'
import { dialogDouble, shellDouble } from './desktop.js'
import { ipcMainDouble } from './ipc-main.js'
import { MenuDouble } from './menu.js'
import { nativeImageDouble } from './native-image.js'
import { nativeThemeDouble } from './native-theme.js'
import { netDouble } from './net.js'
import { NotificationDouble } from './notification.js'
import { powerMonitorDouble } from './power-monitor.js'
import { protocolDouble } from './protocol.js'
import { safeStorageDouble } from './safe-storage.js'
import { sessionDouble } from './session.js'
import { strict } from './strict.js'
import { TrayDouble } from './tray.js'
import { BrowserWindowDouble } from './window.js'

export const app = strict('app', appDouble)
export const BrowserWindow = strictClass('BrowserWindow', BrowserWindowDouble)
export const clipboard = strict('clipboard', clipboardDouble)
export const dialog = strict('dialog', dialogDouble)
export const ipcMain = strict('ipcMain', ipcMainDouble)
export const Menu = strictClass('Menu', MenuDouble)
export const nativeImage = strict('nativeImage', nativeImageDouble)
export const nativeTheme = strict('nativeTheme', nativeThemeDouble)
export const net = strict('net', netDouble)
export const Notification = strictClass('Notification', NotificationDouble)
export const powerMonitor = strict('powerMonitor', powerMonitorDouble)
export const protocol = strict('protocol', protocolDouble)
export const safeStorage = strict('safeStorage', safeStorageDouble)
export const session = strict('session', sessionDouble)
export const shell = strict('shell', shellDouble)
export const Tray = strictClass('Tray', TrayDouble)

/** electron-store reads these from the default export. */
const electron = { app, ipcMain, shell }
// oxlint-disable-next-line import/no-default-export -- Electron has one too
export default electron

function strictClass<Class extends object>(name: string, target: Class): Class {
  return strict(name, target)
}
