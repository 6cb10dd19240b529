// Start at login, as this system has it; and whether this start is one.

import { app } from 'electron'
import { AUTOSTART_FLAG, hindered, launchOf, type Autostart } from '../autostart.js'
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
    const autostart = createXdgAutostart({ launch, env, home: findHome() ?? '/' })
    const isUnsandboxed = app.commandLine.hasSwitch('no-sandbox')
    return isUnsandboxed && !isPackaged ? hindered(autostart, WITHOUT_SANDBOX) : autostart
  }
  const loginItems: LoginItems = {
    get: (options) => app.getLoginItemSettings(options),
    set: (settings) => app.setLoginItemSettings(settings),
  }
  return platform === 'win32'
    ? createWindowsAutostart({ launch, loginItems }, appUserModelId)
    : createMacAutostart({ launch, loginItems })
}

// The entry starts Electron itself, and never without its sandbox; where that cannot start, nobody would
// see why.
const WITHOUT_SANDBOX =
  "This Latchkey runs without Chromium's sandbox. A start at login would not, and would fail unseen " +
  'where the sandbox cannot start; `npm start` says what cures that.'

/** Whether the system started the app at login. macOS passes no flag to login items. */
export function isStartAtLogin(args: readonly string[]): boolean {
  if (args.includes(AUTOSTART_FLAG)) return true
  return process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin
}
