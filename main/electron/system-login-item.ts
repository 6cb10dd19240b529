// Start at login, as this system has it; and whether this start is one.

import { app } from 'electron'
import {
  AUTOSTART_FLAG,
  hindered,
  launchOf,
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

/**
 * To be called once the app is ready, and has its AppUserModelID, which is passed here too. The entry
 * keeps the data directory and the port that this start was given; the notes say what it does not keep.
 */
export function createAutostart(appUserModelId: string, findings: SettingsFindings): Autostart {
  // A login item of macOS is the app itself, without flags.
  const { flags, lost } = chooseLoginFlags(findings, process.platform !== 'darwin')
  return withNote(createOf(appUserModelId, flags), describeLost(lost))
}

function createOf(appUserModelId: string, flags: readonly string[]): Autostart {
  const { env, execPath, platform } = process
  const { isPackaged } = app
  const found = launchOf({ execPath, appPath: app.getAppPath(), isPackaged, env })
  const launch = found && { ...found, flags }
  if (launch === null || (platform !== 'win32' && platform !== 'darwin')) {
    // Without a home there is no folder of this person's: then nothing can be written, which is said.
    const autostart = createLinuxAutostart({ launch, env, home: findHome() ?? '/' })
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

/** Turns the start at login off for good, and says what came of it. */
export function removeLoginItem(autostart: Autostart): Removal {
  const { env, platform } = process
  if (platform !== 'win32' && platform !== 'darwin') {
    return removeXdgAutostart({ env, home: findHome() })
  }
  const wasOn = autostart.state().on
  // In any case: an item that the person switched off in the system's settings is still there.
  const { on, note } = autostart.set(false)
  if (on) return { ...NOTHING, stays: [note ?? 'The system still starts Latchkey at login.'] }
  return wasOn ? { ...NOTHING, done: ['The start at login was turned off.'] } : NOTHING
}

/** Adds a note wherever a person could change the state and nothing else is to be said. */
function withNote(autostart: Autostart, note: string | null): Autostart {
  const add = (state: AutostartState): AutostartState =>
    state.changeable && state.note === null ? { ...state, note } : state
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
