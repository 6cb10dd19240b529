// Allows one tray app per data directory with Chromium's lock. A second start hands over to the first.

import { readlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { app } from 'electron'
import { readErrno } from '../base/errno.js'
import type { SecondStart } from '../app/second-start.js'

/**
 * Resolves to false if another Latchkey was told of this start, with `handedOver`. Otherwise true, also
 * if Chromium's lock can't be created: then only the directory lock decides, and gives the reason.
 *
 * Electron returns false in both cases. The lock is a symbolic link, so it can't be created on file
 * systems without links, or if a backup or a synced folder has replaced it by a regular file.
 *
 * @see {@link https://www.electronjs.org/docs/latest/api/app#apprequestsingleinstancelockadditionaldata}
 */
export async function isFirstInstance(
  directory: string,
  handedOver: SecondStart,
): Promise<boolean> {
  if (app.requestSingleInstanceLock(handedOver)) return true
  // Windows uses a mutex and a window, which don't depend on the file system.
  if (process.platform === 'win32') return false
  return !(await hasListener(directory))
}

/** True if a program listens on the socket that Chromium's lock in this directory names. */
function hasListener(directory: string): Promise<boolean> {
  let path: string
  try {
    // Resolves the link, because its own path may be too long for a socket.
    path = readlinkSync(join(directory, 'SingletonSocket'))
  } catch {
    return Promise.resolve(false)
  }
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    // EAGAIN: too many programs connect at once, so a program listens.
    socket.once('error', (error) => resolve(readErrno(error) === 'EAGAIN'))
  })
}
