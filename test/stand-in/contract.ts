// What the double and the driver say to each other over the child's IPC channel: types only.

/** One line of the tray's menu, as a person reads it. */
export type MenuLine = {
  kind: 'item' | 'separator'
  label: string
  enabled: boolean
  /** Of a checkbox only. */
  checked?: boolean
}

export type ShownNotification = { id: number; title: string; body: string }

/** A message box on the screen. */
export type Box = {
  title: string
  message: string
  detail: string
  buttons: readonly string[]
  /** False on macOS where the app, which has no place in the Dock, did not ask to come to the front. */
  isInFront: boolean
}

/** What a right click in a page was on. */
export type Place = { isEditable: boolean; selection: string }

/** The systems that a stand-in can be told to be, as far as the Electron API differs by them. */
export type Platform = 'linux' | 'darwin' | 'win32'

/** The system's keyring, as `safeStorage` meets it. */
export type Keyring = {
  /** Linux: what the keyring is called. It goes by the desktop, not by what runs there. */
  backend: 'basic_text' | 'gnome_libsecret' | 'kwallet' | 'kwallet5' | 'kwallet6'
  /** False: it is missing, locked or was denied; `safeStorage` does not say which. */
  givesKey: boolean
  /** True: it asks the person to unlock it, and they do not answer. */
  asks: boolean
  /** Whose it is. What one machine sealed no other one opens. */
  machine: string
  /** True: there is a newer key by now than the one of runs in which this was false. */
  hasNewerKey: boolean
}

/** What the system starts at login: on Windows a value in the registry, on macOS the app itself. */
export type LoginItem = {
  name: string
  /** Windows: the command line, as it is in the registry. */
  command: string
  /** Windows: whose registry it is in; the app writes to the user's. */
  scope?: 'user' | 'machine'
  /** False: the person turned it off, in the Task Manager or in System Settings. */
  enabled: boolean
}

/** How the double is to behave in one run; it comes in the environment. */
export type Behaviour = {
  /** The folder whose package.json names the app and its version. */
  appPath: string
  /** True: that folder is an installed package's, and the command line names no app. */
  isPackaged: boolean
  /** What `Notification.isSupported()` says. */
  notifications: boolean
  /** False: `shell.openExternal` rejects, as where no browser is set. */
  browser: boolean
  /** Whether the desktop is dark. */
  dark: boolean
  platform: Platform
  keyring: Keyring
  /** What the system starts at login as the run begins. */
  loginItems: readonly LoginItem[]
  /** macOS: whether this run was started so. */
  openedAtLogin: boolean
  /** Linux: a file that says whether a StatusNotifier host is there; null: one is, all the time. */
  trayHostFile: string | null
  /** The button that the person presses in each message box; null: they close it. */
  boxAnswer: string | null
  /** Electron's program; null: Node's, which starts nothing of the app. */
  executable: string | null
}

export const BEHAVIOUR_VARIABLE = 'LATCHKEY_STAND_IN'

/** The frame that a call came from, as the driver's Chromium tells. */
export type FrameFacts = { url: string; isMainFrame: boolean; isGone: boolean }

export type SchemeRequest = {
  url: string
  method: string
  headers: Record<string, string>
  body: Uint8Array | null
}

export type SchemeResponse = { status: number; headers: Record<string, string>; body: Uint8Array }

export type Arguments = readonly unknown[]

export type LastResult = { value: unknown } | { error: string }

export type PageSettings = { preload: string | null; width: number; height: number }

/** What the double wants of the driver, which has the Chromium, the tray and the desktop. */
export type HostCalls = {
  /** The app is ready, and has heard of it. */
  ready(): void
  /** Opens a page for a window or takes its page elsewhere. Rejects with Chromium's error. */
  load(window: number, url: string, settings: PageSettings): void
  /** A window is destroyed. */
  closed(window: number): void
  /** `webContents.send`. */
  send(window: number, channel: string, args: Arguments): void
  /** How a call of `ipcRenderer.invoke` ended. On the same way as `send`, so in the same order. */
  reply(window: number, call: number, outcome: LastResult): void
  notify(notification: ShownNotification): void
  openExternal(url: string): void
  /** The desktop opens a folder or file. */
  openPath(path: string): void
  /** Resolves with the button that the person presses; null where they close the box. */
  showBox(box: Box): string | null
  menuSet(lines: readonly MenuLine[]): void
  /** The app changed what the system starts at login. */
  loginItemsSet(items: readonly LoginItem[]): void
}

/** What a person or a page does to the app. */
export type AppCalls = {
  /** The lines of the tray's menu; null where there is no tray, no menu, or the tray was collected. */
  menu(): readonly MenuLine[] | null
  /** Presses a line of the tray's menu. */
  choose(label: string): void
  tray(): { toolTip: string; hasIcon: boolean } | null
  /** A left click on the icon. Fails where there is none. */
  clickTray(): void
  /** The file name of the tray's icon; null where there is none to be seen. */
  trayIcon(): string | null
  clipboard(): string
  /** The keyring is another one, or another way, from now on. */
  setKeyring(keyring: Keyring): void
  /** macOS: the person opens the app in the Finder once more. */
  activate(): void
  /** The machine sleeps and wakes. */
  resume(): void
  unlockScreen(): void
  /** The system shuts down. False where the app does not ask it to wait. */
  shutDown(): boolean
  /** False where nobody hears the click any more. */
  clickNotification(id: number): boolean
  /** Nobody has clicked it for some seconds. */
  timeOutNotification(id: number): void
  quit(): void

  close(window: number): void
  /** The person turns to the window, or away from it. */
  look(window: number, at: boolean): void
  minimize(window: number): void
  /** A right click in the page; the lines of the menu that the app opens. */
  contextMenu(window: number, place: Place): readonly MenuLine[]
  /** Presses a line of that menu. */
  chooseInPage(label: string): void
  pressControl(window: number, key: string): void
  turnWheel(window: number, direction: 'in' | 'out'): void
  /** The page's process is gone. */
  crash(window: number): void
  facts(window: number): WindowFacts
  /** The main process takes the window elsewhere, as its own `loadURL` would. */
  loadUrl(window: number, url: string): void
  /** The page has been painted for the first time. */
  painted(window: number): void

  /** A new document begins in the window's main frame. */
  navigated(window: number, url: string): void
  serve(request: SchemeRequest): SchemeResponse
  invoke(window: number, frame: FrameFacts, call: number, channel: string, args: Arguments): void
  /** Whether the app lets a page of its window do this. */
  mayNavigate(window: number, url: string): boolean
  mayRedirect(window: number, url: string): boolean
  mayOpen(window: number, url: string): boolean
  mayAttachWebview(window: number, url: string): boolean
  permission(window: number, name: string, origin: string): { check: boolean; request: boolean }
}

export type WindowFacts = {
  isVisible: boolean
  isFocused: boolean
  isMinimized: boolean
  /** Whether it was ever visible before its page had been painted. */
  wasShownUnpainted: boolean
  /** Whether it has an icon of its own. */
  hasIcon: boolean
  zoomLevel: number
  webPreferences: Readonly<Record<string, unknown>>
}
