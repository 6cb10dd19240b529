// The data directory of a running Latchkey: locked at the start, watched while Latchkey runs.

import type { Clock } from '../base/clock.js'
import { diskError, readErrno } from '../base/errno.js'
import { SettingsError } from '../base/settings-error.js'
import type { Settings } from '../settings/options.js'
import { DirectoryInUse } from '../storage/directory-in-use.js'
import { lockDirectory, type DirectoryLock } from '../storage/directory-lock.js'
import { START_MESSAGES } from './app-messages.js'

/** Asks the user if Latchkey still runs on another computer. */
export type AskWhetherRunning = (host: string) => Promise<boolean>

/**
 * Locks the data directory. Fails with {@link DirectoryInUse} while another Latchkey uses it, and with
 * a {@link SettingsError} if it cannot be used.
 */
export async function takeDirectory(
  { dataDir: directory, takeOver }: Pick<Settings, 'dataDir' | 'takeOver'>,
  askWhetherRunning?: AskWhetherRunning,
): Promise<DirectoryLock> {
  try {
    return await lockDirectory(directory, {
      takeOver,
      ...(askWhetherRunning && { askWhetherRunning }),
    })
  } catch (thrown) {
    if (readErrno(thrown) === '') throw thrown
    throw new SettingsError(START_MESSAGES.unusableDirectory(directory, diskError(thrown)))
  }
}

export type DirectoryWatch = {
  /**
   * Refreshes the lock now. Returns true if the directory still belongs to this program. A computer
   * that was asleep may have lost it, and must not renew the session then.
   */
  check(): boolean
  /** Begins to refresh the lock every 20 minutes. */
  begin(): void
  stop(): void
}

/** Well within the hour after which another computer may take over. */
const REFRESH_MS = 20 * 60_000

/** Keeps the lock of a directory fresh. Calls `onLost` once another computer has taken the directory. */
export function watchDirectory(
  lock: DirectoryLock,
  deps: { clock: Clock; directory: string; onLost?: (lost: DirectoryInUse) => void },
): DirectoryWatch {
  const { clock, directory, onLost } = deps
  let isLost = false
  let cancelTimer: () => void = () => undefined
  const check = (): boolean => {
    if (isLost) return false
    try {
      isLost = !lock.refresh()
    } catch {
      // If this computer cannot write to the disk now, no other one can take over either.
      return true
    }
    if (!isLost) return true
    cancelTimer()
    onLost?.(new DirectoryInUse(START_MESSAGES.takenOver(directory)))
    return false
  }
  const wait = (): void => {
    cancelTimer = clock.after(REFRESH_MS, () => {
      if (check()) wait()
    })
  }
  return { check, begin: wait, stop: () => cancelTimer() }
}
