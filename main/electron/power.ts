// Reports that the computer wakes or shuts down, and if its screen is locked.

import { existsSync } from 'node:fs'
import { powerMonitor, type Event } from 'electron'
import { systemClock, type Clock } from '../base/clock.js'

/**
 * Returns the system's clock. If the system reports each waking, the app needs no timers to notice
 * it. On Linux that requires systemd's logind.
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

/** Any number of seconds: a locked screen comes before an idle user. */
const IDLE_AFTER_S = 60

/**
 * True if the screen is locked, as far as the system can tell. On macOS, a running screen saver
 * counts too.
 *
 * On Linux, Chromium asks the session bus for the screen saver of the desktop (freedesktop, Cinnamon,
 * GNOME, MATE, Xfce), and on X11 looks for the window of a screen saver. So other lockers are not
 * noticed: swaylock and the like on Wayland, i3lock and slock on X11. The first call only begins to
 * ask the bus. Call once when the app is ready.
 *
 * @see {@link https://source.chromium.org/chromium/chromium/src/+/main:ui/base/idle/idle_linux.cc}
 */
export function isScreenLocked(): boolean {
  return powerMonitor.getSystemIdleState(IDLE_AFTER_S) === 'locked'
}

/** How often Linux is asked if the screen is locked, because Electron reports no event there. */
const LOCK_POLL_MS = 1000

/** Calls `run` when the screen is locked, until the returned function is called. */
export function onScreenLocked(run: () => void): () => void {
  if (process.platform === 'linux') {
    const timer = setInterval(() => (isScreenLocked() ? run() : undefined), LOCK_POLL_MS)
    return () => clearInterval(timer)
  }
  const listener = (): void => run()
  powerMonitor.on('lock-screen', listener)
  return () => void powerMonitor.off('lock-screen', listener)
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
