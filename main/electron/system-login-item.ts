// Starting at login on each system, and whether the app was started at login.

import { app } from 'electron'
import {
  AUTOSTART_FLAG,
  withObstacle,
  findLaunch,
  type Autostart,
  type AutostartState,
} from '../autostart/autostart.js'
import {
  createMacAutostart,
  createWindowsAutostart,
  type LoginItems,
} from '../autostart/login-item.js'
import { findHome } from '../base/home.js'
import { NOTHING, type Removal } from '../app/removal.js'
import { chooseLoginFlags, describeLost } from '../app/second-start.js'
import type { SettingsFindings } from '../settings/read.js'
import { removeXdgAutostart } from '../app/system-traces.js'
import { createLinuxAutostart } from '../autostart/linux.js'
import { START_AT_LOGIN } from './electron-messages.js'

/**
 * Call when the app is ready and has its AppUserModelID, which is passed here too. The entry keeps the
 * data directory and port of this start. Its messages say which settings it doesn't keep.
 */
export function createAutostart(appUserModelId: string, findings: SettingsFindings): Autostart {
  // On macOS the login item is the app itself, without flags.
  const { flags, lost } = chooseLoginFlags(findings, process.platform !== 'darwin')
  return withMessage(createForSystem(appUserModelId, flags), describeLost(lost))
}

function createForSystem(appUserModelId: string, flags: readonly string[]): Autostart {
  const { env, execPath, platform } = process
  const { isPackaged } = app
  const found = findLaunch({ execPath, appPath: app.getAppPath(), isPackaged, env })
  const launch = found && { ...found, flags }
  if (launch === null || (platform !== 'win32' && platform !== 'darwin')) {
    // Without a home directory nothing can be written. The state's message says so.
    const autostart = createLinuxAutostart({ launch, env, home: findHome() ?? '/' })
    const isUnsandboxed = app.commandLine.hasSwitch('no-sandbox')
    return isUnsandboxed && !isPackaged
      ? withObstacle(autostart, START_AT_LOGIN.withoutSandbox)
      : autostart
  }
  const loginItems: LoginItems = {
    get: (options) => app.getLoginItemSettings(options),
    set: (settings) => app.setLoginItemSettings(settings),
  }
  return platform === 'win32'
    ? createWindowsAutostart({ launch, loginItems }, appUserModelId)
    : createMacAutostart({ launch, loginItems })
}

/** Turns off starting at login permanently, and returns the result. */
export function removeLoginItem(autostart: Autostart): Removal {
  const { env, platform } = process
  if (platform !== 'win32' && platform !== 'darwin') {
    return removeXdgAutostart({ env, home: findHome() })
  }
  const wasOn = autostart.state().on
  // Even if it is off: an item that was switched off in the system's settings still exists.
  const { on, message } = autostart.set(false)
  if (on) return { ...NOTHING, stays: [message ?? START_AT_LOGIN.stillOn] }
  return wasOn ? { ...NOTHING, done: [START_AT_LOGIN.turnedOff] } : NOTHING
}

/** Adds a message if a person can change the state and there is no other message. */
function withMessage(autostart: Autostart, message: string | null): Autostart {
  const add = (state: AutostartState): AutostartState =>
    state.changeable && state.message === null ? { ...state, message } : state
  return {
    state: () => add(autostart.state()),
    set: (on) => add(autostart.set(on)),
    repair: () => add(autostart.repair()),
  }
}

/** Whether the system started the app at login. macOS passes no flag to login items. */
export function isStartAtLogin(args: readonly string[]): boolean {
  if (args.includes(AUTOSTART_FLAG)) return true
  return process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin
}
