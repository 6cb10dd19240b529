// Electron's `app`: paths, the single-instance lock, and the order in which things start and end.

import { spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type {
  App,
  CommandLine,
  FocusOptions,
  LoginItemSettings,
  LoginItemSettingsOptions,
  RelaunchOptions,
  Settings,
} from 'electron'
import type { AppPackage } from './default-app.js'
import { answer, behaviour, tell } from './host.js'
import { createLoginItems } from './login-items.js'
import { asChromiumPassesOn, takeLock, type Greeting } from './single-instance.js'
import { createEvent, strict } from './strict.js'

/** Electron's own command line, even if the app changes `process.argv`. */
const COMMAND_LINE = [...process.argv]

/** The parts of a window that `app` uses. */
export type ClosableWindow = { close(): void; destroy(): void }

export class AppDouble extends EventEmitter {
  readonly dock = undefined
  readonly isPackaged = behaviour.isPackaged
  readonly commandLine = strict('app.commandLine', {
    hasSwitch: (name) => this.#switches.has(name),
    getSwitchValue: (name) => this.#switches.get(name) ?? '',
    appendSwitch: (name, value = '') => void this.#switches.set(name, value),
  } satisfies Pick<CommandLine, 'appendSwitch' | 'getSwitchValue' | 'hasSwitch'>)
  readonly #switches = parseSwitches(process.argv)
  readonly #paths = new Map([
    ['home', homedir()],
    ['temp', tmpdir()],
    ['appData', process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config')],
  ])
  readonly #windows = new Set<ClosableWindow>()
  #whenReady = Promise.withResolvers<void>()
  #isReady = false
  #isQuitting = false
  #isSandboxed = false
  #isInFront = behaviour.platform !== 'darwin'
  #exitCode: number | null = null
  #release: () => void = () => undefined
  #package: AppPackage | null = null
  #name: string | null = null
  #appUserModelId: string | null = null
  readonly #loginItems = createLoginItems({
    platform: behaviour.platform,
    items: behaviour.loginItems,
    openedAtLogin: behaviour.openedAtLogin,
    appUserModelId: () => this.#appUserModelId ?? `electron.app.${this.getName()}`,
    onSet: (items) => tell('loginItemsSet', items),
  })

  isReady(): boolean {
    return this.#isReady
  }

  whenReady(): Promise<void> {
    return this.#whenReady.promise
  }

  getName(): string {
    return this.#name ?? this.#package?.name ?? 'Electron'
  }

  getVersion(): string {
    return this.#package?.version ?? process.versions.node
  }

  getAppPath(): string {
    return this.#package?.path ?? ''
  }

  setName(name: string): void {
    this.#name = name
  }

  getPath(name: string): string {
    const found =
      this.#paths.get(name) ??
      (name === 'userData' ? this.#makeUserData() : undefined) ??
      (name === 'sessionData' ? this.getPath('userData') : undefined)
    if (found === undefined) throw new Error(`Failed to get '${name}' path`)
    return found
  }

  /** Reading this path creates the folder: shell/common/electron_paths.cc. */
  #makeUserData(): string {
    const path = join(this.#paths.get('appData') ?? '', this.getName())
    mkdirSync(path, { recursive: true })
    return path
  }

  setPath(name: string, path: string): void {
    this.#onlyBeforeReady(`app.setPath(${name})`)
    if (!isAbsolute(path)) throw new Error('Path must be absolute')
    if (!existsSync(path)) throw new Error(`Failed to set path: ${path} does not exist`)
    this.#paths.set(name, path)
  }

  enableSandbox(): void {
    this.#onlyBeforeReady('app.enableSandbox()')
    this.#isSandboxed = true
  }

  /** Does not affect pages, because windows have their own focus. Message boxes have none. */
  focus({ steal = false }: Partial<FocusOptions> = {}): void {
    if (steal) this.#isInFront = true
  }

  setAppUserModelId(id: string): void {
    // Windows only, and harmless elsewhere.
    this.#appUserModelId = id
  }

  setLoginItemSettings(settings: Settings): void {
    this.#loginItems.set(settings)
  }

  getLoginItemSettings(options: LoginItemSettingsOptions = {}): Partial<LoginItemSettings> {
    return this.#loginItems.get(options)
  }

  requestSingleInstanceLock(additionalData: Record<string, unknown> = {}): boolean {
    const lock = takeLock(
      this.getPath('userData'),
      { argv: asChromiumPassesOn(process.argv), workingDirectory: process.cwd(), additionalData },
      (greeting) => void this.#greeted(greeting),
    )
    if (lock) this.#release = () => lock.release()
    return lock !== null
  }

  quit(): void {
    if (this.#isQuitting || this.#exitCode !== null) return
    const event = createEvent({})
    this.emit('before-quit', event)
    if (event.defaultPrevented) return
    this.#isQuitting = true
    if (this.#windows.size === 0) return this.#willQuit()
    for (const window of this.#windows) window.close()
  }

  exit(exitCode = 0): void {
    this.#exitCode = exitCode
    // Before the app is ready, nothing runs that must end first.
    if (!this.#isReady) return this.#end(exitCode)
    for (const window of this.#windows) window.destroy()
    this.emit('quit', createEvent({}), exitCode)
    setImmediate(() => this.#end(exitCode))
  }

  /**
   * Each call at once starts a process that waits until this one ends. A call with a program but without
   * arguments runs the program without any. In an AppImage, the waiting process loses its own file with
   * the mount (electron-builder#1727). On Linux, the started program can gain no privileges (electron#41463).
   */
  relaunch(options: RelaunchOptions = {}): boolean {
    const isGiven = options.args !== undefined || options.execPath !== undefined
    const program = options.execPath ?? process.execPath
    const args = isGiven ? (options.args ?? []) : COMMAND_LINE.slice(1)
    const { APPDIR } = process.env
    if (APPDIR !== undefined && process.execPath.startsWith(`${APPDIR}/`)) return true
    const restricted = behaviour.platform === 'linux' ? 'setpriv --no-new-privs' : ''
    const wait = `read -r line; exec ${restricted} "$0" "$@" </dev/null`
    spawn('/bin/sh', ['-c', wait, program, ...args], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    })
    return true
  }

  #willQuit(): void {
    const event = createEvent({})
    this.emit('will-quit', event)
    if (event.defaultPrevented) {
      this.#isQuitting = false
      return
    }
    this.emit('quit', createEvent({}), 0)
    // The caller of `quit` first runs to its end.
    setImmediate(() => this.#end(0))
  }

  #end(exitCode: number): void {
    this.#release()
    process.exit(exitCode)
  }

  #onlyBeforeReady(call: string): void {
    if (this.#isReady) throw new Error(`${call} can only be called before app is ready`)
  }

  async #greeted(greeting: Greeting): Promise<void> {
    await this.whenReady()
    const { argv, workingDirectory, additionalData } = greeting
    this.emit('second-instance', createEvent({}), argv, workingDirectory, additionalData)
  }

  /** For the other parts of the double. Electron has nothing like it. */
  readonly inside = {
    /** Until this call, name and version are Electron's own. */
    setPackage: (appPackage: AppPackage): void => void (this.#package = appPackage),
    becomeReady: (): void => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.once(signal, () => this.quit())
      }
      this.#isReady = true
      this.emit('ready', createEvent({}), {})
      this.#whenReady.resolve()
    },
    needsReady: (what: string): void => {
      if (!this.#isReady) throw new Error(`${what} before app is ready`)
    },
    onlyBeforeReady: (call: string): void => this.#onlyBeforeReady(call),
    isSandboxed: (): boolean => this.#isSandboxed,
    isInFront: (): boolean => this.#isInFront,
    opened: (window: ClosableWindow): void => void this.#windows.add(window),
    /** A window prevented its close, which also cancels quitting. */
    closeCancelled: (): void => void (this.#isQuitting = false),
    closed: (window: ClosableWindow): void => {
      this.#windows.delete(window)
      if (this.#windows.size > 0 || this.#exitCode !== null) return
      if (this.#isQuitting) this.#willQuit()
      else if (!this.emit('window-all-closed')) this.quit()
    },
  }
}

/** Reads the `--name` and `--name=value` of a command line. If a name is repeated, the last one counts. */
function parseSwitches(argv: readonly string[]): Map<string, string> {
  const found = argv.map((arg) => /^--([^=]+)=?(.*)$/s.exec(arg)).filter((match) => match !== null)
  return new Map(found.map(([, name = '', value = '']) => [name, value]))
}

export const appDouble = new AppDouble()
export const { inside } = appDouble

answer({
  quit: () => appDouble.quit(),
  activate: () => void appDouble.emit('activate', createEvent({}), false),
})

/** The parts of `App` that the app uses. Listening is Node's own. */
appDouble satisfies Pick<
  App,
  | 'enableSandbox'
  | 'exit'
  | 'focus'
  | 'getAppPath'
  | 'getName'
  | 'getPath'
  | 'getVersion'
  | 'isPackaged'
  | 'isReady'
  | 'quit'
  | 'requestSingleInstanceLock'
  | 'setAppUserModelId'
  | 'setLoginItemSettings'
  | 'setName'
  | 'setPath'
  | 'whenReady'
> & {
  dock: App['dock'] | undefined
  // Fields for other systems are missing.
  getLoginItemSettings(options?: LoginItemSettingsOptions): Partial<LoginItemSettings>
}
