// Sleep, and the end of the system: what the clock and an orderly quit depend on.

import { powerMonitor, type Event } from 'electron'

/**
 * Runs `run` when the machine wakes, and on macOS and Windows when its screen is unlocked too: the
 * two may come together, for timers stand still in between. Call when the app is ready. The returned
 * function ends it.
 */
export function onResume(run: () => void): () => void {
  // Without the arguments of the event.
  const listener = (): void => run()
  powerMonitor.on('resume', listener)
  powerMonitor.on('unlock-screen', listener)
  return () => {
    powerMonitor.off('resume', listener)
    powerMonitor.off('unlock-screen', listener)
  }
}

/**
 * Runs `quit`, which is to end the app at once, when the system is about to shut down or restart, on
 * macOS also when the person logs out. Linux and macOS only: elsewhere the process just ends. Call
 * when the app is ready. The returned function ends it.
 *
 * @see https://www.electronjs.org/docs/latest/api/power-monitor#event-shutdown-linux-macos
 */
export function onShutdown(quit: () => void): () => void {
  const listener = (event: Event): void => {
    // Not to keep the system from it: on Linux it waits until the process has ended, or five seconds.
    event.preventDefault()
    quit()
  }
  // On Linux Electron asks the system to wait once it has listeners for `shutdown`, and does not count
  // the very first listener of all (lib/browser/api/power-monitor.ts). So another one comes first.
  powerMonitor.on('resume', ignore)
  // electron.d.ts has no event here, though its text speaks of one.
  powerMonitor.on('shutdown', listener as () => void)
  return () => {
    powerMonitor.off('resume', ignore)
    powerMonitor.off('shutdown', listener as () => void)
  }
}

function ignore(): void {
  // It is there to be the first.
}
