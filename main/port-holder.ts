// Who listens on a port of this machine, as far as the system tells this user.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { listeningInodes } from './tcp-table.js'

/**
 * Names the program that listens on a port, as `name, process 42`; null where the system does not
 * tell: on Linux for another user's programs, elsewhere always.
 */
export function holderOf(port: number): string | null {
  try {
    const sockets = new Set(listeningInodes(port).map((inode) => `socket:[${inode}]`))
    if (sockets.size === 0) return null
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (!holds(pid, sockets)) continue
      return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()}, process ${pid}`
    }
  } catch {
    // No such table, or the program has just ended: then nobody can be named.
  }
  return null
}

function holds(pid: string, sockets: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return sockets.has(readlinkSync(`/proc/${pid}/fd/${fd}`))
      } catch {
        return false // Closed in the meantime.
      }
    })
  } catch {
    return false // Another user's.
  }
}
