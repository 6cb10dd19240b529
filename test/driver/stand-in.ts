// The desktop on the stand-in: the built app in plain Node, its windows in a real Chromium.

import { spawn } from 'node:child_process'
import { readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../main/base/environment.js'
import type { Browser } from '@playwright/test'
import { readErrno } from '../../main/base/errno.js'
import {
  BEHAVIOUR_VARIABLE,
  type AppCalls,
  type Box,
  type HostCalls,
  type MenuLine,
  type Place,
  type ShownNotification,
} from '../stand-in/contract.js'
import { ROOT } from '../support/root.js'
import type { StartedAs } from '../stand-in/relay.js'
import { connect, type Wire } from '../stand-in/wire.js'
import { toBehaviour, toKeyring } from './behaviour.js'
import type { Desktop, DesktopOptions } from './desktop.js'
import { createExecutable, type Executable } from './executable.js'
import { createPages } from './pages.js'
import { follow } from './process.js'
import { createWaiting } from './waiting.js'

const RUN = join(ROOT, 'dist', 'modules', 'test', 'stand-in', 'run.js')

export type StandInOptions = DesktopOptions & {
  dataDir: string
  /** Another program instead of the app, for the stand-in's own specs. */
  main?: string
  /** Electron's whole command line, instead of the app, its data directory and the flags. */
  args?: readonly string[]
  /** How the app is started when it starts itself again, instead of with these options. */
  startedAs?: StartedAs
  executable?: Executable
}

export type LaunchedStandIn = {
  desktop: Desktop
  ready: Promise<void>
  /** The apps that this one has started in its place, and those started by them. */
  later: Desktop[]
  close(): Promise<void>
}

/**
 * Starts the app. The caller ends it, and closes its pages with `close`. `ready` resolves when the
 * app is ready, as on Electron, or when it has ended before that.
 */
export function launchStandIn(browser: Browser, options: StandInOptions): LaunchedStandIn {
  const { dataDir } = options
  const executable = options.executable ?? (options.restarts ? createExecutable() : null)
  const behaviour = { ...toBehaviour(ROOT, options), executable: executable?.path ?? null }
  const start = options.startedAs ?? toStart(options)
  const { args, cwd } = start
  const image = options.restarts === 'as-AppImage' ? executable?.image : {}
  const env = { ...start.env, ...image, [BEHAVIOUR_VARIABLE]: JSON.stringify(behaviour) }
  const child = spawn(process.execPath, [RUN, ...args], {
    env,
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    cwd,
    serialization: 'advanced',
  })
  const followed = follow(child)
  const opened = createWaiting<string>()
  const shown: ShownNotification[] = []
  const menus: (readonly MenuLine[])[] = []
  const boxes: Box[] = []
  const paths: string[] = []

  let { loginItems, keyring } = behaviour
  const later: Desktop[] = []
  const endings: (() => Promise<void>)[] = []

  const isReady = Promise.withResolvers<void>()
  const pages = createPages(browser, behaviour.dark ? 'dark' : 'light', () => wire)
  const wire: Wire<AppCalls> = connect<AppCalls, HostCalls>(child, {
    ...pages.answers,
    ready: () => isReady.resolve(),
    notify: (notification) => void shown.push(notification),
    menuSet: (lines) => void menus.push(lines),
    openExternal: (url) => opened.put(url),
    openPath: (path) => void paths.push(path),
    showBox(box) {
      boxes.push(box)
      return options.boxAnswer ?? null
    },
    loginItemsSet: (items) => void (loginItems = items),
  })

  /** What the spec waits for, or the reason why it won't come. */
  const unlessEnded = <Value>(promise: Promise<Value>): Promise<Value> =>
    Promise.race([
      promise,
      followed.ended.then(({ code, stderr }): never => {
        throw new Error(`the app has ended with code ${code}\n${stderr}`)
      }),
    ])
  const app: Wire<AppCalls> = {
    call: (name, ...args) =>
      wire.call(name, ...args).catch((thrown: unknown) => {
        if (child.connected) throw thrown
        return unlessEnded(new Promise<never>(() => undefined))
      }),
  }

  const desktop: Desktop = {
    backEnd: 'stand-in',
    dataDir,
    process: child,
    ...followed,

    menu: () => app.call('menu'),
    choose: (...labels) => app.call('choose', ...labels),
    tray: () => app.call('tray'),
    clickTray: () => app.call('clickTray'),
    trayIcon: () => app.call('trayIcon'),

    boxes: () => Promise.resolve(boxes),
    openedPaths: () => Promise.resolve(paths),

    notifications: () => Promise.resolve(shown.map(({ title, body }) => ({ title, body }))),
    clickNotification: (index) => app.call('clickNotification', shown[index]?.id ?? 0),
    timeOutNotification: (index) => app.call('timeOutNotification', shown[index]?.id ?? 0),

    openedUrls: () => Promise.resolve(opened.all),
    takeUrl: () => unlessEnded(opened.take()),

    window: () => unlessEnded(pages.opened()),
    async pressRested(button, restMs) {
      await button.waitFor()
      await button.page().clock.runFor(restMs)
      await button.click()
    },
    windowCount: () => Promise.resolve(pages.count()),
    windowFacts: () => app.call('facts', pages.id()),
    async closeWindow() {
      await app.call('close', pages.id())
      await pages.allClosed()
    },
    look: (at) => app.call('look', pages.id(), at),
    minimize: () => app.call('minimize', pages.id()),
    rightClick: async (target) =>
      app.call('contextMenu', pages.id(), await target.evaluate(describePlace)),
    chooseInPage: (label) => app.call('chooseInPage', label),
    pressControl: (key) => app.call('pressControl', pages.id(), key),
    turnWheel: (direction) => app.call('turnWheel', pages.id(), direction),
    crashWindow: () => app.call('crash', pages.id()),

    clipboard: () => app.call('clipboard'),
    activate: () => app.call('activate'),
    setKeyring(next) {
      keyring = toKeyring(next)
      return app.call('setKeyring', keyring)
    },
    loginItems: () => Promise.resolve(loginItems),
    resume: () => app.call('resume'),
    lockScreen: () => app.call('lockScreen'),
    unlockScreen: () => app.call('unlockScreen'),
    passTime: (ms) => app.call('passTime', ms),
    async shutDown() {
      const isDelayed = await app.call('shutDown')
      if (!isDelayed) child.kill(behaviour.platform === 'win32' ? 'SIGKILL' : 'SIGTERM')
      return isDelayed
    },

    async restarted() {
      if (!executable) throw new Error('an app that restarts is launched with `restarts`')
      const startedAs = await executable.starts.take()
      const found = { ...options, keyring, loginItems, executable, startedAs }
      const next = launchStandIn(browser, found)
      endings.push(next.close)
      later.push(next.desktop)
      await next.ready
      return { ...next.desktop, startedAs }
    },
    async launchAgain(again = []) {
      const { executable: _, startedAs: __, restarts: ___, ...first } = options
      const second = launchStandIn(browser, { ...first, flags: again })
      const ended = await second.desktop.ended
      await second.close()
      return ended
    },
    async quit() {
      // The app may end before it answers.
      await app.call('quit').catch(() => undefined)
      return followed.ended
    },

    loadInWindow: (url) => app.call('loadUrl', pages.id(), url),
    wasLetGo: (url) => unlessEnded(pages.wasLetGo(url)),
    invokeFrom: (frame, channel, ...args) => pages.invokeFrom(frame, channel, args),
    attachesWebview: (url) => app.call('mayAttachWebview', pages.id(), url),
    everythingShown: () =>
      Promise.resolve([JSON.stringify(menus), JSON.stringify(shown), ...pages.sent()].join('\n')),
  }
  return {
    desktop,
    ready: Promise.race([isReady.promise, followed.ended.then(() => undefined)]),
    later,
    async close() {
      for (const end of endings) await end()
      child.kill('SIGKILL')
      await followed.ended
      removeSocket(child.pid, options.dataDir)
      await pages.close()
      if (executable !== options.executable) await executable?.close()
    },
  }
}

/** Electron's command line, and the environment of a start by the user. */
function toStart(options: StandInOptions): Pick<StartedAs, 'args' | 'cwd'> & {
  env: Environment
} {
  const { dataDir, flags = [], main = ROOT } = options
  const named = options.isPackaged === true ? [] : [main]
  const { args = [...named, '--data-dir', dataDir, ...flags] } = options
  const env = { ...process.env, ...options.trayHost?.env, ...options.env }
  // On POSIX systems, a Windows pipe name becomes a file in this folder.
  return { args, env, cwd: dataDir }
}

/** The socket for second starts is outside the data directory. A killed app leaves it behind. */
function removeSocket(pid: number | undefined, dataDir: string): void {
  try {
    if (!readlinkSync(join(dataDir, 'SingletonLock')).endsWith(`-${pid}`)) return
    rmSync(readlinkSync(join(dataDir, 'SingletonSocket')), { force: true })
  } catch (thrown) {
    // The app has removed both, or never had them.
    if (!['ENOENT', 'EINVAL'].includes(readErrno(thrown))) throw thrown
  }
}

/** Runs in the page. Returns what Chromium says about the place of a click. */
function describePlace(target: Element): Place {
  const isField = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
  const selection = isField
    ? target.value.slice(target.selectionStart ?? 0, target.selectionEnd ?? 0)
    : String(getSelection())
  return { isEditable: isField && !target.readOnly && !target.disabled, selection }
}
