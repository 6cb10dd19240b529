// Finds out if the desktop shows tray icons. Some Linux desktops show none.

import { execFile } from 'node:child_process'
import { homedir } from 'node:os'
import type { Clock } from '../base/clock.js'
import type { Environment } from '../base/environment.js'
import { isSelectionOwned } from './x11-selection.js'

/** The program that shows tray icons. */
export type TrayHost =
  /** The desktop itself; on Linux, a StatusNotifier host. */
  | 'host'
  /** Only the older kind of tray, on X11 desktops. */
  | 'xembed'
  | 'none'
  /** There is no program to ask. */
  | 'unknown'

export type TrayHostDeps = {
  clock: Clock
  /** The StatusNotifier watcher's answer. Empty if there is no watcher, null if no program can ask. */
  askWatcher(): Promise<string | null>
  /** True if the X display has a tray that Electron can use. */
  hasXembedTray(): Promise<boolean>
}

/** How long the desktop may take to start its tray, while it also starts programs at login. */
export const LOGIN_PATIENCE_MS = 20_000
/** Desktops with both kinds of tray may start the older one first. */
const XEMBED_PATIENCE_MS = 6_000
const STEP_MS = 2_000
const ASK_TIMEOUT_MS = 5_000

/**
 * Resolves as soon as the desktop has a StatusNotifier host, and after `patienceMs` at the latest. The
 * older kind of tray counts only if no host appears within a few seconds.
 *
 * @see {@link https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/StatusNotifierWatcher/}
 * @see {@link https://specifications.freedesktop.org/systemtray-spec/latest/}
 */
export async function waitForTrayHost(
  platform: NodeJS.Platform,
  patienceMs: number,
  { clock, askWatcher, hasXembedTray }: TrayHostDeps,
): Promise<TrayHost> {
  if (platform !== 'linux') return 'host'
  // Timers, because the wall clock may be set during login.
  let isXembedEnough = false
  let isLate = patienceMs <= 0
  const cancels = [
    clock.after(XEMBED_PATIENCE_MS, () => void (isXembedEnough = true)),
    clock.after(patienceMs, () => void (isLate = true)),
  ]
  try {
    for (;;) {
      const answer = await askWatcher()
      if (answer === null) return 'unknown'
      if (answer.includes('true')) return 'host'
      if ((isXembedEnough || isLate) && (await hasXembedTray())) return 'xembed'
      if (isLate) return 'none'
      await new Promise<void>((resolve) => void clock.after(STEP_MS, resolve))
    }
  } finally {
    for (const cancel of cancels) cancel()
  }
}

/** The dependencies for this system. `args`: the command line, which may choose X11 in a Wayland session. */
export function trayHostDeps(
  clock: Clock,
  env: Environment,
  args: readonly string[],
): TrayHostDeps {
  return {
    clock,
    askWatcher: () => askFirst(env, QUESTIONS),
    async hasXembedTray() {
      // In a Wayland session Electron has no X11 window that such a tray could hold.
      const isX11 = args.includes('--ozone-platform=x11') || env['XDG_SESSION_TYPE'] !== 'wayland'
      const screen = /\.(\d+)$/.exec(env['DISPLAY'] ?? '')?.[1] ?? '0'
      if (!isX11) return false
      // If the display can't be asked, a needless window is better than an invisible app.
      return (await isSelectionOwned(`_NET_SYSTEM_TRAY_S${screen}`, env, homedir())) === true
    },
  }
}

const WATCHER = 'org.kde.StatusNotifierWatcher'
const PATH = '/StatusNotifierWatcher'
const GET = 'org.freedesktop.DBus.Properties.Get'
const PROPERTY = 'IsStatusNotifierHostRegistered'

const ARGUMENTS = [`string:${WATCHER}`, `string:${PROPERTY}`]

/** The same query for each program that a desktop may have for it. */
const QUESTIONS: readonly (readonly [string, ...string[]])[] = [
  ['gdbus', 'call', '--session', '-d', WATCHER, '-o', PATH, '-m', GET, WATCHER, PROPERTY],
  ['busctl', '--user', 'get-property', WATCHER, PATH, WATCHER, PROPERTY],
  ['dbus-send', '--session', '--print-reply', `--dest=${WATCHER}`, PATH, GET, ...ARGUMENTS],
]

async function askFirst(env: Environment, questions: typeof QUESTIONS): Promise<string | null> {
  for (const [program, ...args] of questions) {
    const answer = await ask(env, program, args)
    if (answer !== null) return answer
  }
  return null
}

/** Empty if there is no watcher or no session bus. Without the bus, Electron finds no host either. */
function ask(env: Environment, program: string, args: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: ASK_TIMEOUT_MS, env: { ...env } }, (error, stdout) => {
      if (error?.code === 'ENOENT') resolve(null)
      else resolve(error ? '' : stdout)
    })
  })
}
