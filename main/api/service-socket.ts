// Has the local service listen on a Unix socket too, in a folder that only this user can enter.

import { chmodSync, lstatSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { diskError } from '../base/errno.js'
import { realPath } from '../storage/atomic-file.js'
import {
  askLockSocket,
  isPrivateFolder,
  socketPlaces,
  type SocketPlace,
} from '../storage/lock-socket.js'
import { SERVICE_MESSAGES, SOCKET_PROBLEMS } from './api-messages.js'

export const SOCKET_FILE = 'api.sock'

/** `path`: null if there is no socket. `message`: why it could not be opened, for a person. */
export type ServiceSocket = { server: Server | null; path: string | null; message: string | null }

/** Connections that wait to be accepted. */
const BACKLOG = 4_096

/**
 * Listens in the data directory; if that is not possible, in this user's own folder in /tmp. Never fails.
 * The socket is deleted when the server is closed. Windows has none.
 */
export async function openServiceSocket(
  directory: string,
  createServer: () => Server,
): Promise<ServiceSocket> {
  if (process.platform === 'win32') return { server: null, path: null, message: null }
  const folder = realPath(directory)
  let problem = ''
  for (const place of listSocketPlaces(folder)) {
    const path = toSocketPath(place)
    const server = createServer()
    try {
      // Only the folder in /tmp may have to be created.
      if (!isPrivateFolder(place.folder, place.folder !== folder)) {
        problem = SOCKET_PROBLEMS.notPrivate(place.folder)
        continue
      }
      if (!(await makeWay(path))) {
        problem = SOCKET_PROBLEMS.taken(path)
        continue
      }
      await listen(server, path)
      chmodSync(path, 0o600)
      return { server, path, message: null }
    } catch (thrown) {
      server.close()
      problem = SOCKET_PROBLEMS.notOpened(path, diskError(thrown))
    }
  }
  return { server: null, path: null, message: SERVICE_MESSAGES.noSocket(problem) }
}

/**
 * Deletes what a killed run has left. Call with the directory's lock, because a socket that is in use is
 * deleted too. S47: leaves a folder in /tmp alone that another user has made. Fails with an error of the
 * system.
 */
export function removeServiceSockets(
  directory: string,
  places = listSocketPlaces(realPath(directory)),
): void {
  if (process.platform === 'win32') return
  for (const place of places) {
    if (place.folder !== realPath(directory) && !isPrivateFolder(place.folder, false)) continue
    const path = toSocketPath(place)
    if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) rmSync(path, { force: true })
  }
}

function listSocketPlaces(directory: string): readonly SocketPlace[] {
  return socketPlaces(directory, { beside: '', length: SOCKET_FILE.length })
}

function toSocketPath({ folder, prefix }: SocketPlace): string {
  return join(folder, `${prefix}${SOCKET_FILE}`)
}

/** Deletes the socket of a killed run. False if a program listens there, or if it is no socket. */
async function makeWay(path: string): Promise<boolean> {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return true
  // To connect to a file that is no socket fails as if nobody listened.
  if (!found.isSocket()) return false
  const { kind } = await askLockSocket(path)
  if (kind === 'gone') rmSync(path, { force: true })
  return kind === 'gone'
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ path, backlog: BACKLOG }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
