// Finds the process at the other end of a loopback connection by the socket that it holds.

import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import type { Caller, CallerProcess } from './caller.js'
import { programName } from '../base/program-name.js'
import type { Owner } from './socket-owner.js'

const NOT_FOUND: Extract<Caller, { kind: 'uncertain' }> = {
  kind: 'uncertain',
  uid: null,
  process: null,
  doubts: ['not-found'],
}

type Holder = Extract<Owner, { kind: 'user' }>

/** Finds the program at the other end of a connection. Never fails; see {@link callerOfSocket}. */
export async function findCaller(owner: Owner): Promise<Caller> {
  switch (owner.kind) {
    case 'user':
      return callerOfSocket(owner)
    case 'untold':
      return { kind: 'untold' }
    case 'gone':
    case 'unreadable':
      return NOT_FOUND
  }
}

/**
 * Looks up the one process that holds a socket, named by its inode. Scans /proc without blocking
 * (about 100 ms on a busy computer). Never fails. The result is `uncertain` if several processes hold the
 * socket, or if this user may not look at the process.
 *
 * @see {@link https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html}
 */
async function callerOfSocket({ uid, inode }: Holder): Promise<Caller> {
  try {
    const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const holders: string[] = []
    for (const pid of processes) {
      if (await holds(pid, `socket:[${inode}]`)) holders.push(pid)
    }
    const [holder, ...others] = holders
    if (holder === undefined) return { ...NOT_FOUND, uid }
    if (others.length === 0) return { kind: 'seen', uid, process: await describe(holder) }
    return { kind: 'uncertain', uid, process: null, doubts: ['several-holders'] }
  } catch {
    return { ...NOT_FOUND, uid } // The process has ended in the meantime.
  }
}

async function holds(pid: string, socket: string): Promise<boolean> {
  const directory = `/proc/${pid}/fd`
  // The process is another user's, or has just ended.
  const descriptors = await readdir(directory).catch((): string[] => [])
  const links = descriptors.map((name) =>
    readlink(`${directory}/${name}`).then(
      (target) => target === socket,
      () => false, // Closed in the meantime.
    ),
  )
  return (await Promise.all(links)).includes(true)
}

/** Reads the fields after the name, because the name may contain spaces and brackets. */
const START_TIME_INDEX = 19

async function describe(pid: string): Promise<CallerProcess> {
  const [status, { dev, ino }, executable, commandLine] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'latin1'),
    stat(`/proc/${pid}/exe`, { bigint: true }),
    readlink(`/proc/${pid}/exe`),
    readFile(`/proc/${pid}/cmdline`, 'utf8'),
  ])
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
  const startedAtTicks = fields[START_TIME_INDEX] ?? ''
  const name = programName(executable, commandLine.split('\0'))
  return {
    pid: Number(pid),
    startedAtTicks,
    executable: { path: executable, file: `${dev}:${ino}` },
    script: null,
    kind: 'program',
    name,
    parents: [],
  }
}
