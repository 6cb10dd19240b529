// One program per data directory: two owners of one rotating refresh token would end its session.

import { randomUUID } from 'node:crypto'
import { readdirSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { claim, readLock, rewriteLock, writeFresh } from './lock-file.js'
import type { FoundLock, Fresh, LockContent } from './lock-file.js'
import {
  askLockOwner,
  askLockSocket,
  ID_LENGTH,
  listLockSockets,
  openLockSocket,
  type LockSocket,
} from './lock-socket.js'
import { printable } from '../base/printable.js'
import { processStart, thisComputer, type Computer } from './this-computer.js'

export type DirectoryLock = {
  /** What a person should know of how the directory was taken, one line each. */
  notices: readonly string[]
  /** Tells later comers where this program serves. */
  announce(url: string): void
  /** Shows other computers that this program still runs. False where another one has taken over. */
  refresh(): boolean
  release(): Promise<void>
}

/** The directory has an owner. The message says which and where, in one line. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse'
}

export type TakeOptions = {
  /** True where the person says that no other computer uses the directory any more. */
  takeOver?: boolean
  /**
   * Asks the person whether Latchkey still runs on a computer that has given no sign for an hour. Absent
   * where nobody can be asked: then it counts as gone, and that one ends when it comes back to find this.
   */
  askWhetherRunning?: (host: string) => Promise<boolean>
}

/** Who wants the directory. */
type Claimant = Computer & { fresh: Fresh }

const LOCK_FILE = 'lock'
/** Another computer's lock that was not refreshed for so long is asked about. */
export const STALE_AFTER_MS = 60 * 60_000
/** How long a lock may be there before its content is. */
const LONGEST_WRITE_MS = 10_000
/** More than programs that start at once ever need. */
const MOST_ROUNDS = 50
const LONGEST_CHAIN = 50

/**
 * Takes a data directory, or fails with {@link DirectoryInUse}. Its lock is the file `lock`; the successor
 * of a lock whose owner is gone is `lock.ID`, with the ID of the lock that it follows. So a name is claimed
 * once only, and none is ever removed that somebody else could be claiming.
 *
 * 1. Listen on a socket, and write a lock of our own to a fresh file.
 * 2. Follow the locks to the last. Where its owner runs, the directory is in use.
 * 3. Claim the name of its successor: the system gives that to one.
 * 4. Who was slow may have claimed the successor of a lock that is not there any more: back to 2.
 * 5. Rename the own lock to `lock`, which ends all those before it, and tidy up.
 */
export async function lockDirectory(
  directory: string,
  options: TakeOptions = {},
): Promise<DirectoryLock> {
  const folder = realpathSync(directory)
  const id = randomUUID().replaceAll('-', '').slice(0, ID_LENGTH)
  const socket = await openLockSocket(folder, id)
  const computer = thisComputer()
  const content: LockContent = {
    version: 1,
    id,
    ...computer,
    pid: process.pid,
    start: processStart(process.pid) ?? '',
    refreshedAt: new Date().toISOString(),
    released: false,
  }
  const freshPath = join(folder, `${LOCK_FILE}.${id}.tmp`)
  const notices: string[] = []
  try {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const fresh = writeFresh(freshPath, content)
      try {
        const last = lastLock(folder)
        const claimant = { ...computer, fresh }
        notices.splice(0, Infinity, ...(await requireFree(last, claimant, directory, options)))
        if (takeAfter(folder, last, freshPath, content)) {
          tidyUp(folder, id)
          return ownershipOf({ folder, content, socket, fresh, notices })
        }
      } finally {
        rmSync(freshPath, { force: true })
      }
    }
    throw inUse(directory, ', or several are just starting')
  } catch (thrown) {
    await socket.close()
    throw thrown
  }
}

/** Who owns a data directory, as far as it says, ` (process 42, at …)`; null where nobody does. */
export async function ownerOf(directory: string): Promise<string | null> {
  try {
    const last = lastLock(realpathSync(directory))
    if (last.found === null) return null
    const fresh = { uid: process.geteuid?.() ?? last.found.uid, atMs: Date.now(), isEmpty: false }
    const verdict = await judge(last.path, last.found, { ...thisComputer(), fresh })
    switch (verdict.kind) {
      case 'free':
        return null
      case 'in-use':
        return verdict.owner
      case 'elsewhere':
        return verdict.isStale ? null : ` (on ${verdict.host})`
    }
  } catch {
    return null // Not even the directory is there.
  }
}

