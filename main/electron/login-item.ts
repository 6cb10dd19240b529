// Start at login, as this system has it; and whether this start is one.

import { app } from 'electron'
import { AUTOSTART_FLAG, launchOf, type Autostart } from '../autostart.js'
import { createMacAutostart, createWindowsAutostart, type LoginItems } from '../login-item.js'
import { findHome } from '../home.js'
import { createXdgAutostart } from '../xdg-autostart.js'

/** To be called once the app is ready, and has its AppUserModelID, which is passed here too. */
export function createAutostart(appUserModelId: string): Autostart {
  const { env, execPath, platform } = process
  const { isPackaged } = app
  const launch = launchOf({ execPath, appPath: app.getAppPath(), isPackaged, env })
  if (launch === null || (platform !== 'win32' && platform !== 'darwin')) {
    // Without a home there is no folder of this person's: then nothing can be written, which is said.
    return createXdgAutostart({ launch, env, home: findHome() ?? '/' })
  }
  const loginItems: LoginItems = {
    get: (options) => app.getLoginItemSettings(options),
    set: (settings) => app.setLoginItemSettings(settings),
  }
  return platform === 'win32'
    ? createWindowsAutostart({ launch, loginItems }, appUserModelId)
    : createMacAutostart({ launch, loginItems })
}

/** Whether the system started the app at login. macOS passes no flag to login items. */
export function isStartAtLogin(args: readonly string[]): boolean {
  if (args.includes(AUTOSTART_FLAG)) return true
  return process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin
}
