// Reports that the computer wakes or shuts down.

import { existsSync } from 'node:fs'
import { powerMonitor, type Event } from 'electron'
import { systemClock, type Clock } from '../base/clock.js'

/**
 * Returns the system's clock. If the system reports each waking, the app needs no timers to notice it. On
 * Linux that takes systemd's logind.
 *
 * @see {@link https://www.freedesktop.org/software/systemd/man/latest/sd_booted.html}
 */
export function chooseClock(): Clock {
  const reportsWaking = process.platform !== 'linux' || existsSync('/run/systemd/system')
  return reportsWaking ? { ...systemClock, longestNapMs: Infinity } : systemClock
}

/**
 * Calls `run` when the computer wakes, because timers stop during sleep. On macOS and Windows, also when
 * the screen is unlocked; both may come together. Call when the app is ready. The returned function
 * stops this.
 */
export function onResume(run: () => void): () => void {
  // Drops the event's arguments.
  const listener = (): void => run()
  powerMonitor.on('resume', listener)
  powerMonitor.on('unlock-screen', listener)
  return () => {
    powerMonitor.off('resume', listener)
    powerMonitor.off('unlock-screen', listener)
  }
}

/**
 * Calls `quit`, which must end the app at once, when the system is about to shut down or restart, and on
 * macOS also when the person logs out. Linux and macOS only: on Windows the process just ends. Call when
 * the app is ready. The returned function stops this.
 *
 * @see {@link https://www.electronjs.org/docs/latest/api/power-monitor#event-shutdown-linux-macos}
 */
export function onShutdown(quit: () => void): () => void {
  const listener = (event: Event): void => {
    // Delays the shutdown: on Linux the system waits for the process to end, for at most five seconds.
    event.preventDefault()
    quit()
  }
  // On Linux Electron asks the system to wait if there are listeners for `shutdown`, but ignores the
  // very first listener, of any event (lib/browser/api/power-monitor.ts). So another listener comes first.
  powerMonitor.on('resume', ignore)
  // The type in electron.d.ts lacks the event, but its documentation mentions it.
  powerMonitor.on('shutdown', listener as () => void)
  return () => {
    powerMonitor.off('resume', ignore)
    powerMonitor.off('shutdown', listener as () => void)
  }
}

function ignore(): void {
  // This is only the first listener.
}
