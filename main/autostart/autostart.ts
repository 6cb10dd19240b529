// Start at login, whatever a system has for it: the one interface, and how this Latchkey is started.

import { statSync } from 'node:fs'
import { isAbsolute, relative } from 'node:path'

export type AutostartState = {
  /** Whether the system starts Latchkey at the next login. */
  on: boolean
  /** False where Latchkey cannot change that; the note says why. */
  changeable: boolean
  /** What a person should know, and may do about it; null where there is nothing to say. */
  note: string | null
}

/** No call throws: what went wrong is in the note. The state is the system's, which others change too. */
export type Autostart = {
  state(): AutostartState
  set(on: boolean): AutostartState
  /**
   * To be called once at each start: what starts Latchkey from where it no longer is will start this
   * one. Never turns on what is off.
   */
  repair(): AutostartState
}

/** As it is, but where it would fail: that is said, and it cannot be turned on. */
export function hindered(autostart: Autostart, message: string): Autostart {
  const seen = (state: AutostartState): AutostartState => ({
    ...state,
    changeable: state.on && state.changeable,
    note: message,
  })
  return {
    state: () => seen(autostart.state()),
    set: (on) => seen(on ? autostart.state() : autostart.set(false)),
    repair: () => seen(autostart.repair()),
  }
}

/** The flag that a start at login comes with: it opens no window, for nobody has asked for one. */
export const AUTOSTART_FLAG = '--autostart'

/** How this Latchkey is started again. */
export type Launch = {
  program: string
  /** The app's folder, where Electron runs it from the source tree. */
  args: readonly string[]
  /** False from the source tree. */
  installed: boolean
  /** What follows {@link AUTOSTART_FLAG} in an entry that is written for this start; absent: nothing. */
  flags?: readonly string[]
}

export type ThisProcess = {
  execPath: string
  appPath: string
  isPackaged: boolean
  env: Readonly<Record<string, string | undefined>>
}

/**
 * How to start this Latchkey again; null where its file is gone. An AppImage is started by its file,
 * and not from where that is mounted for this run. Programs that an AppImage starts inherit the
 * variables that name it, so these count only where this program lies in that mount.
 */
export function launchOf({ execPath, appPath, isPackaged, env }: ThisProcess): Launch | null {
  const { APPIMAGE, APPDIR } = env
  if (APPDIR && isAbsolute(APPDIR) && isWithin(APPDIR, execPath)) {
    if (!APPIMAGE || !isAbsolute(APPIMAGE) || !isFile(APPIMAGE)) return null
    return { program: APPIMAGE, args: [], installed: true }
  }
  return { program: execPath, args: isPackaged ? [] : [appPath], installed: isPackaged }
}

/** False too where that cannot be found out. */
export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '' && !way.startsWith('..') && !isAbsolute(way)
}