function ownershipOf(taken: {
  folder: string
  content: LockContent
  socket: LockSocket
  fresh: Fresh
  notices: readonly string[]
}): DirectoryLock {
  const { folder, content, socket, fresh, notices } = taken
  const path = join(folder, LOCK_FILE)
  const { id, pid } = content
  socket.tell({ id, pid, url: null, isOwner: true })
  const rewrite = (released: boolean): ReturnType<typeof rewriteLock> =>
    rewriteLock(
      path,
      { ...content, refreshedAt: new Date().toISOString(), released },
      fresh.isEmpty,
    )
  return {
    notices,
    announce: (url) => socket.tell({ id, pid, url, isOwner: true }),
    refresh() {
      const outcome = rewrite(false)
      if (outcome !== 'missing') return outcome === 'rewritten'
      // Somebody has cleaned the directory out.
      const freshPath = join(folder, `${LOCK_FILE}.${id}.tmp`)
      writeFresh(freshPath, content)
      const isClaimed = claim(freshPath, path, content)
      rmSync(freshPath, { force: true })
      return isClaimed
    },
    async release() {
      try {
        rewrite(true)
      } catch {
        // The file system has gone away, or allows no writing any more: nobody listens, and that shows.
      }
      await socket.close()
    },
  }
}

type Last = {
  /** The last lock; null where there is none. */
  found: FoundLock | null
  path: string
  /** What its successor is to be called. */
  next: string
}

function lastLock(folder: string): Last {
  let last: Last = { found: null, path: '', next: join(folder, LOCK_FILE) }
  for (let length = 0; length < LONGEST_CHAIN; length += 1) {
    const found = readLock(last.next)
    if (found === null) break
    last = { found, path: last.next, next: join(folder, `${LOCK_FILE}.${found.id}`) }
  }
  return last
}

/** Steps 3 to 5. False where somebody else was faster. */
function takeAfter(folder: string, last: Last, freshPath: string, content: LockContent): boolean {
  if (!claim(freshPath, last.next, content)) return false
  const claimed = readLock(last.next)
  const now = lastLock(folder)
  if (claimed === null || now.path !== last.next || now.found?.id !== claimed.id) {
    rmSync(last.next, { force: true })
    return false
  }
  if (last.found === null) return true
  try {
    renameSync(last.next, join(folder, LOCK_FILE))
    return true
  } catch (thrown) {
    rmSync(last.next, { force: true })
    throw thrown
  }
}

/** Removes what those before have left: nobody claims any name from now on but our successor's. */
function tidyUp(folder: string, id: string): void {
  const sockets = listLockSockets(folder)
  const files = readdirSync(folder)
    .filter((name) => /^lock\.(?!s\.)/.test(name) && name !== `${LOCK_FILE}.${id}`)
    .map((name) => join(folder, name))
  for (const path of [...files, ...sockets.filter((socket) => !socket.endsWith(id))]) {
    try {
      rmSync(path, { force: true })
    } catch {
      // A folder, or not to be removed: it is in nobody's way.
    }
  }
}

type Verdict =
  | { kind: 'free'; notice: string | null }
  | { kind: 'in-use'; owner: string }
  | { kind: 'elsewhere'; host: string; isStale: boolean }

const FREE: Verdict = { kind: 'free', notice: null }

/** What is to be said of taking the place of a lock. Fails where that may not be. */
async function requireFree(
  last: Last,
  claimant: Claimant,
  directory: string,
  { takeOver = false, askWhetherRunning }: TakeOptions,
): Promise<string[]> {
  if (last.found === null) return []
  const verdict = await judge(last.path, last.found, claimant)
  switch (verdict.kind) {
    case 'free':
      return verdict.notice === null ? [] : [verdict.notice]
    case 'in-use':
      throw inUse(directory, verdict.owner)
    case 'elsewhere': {
      const { host, isStale } = verdict
      if (takeOver) return [`Latchkey takes over the data directory ${directory} from ${host}.`]
      const stillRuns = !isStale || ((await askWhetherRunning?.(host)) ?? false)
      if (stillRuns) throw runsElsewhere(directory, host)
      return [
        `Latchkey ran on ${host} with the data directory ${directory} and has given no sign for an ` +
          'hour, so this one takes over. If that one still runs, it ends when it notices.',
      ]
    }
  }
}

