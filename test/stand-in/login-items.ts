// What the system starts at login, as `app` reads and sets it on Windows and macOS.

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
  /** Without the fields that are for the other system alone. */
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
      // Electron does nothing there, and says nothing.
      return { set: refuse, get: refuse }
  }
}

type Put = (name: string, item: LoginItem | null) => void

/**
 * A value of the Run key by the name of the app, or by another, which is a command line
 * (shell/browser/browser_win.cc). The system starts what that line says.
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
      // A path with blanks in it is told with quotes, else it ends at the first.
      const program = path === '' ? process.execPath : parseCommandLine(path).program
      const launchItems = items().flatMap(({ name, command, scope = 'user', enabled }) => {
        const started = parseCommandLine(command)
        if (started.program.toLowerCase() !== program.toLowerCase()) return []
        // Switches are none of a command line's arguments to Chromium.
        const others = started.args.filter((arg) => !/^(--?|\/)./.test(arg))
        return [{ name, path: started.program, args: others, scope, enabled }]
      })
      const own = items().find(
        ({ name, scope }) => name === ports.appUserModelId() && scope !== 'machine',
      )
      return {
        // Another name is not looked at, nor whether the person turned it off.
        openAtLogin: own?.command === formatCommandLine(path || process.execPath, args),
        executableWillLaunchAtLogin: launchItems.some(({ enabled }) => enabled),
        launchItems,
      }
    },
  }
}

/** The app itself, as it is; no arguments can be given to it. */
function ofMainApp(ports: LoginItemDeps, items: () => LoginItem[], put: Put): LoginItems {
  const name = 'mainAppService'
  return {
    // `path` and the like are Windows' and are not looked at.
    set({ openAtLogin = false, type = name, serviceName }) {
      if (type !== name || serviceName !== undefined) refuse()
      // What the person turned off stays off until they turn it on.
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
