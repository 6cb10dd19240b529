// The system's login items, as `app` reads and sets them on Windows and macOS.

import type { LoginItemSettings, LoginItemSettingsOptions, Settings } from 'electron'
import type { LoginItem, Platform } from './contract.js'
import { formatCommandLine, parseCommandLine } from './windows-command-line.js'

type LoginItemDeps = {
  platform: Platform
  items: readonly LoginItem[]
  openedAtLogin: boolean
  appUserModelId(): string
  onSet(items: readonly LoginItem[]): void
}

export type LoginItems = {
  set(settings: Settings): void
  /** The settings without the fields for other systems. */
  get(options: LoginItemSettingsOptions): Partial<LoginItemSettings>
}

export function createLoginItems(ports: LoginItemDeps): LoginItems {
  let items = [...ports.items]
  const put = (name: string, item: LoginItem | null): void => {
    items = [...items.filter((known) => known.name !== name), ...(item ? [item] : [])]
    ports.onSet(items)
  }
  switch (ports.platform) {
    case 'win32':
      return inRegistry(ports, () => items, put)
    case 'darwin':
      return ofMainApp(ports, () => items, put)
    case 'linux':
      // On Linux, Electron silently does nothing.
      return { set: refuse, get: refuse }
  }
}

type Put = (name: string, item: LoginItem | null) => void

/**
 * A value of the Run key, with the app's name or another one. It holds a command line
 * (shell/browser/browser_win.cc), which the system runs.
 */
function inRegistry(ports: LoginItemDeps, items: () => LoginItem[], put: Put): LoginItems {
  return {
    set({ openAtLogin = false, path = '', args = [], enabled = true, ...rest }) {
      const { name = ports.appUserModelId(), ...unknown } = rest
      refuseRest(unknown)
      const command = formatCommandLine(path || process.execPath, args)
      put(name, openAtLogin ? { name, command, enabled } : null)
    },
    get({ path = '', args = [], ...unknown }) {
      refuseRest(unknown)
      // A path with spaces needs quotes, or it ends at the first space.
      const program = path === '' ? process.execPath : parseCommandLine(path).program
      const launchItems = items().flatMap(({ name, command, scope = 'user', enabled }) => {
        const started = parseCommandLine(command)
        if (started.program.toLowerCase() !== program.toLowerCase()) return []
        // Chromium does not count switches as arguments of a command line.
        const others = started.args.filter((arg) => !/^(--?|\/)./.test(arg))
        return [{ name, path: started.program, args: others, scope, enabled }]
      })
      const own = items().find(
        ({ name, scope }) => name === ports.appUserModelId() && scope !== 'machine',
      )
      return {
        // Electron ignores other names, and whether the user turned the item off.
        openAtLogin: own?.command === formatCommandLine(path || process.execPath, args),
        executableWillLaunchAtLogin: launchItems.some(({ enabled }) => enabled),
        launchItems,
      }
    },
  }
}

/** The app itself. It can't be given arguments. */
function ofMainApp(ports: LoginItemDeps, items: () => LoginItem[], put: Put): LoginItems {
  const name = 'mainAppService'
  return {
    // `path` and similar options are for Windows, and are ignored.
    set({ openAtLogin = false, type = name, serviceName }) {
      if (type !== name || serviceName !== undefined) refuse()
      // An item that the user turned off stays off until the user turns it on.
      const known = items().find((item) => item.name === name)
      put(name, openAtLogin ? { name, command: '', enabled: known?.enabled ?? true } : null)
    },
    get({ type = name, serviceName }) {
      if (type !== name || serviceName !== undefined) refuse()
      const found = items().find((item) => item.name === name)
      const status = !found ? 'not-registered' : found.enabled ? 'enabled' : 'requires-approval'
      return {
        openAtLogin: status === 'enabled',
        wasOpenedAtLogin: ports.openedAtLogin,
        status,
      }
    },
  }
}

function refuseRest(unknown: object): void {
  if (Object.keys(unknown).length > 0) refuse()
}

function refuse(): never {
  throw new Error('the stand-in has no such login item: they are for Windows and macOS')
}
