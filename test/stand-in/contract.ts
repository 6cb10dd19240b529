// The types of the messages between the double and the driver, over the child's IPC channel.

/** One line of the tray's menu, as the user reads it. */
export type MenuLine = {
  kind: 'item' | 'separator'
  label: string
  enabled: boolean
  /** Checkboxes only. */
  checked?: boolean
  /** Submenus only. */
  lines?: readonly MenuLine[]
}

export type ShownNotification = { id: number; title: string; body: string }

/** A message box on the screen. */
export type Box = {
  title: string
  message: string
  detail: string
  buttons: readonly string[]
  /** False on macOS if the app, which has no Dock icon, did not ask to come to the front. */
  isInFront: boolean
}

/** The target of a right click in a page. */
export type Place = { isEditable: boolean; selection: string }

/** The systems that a stand-in can pretend to be, as far as Electron's API differs between them. */
export type Platform = 'linux' | 'darwin' | 'win32'

/** The system's keyring, as `safeStorage` finds it. */
export type Keyring = {
  /** Linux: the name of the keyring. It depends on the desktop, not on what runs there. */
  backend: 'basic_text' | 'gnome_libsecret' | 'kwallet' | 'kwallet5' | 'kwallet6'
  /** False: the keyring is missing, locked or denied. `safeStorage` does not say which. */
  givesKey: boolean
  /** True: the keyring asks the user to unlock it, and the user does not answer. */
  asks: boolean
  /** The machine that owns the keyring. Another machine can't open its sealed texts. */
  machine: string
  /** True: there is a newer key than in runs where this was false. */
  hasNewerKey: boolean
}

/** An item that the system starts at login: on Windows a registry value, on macOS the app itself. */
export type LoginItem = {
  name: string
  /** Windows: the command line in the registry. */
  command: string
  /** Windows: the user's or the machine's registry. The app writes to the user's. */
  scope?: 'user' | 'machine'
  /** False: the user turned it off, in Task Manager or in System Settings. */
  enabled: boolean
}

/** The behaviour of the double in one run. It comes in the environment. */
export type Behaviour = {
  /** The folder with the package.json that names the app and its version. */
  appPath: string
  /** True: that folder belongs to an installed package, and the command line names no app. */
  isPackaged: boolean
  /** The result of `Notification.isSupported()`. */
  notifications: boolean
  /** False: `shell.openExternal` rejects, as on a desktop without a browser. */
  browser: boolean
  /** Whether the desktop is dark. */
  dark: boolean
  platform: Platform
  keyring: Keyring
  /** The system's login items when the run begins. */
  loginItems: readonly LoginItem[]
  /** macOS: whether the system started this run at login. */
  openedAtLogin: boolean
  /** Linux: a file that says whether there is a StatusNotifier host. Null: there always is. */
  trayHostFile: string | null
  /** The button that the user presses in each message box. Null: the user closes it. */
  boxAnswer: string | null
  /** Electron's program. Null: Node's, which can't start the app. */
  executable: string | null
}

export const BEHAVIOUR_VARIABLE = 'LATCHKEY_STAND_IN'

/** The frame that made a call, according to the driver's Chromium. */
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

/** The double's calls to the driver, which has the Chromium, the tray and the desktop. */
export type HostCalls = {
  /** The app is ready, and has been told. */
  ready(): void
  /** Opens a page for a window, or navigates its page. Rejects with Chromium's error. */
  load(window: number, url: string, settings: PageSettings): void
  /** A window was destroyed. */
  closed(window: number): void
  /** `webContents.send`. */
  send(window: number, channel: string, args: Arguments): void
  /** The result of an `ipcRenderer.invoke` call. It shares a channel with `send`, so the order is kept. */
  reply(window: number, call: number, outcome: LastResult): void
  notify(notification: ShownNotification): void
  openExternal(url: string): void
  /** The desktop opens a folder or file. */
  openPath(path: string): void
  /** Resolves with the button that the user presses. Null if the user closes the box. */
  showBox(box: Box): string | null
  menuSet(lines: readonly MenuLine[]): void
  /** The app changed the system's login items. */
  loginItemsSet(items: readonly LoginItem[]): void
}

/** The driver's calls to the double: actions of the user or of a page. */
export type AppCalls = {
  /** The lines of the tray's menu. Null if there is no tray or menu, or if the tray was collected. */
  menu(): readonly MenuLine[] | null
  /** Presses a line of the tray's menu. */
  choose(...labels: string[]): void
  tray(): { toolTip: string; hasIcon: boolean } | null
  /** A left click on the icon. Fails if there is no icon. */
  clickTray(): void
  /** The file name of the tray's icon. Null if no icon is visible. */
  trayIcon(): string | null
  clipboard(): string
  /** Replaces or changes the keyring from now on. */
  setKeyring(keyring: Keyring): void
  /** macOS: the user opens the app in the Finder again. */
  activate(): void
  /** The machine sleeps and wakes. */
  resume(): void
  lockScreen(): void
  /** Locks the screen first if it is not locked. */
  unlockScreen(): void
  /** Runs the timers that the app would run within this time, without the wait. */
  passTime(ms: number): void
  /** The system shuts down. False if the app does not ask it to wait. */
  shutDown(): boolean
  /** False if there is no longer a listener for the click. */
  clickNotification(id: number): boolean
  /** The notification was not clicked for some seconds. */
  timeOutNotification(id: number): void
  quit(): void

  close(window: number): void
  /** The user focuses the window, or leaves it. */
  look(window: number, at: boolean): void
  minimize(window: number): void
  /** A right click in the page. Returns the lines of the menu that the app opens. */
  contextMenu(window: number, place: Place): readonly MenuLine[]
  /** Presses a line of that menu. */
  chooseInPage(label: string): void
  pressControl(window: number, key: string): void
  turnWheel(window: number, direction: 'in' | 'out'): void
  /** The page's process has crashed. */
  crash(window: number): void
  facts(window: number): WindowFacts
  /** The main process navigates the window, as its own `loadURL` would. */
  loadUrl(window: number, url: string): void
  /** The page has been painted for the first time. */
  painted(window: number): void

  /** The window's main frame begins a new document. */
  navigated(window: number, url: string): void
  serve(request: SchemeRequest): SchemeResponse
  invoke(window: number, frame: FrameFacts, call: number, channel: string, args: Arguments): void
  /** Whether the app allows a page of its window to do this. */
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
  /** Whether the window was ever visible before its page had been painted. */
  wasShownUnpainted: boolean
  /** Whether the window has its own icon. */
  hasIcon: boolean
  zoomLevel: number
  webPreferences: Readonly<Record<string, unknown>>
}
