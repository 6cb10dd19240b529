// What the system starts at login, as `app` reads and sets it on Windows and macOS.

import type { LoginItemSettings, LoginItemSettingsOptions, Settings } from 'electron'
import type { LoginItem, Platform } from './contract.js'

type LoginItemPorts = {
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

export function createLoginItems(ports: LoginItemPorts): LoginItems {
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

/** A value of the Run key by the name of the app, or by another; the path and arguments are its text. */
function inRegistry(ports: LoginItemPorts, items: () => LoginItem[], put: Put): LoginItems {
  return {
    set({ openAtLogin = false, path = process.execPath, args = [], enabled = true, ...rest }) {
      const { name = ports.appUserModelId(), ...unknown } = rest
      refuseRest(unknown)
      put(name, openAtLogin ? { name, path, args: [...args], enabled } : null)
    },
    get({ path = process.execPath, args = [], ...unknown }) {
      refuseRest(unknown)
      const ofPath = items().filter((item) => programOf(item.path) === programOf(path))
      const own = items().find(({ name }) => name === ports.appUserModelId())
      return {
        // Another name is not looked at, nor whether the person turned it off.
        openAtLogin: own?.path === path && JSON.stringify(own.args) === JSON.stringify(args),
        executableWillLaunchAtLogin: ofPath.some(({ enabled }) => enabled),
        launchItems: ofPath.map((item) => ({ ...item, args: [...item.args], scope: 'user' })),
      }
    },
  }
}

/** The path with blanks in it is given with quotes. */
function programOf(path: string): string {
  return path.replaceAll('"', '').toLowerCase()
}

/** The app itself, as it is; no arguments can be given to it. */
function ofMainApp(ports: LoginItemPorts, items: () => LoginItem[], put: Put): LoginItems {
  const name = 'mainAppService'
  return {
    // `path` and the like are Windows' and are not looked at.
    set({ openAtLogin = false, type = name, serviceName }) {
      if (type !== name || serviceName !== undefined) refuse()
      // What the person turned off stays off until they turn it on.
      const known = items().find((item) => item.name === name)
      put(name, openAtLogin ? { name, path: '', args: [], enabled: known?.enabled ?? true } : null)
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