/** Whether the owner of a lock is gone, as far as this computer can tell. */
async function judge(path: string, found: FoundLock, claimant: Claimant): Promise<Verdict> {
  const { content, uid } = found
  if (uid !== claimant.fresh.uid) {
    const notice = `The lock ${path} belonged to another user (uid ${uid}), so it did not count.`
    return { kind: 'free', notice }
  }
  if (content === null) return judgeDamaged(path, found, claimant)
  if (content.released) return FREE
  switch (sinceWhen(content, claimant)) {
    case 'earlier-start':
      return FREE
    case 'this-start':
      return judgeHere(path, content, found, claimant)
    case 'another':
      return elsewhere(content, found, claimant)
  }
}

/** Whether a lock is of this computer, and of this start of it. */
function sinceWhen(
  content: LockContent,
  computer: Computer,
): 'this-start' | 'earlier-start' | 'another' {
  const isSameHost = content.host === computer.host
  if (content.boot === '' || computer.boot === '') {
    return isSameHost && content.machine === computer.machine ? 'this-start' : 'another'
  }
  if (content.boot === computer.boot) return 'this-start'
  // Copies of one virtual machine may share their ID, hardly their name too; a Mac's cannot be copied.
  const isSameMachine = content.machine !== '' && content.machine === computer.machine
  const isSure = isSameHost || process.platform === 'darwin'
  return isSameMachine && isSure ? 'earlier-start' : 'another'
}

async function judgeHere(
  path: string,
  content: LockContent,
  found: FoundLock,
  claimant: Claimant,
): Promise<Verdict> {
  const { id, pid, start, pidNamespace } = content
  const asked = await askLockOwner(dirname(path), id)
  if (asked.kind === 'there') {
    const { answer } = asked
    return { kind: 'in-use', owner: answer?.id === id ? whereabouts(answer) : '' }
  }
  if (pidNamespace !== claimant.pidNamespace) {
    // In another container: its processes cannot be seen from here, but its socket could be.
    return asked.kind === 'gone' ? FREE : elsewhere(content, found, claimant)
  }
  const startNow = processStart(pid)
  if (startNow === null) return FREE
  const isKnown = start !== '' && startNow !== ''
  // Where the system does not tell when a process started, its number may be another's by now. A pipe
  // of Windows goes with its process.
  const isGone = isKnown
    ? start !== startNow
    : asked.kind === 'gone' || process.platform === 'win32'
  return isGone ? FREE : { kind: 'in-use', owner: whereabouts({ pid, url: null }) }
}

function elsewhere(content: LockContent, found: FoundLock, claimant: Claimant): Verdict {
  // By the clock of the disk's own computer. A lock from the future is no fresher than one of the past.
  const ageMs = Math.abs(claimant.fresh.atMs - found.modifiedAtMs)
  const host = printable(content.host).slice(0, 64) || 'another computer'
  return { kind: 'elsewhere', host, isStale: ageMs > STALE_AFTER_MS }
}

/** A lock that cannot be read: whoever is just writing it, or whose disk was full, has a socket. */
async function judgeDamaged(path: string, found: FoundLock, { fresh }: Claimant): Promise<Verdict> {
  for (const socket of listLockSockets(dirname(path))) {
    const asked = await askLockSocket(socket)
    if (asked.kind === 'there' && asked.answer?.isOwner !== false) {
      return { kind: 'in-use', owner: asked.answer ? whereabouts(asked.answer) : '' }
    }
  }
  const ageMs = found.isFile ? fresh.atMs - found.modifiedAtMs : Infinity
  if (ageMs >= 0 && ageMs < LONGEST_WRITE_MS) return { kind: 'in-use', owner: ', and just starts' }
  return { kind: 'free', notice: `The lock ${path} was damaged, so it did not count.` }
}

function whereabouts({ pid, url }: { pid: number; url: string | null }): string {
  return url === null ? ` (process ${pid})` : ` (process ${pid}, at ${url})`
}

function inUse(directory: string, owner: string): DirectoryInUse {
  return new DirectoryInUse(
    `Latchkey already runs with the data directory ${directory}${owner}. ` +
      'Use that one, or give this one another with --data-dir.',
  )
}

function runsElsewhere(directory: string, host: string): DirectoryInUse {
  return new DirectoryInUse(
    `Latchkey runs on ${host} with the data directory ${directory}. Two computers cannot share one ` +
      'session: use that one, or give this one another data directory with --data-dir. If Latchkey ' +
      `no longer runs on ${host}, start this one with --take-over.`,
  )
}
