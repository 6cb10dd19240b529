// Starting at login on Windows and macOS, by Electron's login items.

import { AUTOSTART_FLAG, type Autostart, type AutostartState, type Launch } from './autostart.js'
import { LOGIN_ITEM_MESSAGES as MESSAGES } from './autostart-messages.js'

/** The used parts of Electron's `app.getLoginItemSettings` and `app.setLoginItemSettings`. */
export type LoginItems = {
  get(options: LoginItemQuery): LoginItemFacts
  set(settings: LoginItemQuery & { openAtLogin: boolean; enabled?: boolean }): void
}

export type LoginItemQuery = { path?: string; args?: string[] }

export type LoginItemFacts = {
  openAtLogin: boolean
  /** Only on macOS 13 and later. */
  status?: string
  /** Only on Windows: the entries that start this program, by their names in the registry. */
  launchItems?: readonly { name: string; scope: string; enabled: boolean }[]
}

export type LoginItemDeps = { launch: Launch; loginItems: LoginItems }

/**
 * The login item is a value of the registry's Run key, which Electron names after the app's
 * AppUserModelID. A person may turn it off in Task Manager, which then keeps it as disabled.
 */
export function createWindowsAutostart(
  { launch, loginItems }: LoginItemDeps,
  appUserModelId: string,
): Autostart {
  const query = {
    // Without quotes, Electron cuts the path at its first space. It quotes arguments itself.
    path: `"${launch.program}"`,
    args: [...launch.args, AUTOSTART_FLAG, ...(launch.flags ?? [])],
  }
  const state = (): AutostartState => {
    const { openAtLogin, launchItems = [] } = loginItems.get(query)
    const mine = launchItems.find(({ name, scope }) => name === appUserModelId && scope === 'user')
    // In a source tree the program is Electron, and other apps start that too.
    const other = launch.installed
      ? launchItems.find((item) => item !== mine && item.enabled)
      : undefined
    if (other) {
      return { on: true, changeable: false, message: MESSAGES.otherEntry(other.name) }
    }
    // In a source tree, an entry with other arguments starts another app.
    if (!openAtLogin && !(mine && launch.installed)) return OFF
    return mine?.enabled === false ? { ...OFF, message: MESSAGES.disabledInWindows } : ON
  }
  const write = (on: boolean): AutostartState => {
    // Turning it on here turns it on in Task Manager too.
    loginItems.set({ ...query, openAtLogin: on, enabled: true })
    const after = state()
    return after.on === on
      ? after
      : { ...after, message: after.message ?? MESSAGES.rejectedByWindows }
  }
  return {
    state,
    set: (on) => (state().changeable ? attempt(() => write(on), state) : state()),
    repair() {
      const before = state()
      // An older version wrote this entry. An entry with other flags than this start may be intended.
      // Electron doesn't tell its flags: its `args` leave out arguments that begin with a dash.
      const isOld = loginItems.get({ path: query.path, args: [] }).openAtLogin
      const stale = launch.installed && before.on && before.changeable && isOld
      return stale ? attempt(() => write(true), state) : before
    },
  }
}

/** The app itself is the login item. On macOS 13 and later, a person may turn it off in System Settings. */
export function createMacAutostart({ launch, loginItems }: LoginItemDeps): Autostart {
  const state = (): AutostartState => {
    if (!launch.installed) return { ...OFF, changeable: false, message: MESSAGES.notInstalled }
    const { openAtLogin, status } = loginItems.get({})
    if (status === 'requires-approval') return { ...OFF, message: MESSAGES.needsConsent }
    return openAtLogin ? ON : OFF
  }
  const write = (on: boolean): AutostartState => {
    loginItems.set({ openAtLogin: on })
    const after = state()
    if (after.on === on && (on || after.message === null)) return after
    const rejected = on ? MESSAGES.moveToApplications : MESSAGES.rejectedByMacos
    return { ...after, message: after.message ?? rejected }
  }
  return {
    state,
    set(on) {
      const before = state()
      const asked = before.on || before.message !== null
      // Otherwise macOS would ask the person again.
      if (!before.changeable || asked === on) return before
      return attempt(() => write(on), state)
    },
    repair: state,
  }
}

const ON: AutostartState = { on: true, changeable: true, message: null }
const OFF: AutostartState = { on: false, changeable: true, message: null }

function attempt(make: () => AutostartState, state: () => AutostartState): AutostartState {
  try {
    return make()
  } catch (thrown) {
    return { ...state(), message: MESSAGES.notChanged(String(thrown)) }
  }
}
