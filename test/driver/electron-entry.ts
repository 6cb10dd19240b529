// Runs in Electron before the app and records what the app does on the desktop. It is loaded with
// `-r`, so it can't use top-level await.

import { basename } from 'node:path'
import {
  app,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  nativeImage,
  nativeTheme,
  Notification,
  safeStorage,
  shell,
  Tray,
  type IpcMainInvokeEvent,
  type LoginItemSettings,
  type LoginItemSettingsOptions,
  type MessageBoxOptions,
  type NativeImage,
  type Settings,
  type WebContents,
} from 'electron'
import {
  BEHAVIOUR_VARIABLE,
  type Behaviour,
  type Box,
  type Keyring,
  type LoginItem,
  type MenuLine,
} from '../stand-in/contract.js'
import { createSafeStorage } from '../stand-in/keyring.js'
import { createLoginItems } from '../stand-in/login-items.js'
import { findItem, toLines } from '../stand-in/menu-lines.js'
import { OBSERVED } from './observed.js'
import { createWaiting } from './waiting.js'

const PASSWORD_STORE = '--password-store='

type Handler = (event: IpcMainInvokeEvent, ...args: unknown[]) => unknown

const behaviour = JSON.parse(process.env[BEHAVIOUR_VARIABLE] ?? '') as Behaviour
delete process.env[BEHAVIOUR_VARIABLE]
// What the app would find without a test: Electron, the app's folder, its flags.
process.argv.splice(1, process.argv.indexOf(behaviour.appPath) - 1)

const handlers = new Map<string, Handler>()
const texts: string[] = []
const notifications: Notification[] = []
const opened = createWaiting<string>()
const decisions = createWaiting<{ url: string; may: boolean }>()
const pageMenus = createWaiting<readonly MenuLine[]>()
let menu: Menu | null = null
let pageItems: Menu['items'] = []
let click: (() => void) | null = null
let toolTip: string | null = null
let hasIcon = false
let icon: string | null = null
let copied = ''
let { keyring, loginItems } = behaviour
const images = new WeakMap<NativeImage, string>()

/** What the driver reads with `electronApp.evaluate`. */
export type Observed = {
  menu(): readonly MenuLine[] | null
  choose(labels: readonly string[]): void
  tray(): { toolTip: string; hasIcon: boolean } | null
  clickTray(): void
  /** The next menu that opens in a page. */
  takePageMenu(): Promise<readonly MenuLine[]>
  chooseInPage(label: string): void
  /** The icon's file: the first one, until another one is set. Null if it came from no file. */
  trayIcon(): string | null
  clipboard(): string
  setKeyring(keyring: Keyring): void
  loginItems(): readonly LoginItem[]
  notifications(): { title: string; body: string }[]
  clickNotification(index: number): boolean
  timeOutNotification(index: number): void
  opened(): readonly string[]
  takeOpened(): Promise<string>
  wasLetGo(url: string): Promise<boolean>
  invoke(event: IpcMainInvokeEvent, channel: string, args: unknown[]): Promise<unknown>
  texts(): readonly string[]
}

const observed: Observed = {
  menu: () => menu && toLines(menu.items),
  choose(labels) {
    const items = menu?.items ?? []
    findItem({ items, lines: toLines(items) }, labels).click()
  },
  tray: () => (toolTip === null ? null : { toolTip, hasIcon }),
  clickTray() {
    if (!click) throw new Error('there is no icon in the tray')
    click()
  },
  takePageMenu: () => pageMenus.take(),
  chooseInPage(label) {
    const index = toLines(pageItems).findIndex((line) => line.label === label)
    const item = pageItems[index]
    if (!item?.enabled) throw new Error(`the menu has no "${label}" that can be chosen`)
    item.click()
  },
  trayIcon: () => (toolTip === null ? null : icon),
  clipboard: () => copied,
  setKeyring: (next) => void (keyring = next),
  loginItems: () => loginItems,
  notifications: () => notifications.map(({ title, body }) => ({ title, body })),
  clickNotification: (index) => notifications[index]?.emit('click') ?? false,
  timeOutNotification(index) {
    if (process.platform === 'win32') notifications[index]?.emit('close', { reason: 'timedOut' })
  },
  opened: () => opened.all,
  takeOpened: () => opened.take(),
  wasLetGo: async (url) => (await decisions.take((decision) => decision.url === url)).may,
  async invoke(event, channel, args) {
    const handler = handlers.get(channel)
    if (!handler) throw new Error(`No handler registered for '${channel}'`)
    return handler(event, ...args)
  },
  texts: () => texts,
}
Object.assign(globalThis, { latchkeyObserved: observed })

