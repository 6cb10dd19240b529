// The app on a desktop, as the specs see it: the same on both back ends.

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
  /** True: the app takes itself for an installed one; on the stand-in only. */
  isPackaged?: boolean
  env?: Readonly<Record<string, string>>
  /** False: the desktop shows no notifications. */
  notifications?: boolean
  /** False: the desktop can open no browser. */
  browser?: boolean
  /** True: the desktop is dark. */
  dark?: boolean
  /** The system that it is to take this one for. Electron itself cannot take it for another. */
  platform?: Platform
  /** The system's keyring, made up on both back ends; absent: there, and open. */
  keyring?: KeyringName | Partial<Keyring>
  /** What the system starts at login by now, made up on both back ends; Windows and macOS. */
  loginItems?: readonly LoginItem[]
  /** True: the system started this run at login; macOS. */
  openedAtLogin?: boolean
  /** Linux, on the stand-in: what shows tray icons; absent: there is something, all the time. */
  trayHost?: TrayHostDouble
  /** The button that the person presses in each message box; absent: they close it. */
  boxAnswer?: string
  /** Has the app start itself again, for {@link Desktop.restarted}; on the stand-in only. */
  restarts?: 'as-program' | 'as-AppImage'
}

export type Notice = { title: string; body: string }

export type Restarted = Desktop & {
  /** How it was started. */
  readonly startedAs: StartedAs
}

/** How a program ended. */
export type Ended = { code: number | null; stdout: string; stderr: string }

export type Desktop = {
  readonly backEnd: BackEnd
  readonly dataDir: string
  readonly process: ChildProcess
  /** What it has printed so far; its error boxes are on stderr too. */
  stdout(): string
  stderr(): string
  /** Settles when it has ended and all its output is in. */
  readonly ended: Promise<Ended>

  /** The tray's menu; null where there is none. */
  menu(): Promise<readonly MenuLine[] | null>
  /** Presses a line of the menu. Fails where it is not there or is not enabled. */
  choose(label: string): Promise<void>
  tray(): Promise<{ toolTip: string; hasIcon: boolean } | null>
  /** A left click on the icon, on a desktop that passes it on. */
  clickTray(): Promise<void>
  /** The file name of the icon in the tray; null where there is none to be seen. */
  trayIcon(): Promise<string | null>

  /** The message boxes so far, also after the app's end. */
  boxes(): Promise<readonly Box[]>
  /** The folders and files that the desktop opened for the app, also after its end. */
  openedPaths(): Promise<readonly string[]>

  notifications(): Promise<readonly Notice[]>
  /** Clicks one, counted from 0. False where the app does not hear it. */
  clickNotification(index: number): Promise<boolean>
  /** Lets one go unclicked for some seconds: Windows tells the app, and keeps it to be clicked later. */
  timeOutNotification(index: number): Promise<void>

  /** The links that the person's browser was sent to. */
  openedUrls(): Promise<readonly string[]>
  /** The next of them that was not taken yet, once there is one. */
  takeUrl(): Promise<string>

  /** The page of the open window, once it is loaded. */
  window(): Promise<Page>
  windowCount(): Promise<number>
  windowFacts(): Promise<WindowFacts>
  closeWindow(): Promise<void>
  /** The person turns to the window, or away from it, once it is there to be seen. */
  look(at: boolean): Promise<void>
  minimize(): Promise<void>
  /** A right click on a part of the window's page: the lines of the menu that opens. */
  rightClick(target: Locator): Promise<readonly MenuLine[]>
  /** Presses a line of that menu. */
  chooseInPage(label: string): Promise<void>
  /** Ctrl and a key, in the window. */
  pressControl(key: string): Promise<void>
  /** Ctrl and the wheel, in the window. */
  turnWheel(direction: 'in' | 'out'): Promise<void>
  /** The process of the window's page crashes. */
  crashWindow(): Promise<void>

  /** What is on the clipboard, which is one of this run's own. */
  clipboard(): Promise<string>
  /** The keyring changes while the app runs, as the documentation lets it. */
  setKeyring(keyring: KeyringName | Partial<Keyring>): Promise<void>
  /** macOS: the person opens the app in the Finder once more, which starts no second one. */
  activate(): Promise<void>
  /** What the system starts at login by now, also after the app's end. */
  loginItems(): Promise<readonly LoginItem[]>
  /** The machine sleeps and wakes. */
  resume(): Promise<void>
  /** The screen is locked and unlocked, of which Linux tells nobody. */
  unlockScreen(): Promise<void>
  /** The system shuts down, and ends the app where that does not ask it to wait. False then. */
  shutDown(): Promise<boolean>

  /** The app that this one has started in its own place, once there is one. */
  restarted(): Promise<Restarted>
  /** A second start with the same data directory, to its end. */
  launchAgain(flags?: readonly string[]): Promise<Ended>
  /** Quits as the desktop does, and waits for the end. */
  quit(): Promise<Ended>

  /** Takes the window elsewhere with `loadURL`, as only the main process can. */
  loadInWindow(url: string): Promise<void>
  /**
   * Whether the app let a page go to an address, or open a window for it, once it has been asked: the
   * first of its answers that was not taken yet.
   */
  wasLetGo(url: string): Promise<boolean>
  /** Calls the main process as a frame with a broken-out page in it could, past the preload script. */
  invokeFrom(frame: Frame, channel: string, ...args: unknown[]): Promise<unknown>
  attachesWebview(url: string): Promise<boolean>
  /** All that menus, notifications and the IPC to windows ever held, as text. */
  everythingShown(): Promise<string>
}
