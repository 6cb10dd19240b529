// Whether somebody shows tray icons on this desktop: on Linux nobody may.

import { execFile } from 'node:child_process'
import type { Clock } from './clock.js'

/** How long the desktop may take to bring its tray, where it starts programs at login beside it. */
const PATIENCE_MS = 20_000
const STEP_MS = 2_000
const ASK_TIMEOUT_MS = 5_000

/**
 * Resolves to false where no program shows tray icons, also not a little later; true where one does,
 * and where that cannot be found out.
 *
 * @see https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/StatusNotifierWatcher/
 */
export async function hasTrayHost(
  platform: NodeJS.Platform,
  clock: Clock,
  ask: () => Promise<string | null> = askWatcher,
): Promise<boolean> {
  if (platform !== 'linux') return true
  const lastMs = clock.nowMs() + PATIENCE_MS
  for (;;) {
    const answer = await ask()
    if (answer === null || answer.includes('true')) return true
    if (clock.nowMs() >= lastMs) return false
    await new Promise<void>((resolve) => void clock.after(STEP_MS, resolve))
  }
}

/** What the watcher says, empty where there is none; null where nobody can be asked. */
function askWatcher(): Promise<string | null> {
  const args = ['call', '--session', '--dest', 'org.kde.StatusNotifierWatcher']
  args.push('--object-path', '/StatusNotifierWatcher')
  args.push('--method', 'org.freedesktop.DBus.Properties.Get')
  args.push('org.kde.StatusNotifierWatcher', 'IsStatusNotifierHostRegistered')
  return new Promise((resolve) => {
    execFile('gdbus', args, { timeout: ASK_TIMEOUT_MS }, (error, stdout) => {
      // Not there, or no session bus to ask on: then nothing is known.
      const cannotAsk =
        error?.code === 'ENOENT' || /autolaunch|Cannot connect/i.test(error?.message ?? '')
      if (cannotAsk) return resolve(null)
      resolve(error ? '' : stdout)
    })
  })
}