const { setContextMenu, setImage, setToolTip, destroy } = Tray.prototype
Tray.prototype.setContextMenu = function (next: Menu | null): void {
  menu = next
  if (next) texts.push(JSON.stringify(toLines(next.items)))
  setContextMenu.call(this, next)
}
Tray.prototype.setImage = function (image: NativeImage | string): void {
  icon = typeof image === 'string' ? basename(image) : (images.get(image) ?? null)
  setImage.call(this, image)
}
Tray.prototype.setToolTip = function (next: string): void {
  toolTip = next
  click = () => void this.emit('click')
  setToolTip.call(this, next)
}
Tray.prototype.destroy = function (): void {
  menu = null
  click = null
  toolTip = null
  destroy.call(this)
}
// A menu within a page would wait for a choice.
Menu.prototype.popup = function (): void {
  const { items } = this
  pageItems = items
  pageMenus.put(toLines(items))
}
const { createFromPath } = nativeImage
nativeImage.createFromPath = (path) => {
  const image = createFromPath(path)
  hasIcon = !image.isEmpty()
  if (hasIcon) {
    images.set(image, basename(path))
    icon ??= basename(path)
  }
  return image
}

// Playwright's loader has just told Chromium to use no keyring, to protect the developer's own. The
// app sees the switch as the spec's flags set it.
const passwordStore = process.argv.findLast((arg) => arg.startsWith(PASSWORD_STORE))
const { hasSwitch, getSwitchValue } = app.commandLine
app.commandLine.hasSwitch = (name) =>
  name === 'password-store' ? passwordStore !== undefined : hasSwitch(name)
app.commandLine.getSwitchValue = (name) =>
  name === 'password-store'
    ? (passwordStore?.slice(PASSWORD_STORE.length) ?? '')
    : getSwitchValue(name)

// The keyring, the clipboard and the login items belong to the developer, and no spec touches them:
// these three come from the stand-in here too.
Object.assign(
  safeStorage,
  createSafeStorage({
    platform: behaviour.platform,
    keyring: () => keyring,
    isReady: () => app.isReady(),
    passwordStore: () => app.commandLine.getSwitchValue('password-store'),
  }),
)
clipboard.writeText = (text) => {
  copied = text
  return Promise.resolve()
}
clipboard.readText = () => Promise.resolve(copied)
let appUserModelId = `electron.app.${app.getName()}`
const setAppUserModelId = app.setAppUserModelId.bind(app)
app.setAppUserModelId = (id) => {
  appUserModelId = id
  setAppUserModelId(id)
}
const items = createLoginItems({
  platform: behaviour.platform,
  items: loginItems,
  openedAtLogin: behaviour.openedAtLogin,
  appUserModelId: () => appUserModelId,
  onSet: (set) => void (loginItems = set),
})
app.setLoginItemSettings = (settings: Settings) => items.set(settings)
app.getLoginItemSettings = (options: LoginItemSettingsOptions = {}) =>
  items.get(options) as LoginItemSettings

nativeTheme.themeSource = behaviour.dark ? 'dark' : 'light'

Notification.isSupported = () => behaviour.notifications
Notification.prototype.show = function (): void {
  notifications.push(this)
  texts.push(JSON.stringify([this.title, this.body]))
}
shell.openExternal = async (url) => {
  opened.put(url)
  if (!behaviour.browser) throw new Error('Failed to open')
}
shell.openPath = (path) => {
  process.stderr.write(`${OBSERVED}${JSON.stringify({ path })}\n`)
  // On Linux, Electron starts xdg-open at once and never settles the promise.
  return process.platform === 'linux' ? new Promise(() => undefined) : Promise.resolve('')
}
let isInFront = process.platform !== 'darwin'
const focus = app.focus.bind(app)
app.focus = (options) => {
  if (options?.steal) isInFront = true
  focus(options)
}
// A box on the screen would wait for an answer.
dialog.showMessageBox = (...given: unknown[]) => {
  const options = given.at(-1) as MessageBoxOptions
  const { title = '', message, detail = '', buttons = ['OK'], cancelId = 0 } = options
  const box: Box = { title, message, detail, buttons, isInFront }
  process.stderr.write(`${OBSERVED}${JSON.stringify({ box })}\n`)
  const { boxAnswer } = behaviour
  const response = boxAnswer === null ? cancelId : buttons.indexOf(boxAnswer)
  return Promise.resolve({ response, checkboxChecked: false })
}

const handle = ipcMain.handle.bind(ipcMain)
ipcMain.handle = (channel, listener: Handler) => {
  const noted: Handler = async (event, ...args) => {
    const value = await listener(event, ...args)
    texts.push(JSON.stringify(value) ?? '')
    return value
  }
  handlers.set(channel, noted)
  handle(channel, noted)
}
app.on('web-contents-created', (_event, contents: WebContents) => {
  // The app's own listeners come after these.
  const note = (event: { url: string; readonly defaultPrevented: boolean }): void =>
    decisions.put({ url: event.url, may: !event.defaultPrevented })
  contents.on('will-navigate', (event) => void setImmediate(note, event))
  contents.on('will-redirect', (event) => void setImmediate(note, event))
  contents.on('did-create-window', (_window, { url }) => decisions.put({ url, may: true }))
  const setWindowOpenHandler = contents.setWindowOpenHandler.bind(contents)
  contents.setWindowOpenHandler = (handler) =>
    setWindowOpenHandler((details) => {
      const answer = handler(details)
      if (answer.action === 'deny') decisions.put({ url: details.url, may: false })
      return answer
    })
  const send = contents.send.bind(contents)
  contents.send = (channel: string, ...args: unknown[]) => {
    texts.push(JSON.stringify([channel, args]))
    send(channel, ...args)
  }
})
