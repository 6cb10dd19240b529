// Starting at login: the interface for all systems, and the command that starts this Latchkey.

import { statSync } from 'node:fs'
import { isAbsolute, relative } from 'node:path'
import type { Environment } from '../base/environment.js'

export type AutostartState = {
  /** Whether the system starts Latchkey at the next login. */
  on: boolean
  /** False if Latchkey can't change that. The message then says why. */
  changeable: boolean
  /** A message for a person, with advice. Null if there is nothing to say. */
  message: string | null
}

/** No call throws: the message describes failures. The state is the system's, so others can change it too. */
export type Autostart = {
  state(): AutostartState
  set(on: boolean): AutostartState
  /**
   * Call once at each start. Makes an entry for an earlier location of Latchkey start this one. Never
   * turns starting at login on.
   */
  repair(): AutostartState
}

/** Adds a message that starting at login would fail, and prevents turning it on. */
export function withObstacle(autostart: Autostart, message: string): Autostart {
  const seen = (state: AutostartState): AutostartState => ({
    ...state,
    changeable: state.on && state.changeable,
    message,
  })
  return {
    state: () => seen(autostart.state()),
    set: (on) => seen(on ? autostart.state() : autostart.set(false)),
    repair: () => seen(autostart.repair()),
  }
}

/** The flag of a start at login. Such a start opens no window. */
export const AUTOSTART_FLAG = '--autostart'

/** How to start this Latchkey again. */
export type Launch = {
  program: string
  /** The app's folder if Electron runs it from the source tree. */
  args: readonly string[]
  /** False if Latchkey runs from the source tree. */
  installed: boolean
  /** Further flags, after {@link AUTOSTART_FLAG}, in an entry for this start. */
  flags?: readonly string[]
}

export type ThisProcess = {
  execPath: string
  appPath: string
  isPackaged: boolean
  env: Environment
}

/**
 * Finds out how to start this Latchkey again. Null if its file is gone. An AppImage is started by its
 * file, not from its mount, which lasts only for this run. Programs that an AppImage starts inherit its
 * variables, so these count only if this program is in that mount.
 */
export function findLaunch({ execPath, appPath, isPackaged, env }: ThisProcess): Launch | null {
  const { APPIMAGE, APPDIR } = env
  if (APPDIR && isAbsolute(APPDIR) && isWithin(APPDIR, execPath)) {
    if (!APPIMAGE || !isAbsolute(APPIMAGE) || !isFile(APPIMAGE)) return null
    return { program: APPIMAGE, args: [], installed: true }
  }
  return { program: execPath, args: isPackaged ? [] : [appPath], installed: isPackaged }
}

/** Also false if the path can't be looked up. */
export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function isWithin(folder: string, path: string): boolean {
  const inside = relative(folder, path)
  return inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)
}
