// One tray app per data directory, by Chromium's lock: a second start hands over to the first.

import { readlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { app } from 'electron'
import { errnoOf } from '../base/errno.js'
import type { SecondStart } from '../app/second-start.js'

/**
 * Resolves to false if another Latchkey has heard of this start, with `handedOver`. True otherwise,
 * also if Chromium's lock cannot be made: then the directory lock alone decides, and says why.
 *
 * Electron answers false in both cases. The lock is a symbolic link, so it cannot be made on file systems
 * without links, or where a backup or a synced folder has put a regular file in its place.
 *
 * @see https://www.electronjs.org/docs/latest/api/app#apprequestsingleinstancelockadditionaldata
 */
export async function isFirstInstance(
  directory: string,
  handedOver: SecondStart,
): Promise<boolean> {
  if (app.requestSingleInstanceLock(handedOver)) return true
  // A mutex and a window there, neither of which depends on the file system.
  if (process.platform === 'win32') return false
  return !(await hasListener(directory))
}

/** Whether a program listens where Chromium's lock in this directory says. */
function hasListener(directory: string): Promise<boolean> {
  let path: string
  try {
    // Followed here: the link's own path may be too long for a socket.
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
    // EAGAIN: too many ask at once, so somebody is there.
    socket.once('error', (error) => resolve(errnoOf(error) === 'EAGAIN'))
  })
}
