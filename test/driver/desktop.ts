// The app on a desktop, as the specs see it. It is the same on both back ends.

import type { ChildProcess } from 'node:child_process'
import type { Frame, Locator, Page } from '@playwright/test'
import type {
  Box,
  Keyring,
  LoginItem,
  MenuLine,
  Platform,
  WindowFacts,
} from '../stand-in/contract.js'
import type { StartedAs } from '../stand-in/relay.js'
import type { BackEnd } from './back-end.js'
import type { KeyringName } from './behaviour.js'
import type { TrayHostDouble } from './tray-host.js'

export type { Box, Keyring, KeyringName, LoginItem, MenuLine, Platform, WindowFacts }

export type DesktopOptions = {
  flags?: readonly string[]
  dataDir?: string
  /** True if the app should believe that it is installed. Stand-in only. */
  isPackaged?: boolean
  env?: Readonly<Record<string, string>>
  /** False if the desktop shows no notifications. */
  notifications?: boolean
  /** False if the desktop can't open a browser. */
  browser?: boolean
  /** True if the desktop is dark. */
  dark?: boolean
  /** The system that the app should see. Electron itself always sees the real one. */
  platform?: Platform
  /** The system's keyring, a fake on both back ends. Absent: available and open. */
  keyring?: KeyringName | Partial<Keyring>
  /** The system's login items, a fake on both back ends. Windows and macOS. */
  loginItems?: readonly LoginItem[]
  /** True if the system started this run at login. macOS. */
  openedAtLogin?: boolean
  /** The tray of a Linux desktop, on the stand-in. Absent: there is always one. */
  trayHost?: TrayHostDouble
  /** The button that the user presses in each message box. Absent: the user closes it. */
  boxAnswer?: string
  /** Lets the app start itself again, for {@link Desktop.restarted}. Stand-in only. */
  restarts?: 'as-program' | 'as-AppImage'
}

export type Notice = { title: string; body: string }

export type Restarted = Desktop & {
  /** How the app was started. */
  readonly startedAs: StartedAs
}

/** How a program ended. */
export type Ended = { code: number | null; stdout: string; stderr: string }

export type Desktop = {
  readonly backEnd: BackEnd
  readonly dataDir: string
  readonly process: ChildProcess
  /** The output so far. Error boxes are on stderr too. */
  stdout(): string
  stderr(): string
  /** Settles when the app has ended and all its output has arrived. */
  readonly ended: Promise<Ended>

  /** The tray's menu. Null if there is none. */
  menu(): Promise<readonly MenuLine[] | null>
  /**
   * Presses an item of the menu, or of the submenu that the other labels lead to. Fails if the item is
   * missing or disabled.
   */
  choose(...labels: string[]): Promise<void>
  tray(): Promise<{ toolTip: string; hasIcon: boolean } | null>
  /** Left-clicks the icon, on a desktop that passes the click on. */
  clickTray(): Promise<void>
  /** The file name of the tray icon. Null if no icon is visible. */
  trayIcon(): Promise<string | null>

  /** The message boxes so far, also after the app's end. */
  boxes(): Promise<readonly Box[]>
  /** The folders and files that the desktop opened for the app, also after its end. */
  openedPaths(): Promise<readonly string[]>

  notifications(): Promise<readonly Notice[]>
  /** Clicks a notification, counted from 0. False if the app does not notice. */
  clickNotification(index: number): Promise<boolean>
  /**
   * Leaves a notification unclicked for some seconds. Windows tells the app, and still lets the
   * user click it.
   */
  timeOutNotification(index: number): Promise<void>

  /** The links that were opened in the user's browser. */
  openedUrls(): Promise<readonly string[]>
  /** Takes the next opened link, as soon as there is one. */
  takeUrl(): Promise<string>

  /** The page of the open window, after it has loaded. */
  window(): Promise<Page>
  /**
   * Presses a button that takes no presses in its first moments, which last `restMs`. The stand-in doesn't wait
   * for their end.
   */
  pressRested(button: Locator, restMs: number): Promise<void>
  windowCount(): Promise<number>
  windowFacts(): Promise<WindowFacts>
  closeWindow(): Promise<void>
  /** The user focuses the window, or leaves it, as soon as it is visible. */
  look(at: boolean): Promise<void>
  minimize(): Promise<void>
  /** Right-clicks a part of the window's page. Returns the items of the menu that opens. */
  rightClick(target: Locator): Promise<readonly MenuLine[]>
  /** Presses an item of that menu. */
  chooseInPage(label: string): Promise<void>
  /** Presses Ctrl and a key in the window. */
  pressControl(key: string): Promise<void>
  /** Turns the wheel with Ctrl in the window. */
  turnWheel(direction: 'in' | 'out'): Promise<void>
  /** Crashes the process of the window's page. */
  crashWindow(): Promise<void>

  /** The text on this run's own clipboard. */
  clipboard(): Promise<string>
  /** Changes the keyring while the app runs, as the documentation permits. */
  setKeyring(keyring: KeyringName | Partial<Keyring>): Promise<void>
  /** macOS: the user opens the app in the Finder again, which starts no second one. */
  activate(): Promise<void>
  /** The system's login items now, also after the app's end. */
  loginItems(): Promise<readonly LoginItem[]>
  /** The machine sleeps and wakes. */
  resume(): Promise<void>
  /** The screen is locked. Linux says so only if it is asked. */
  lockScreen(): Promise<void>
  /** The screen is unlocked, and locked first if it is not. Linux reports neither. */
  unlockScreen(): Promise<void>
  /**
   * Runs the timers that the app would run within this time, without the wait. The wall clock stays. Stand-in
   * only.
   */
  passTime(ms: number): Promise<void>
  /** Shuts the system down. Ends the app and returns false if the app does not ask it to wait. */
  shutDown(): Promise<boolean>

  /** The app that this one has started in its place, as soon as there is one. */
  restarted(): Promise<Restarted>
  /** Runs a second start with the same data directory, to its end. */
  launchAgain(flags?: readonly string[]): Promise<Ended>
  /** Quits as the desktop does, and waits for the end. */
  quit(): Promise<Ended>

  /** Navigates the window with `loadURL`, as only the main process can. */
  loadInWindow(url: string): Promise<void>
  /**
   * Takes the app's next answer to a page that wanted to go to an address or open a window for it.
   */
  wasLetGo(url: string): Promise<boolean>
  /** Calls the main process past the preload script, as a compromised page could. */
  invokeFrom(frame: Frame, channel: string, ...args: unknown[]): Promise<unknown>
  attachesWebview(url: string): Promise<boolean>
  /** All text that menus, notifications and the IPC to windows ever held. */
  everythingShown(): Promise<string>
}
