// One Latchkey per data directory: two owners of one rotating refresh token would end its session.

import { randomUUID } from 'node:crypto'
import { readdirSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { printable } from '../base/printable.js'
import { DirectoryInUse } from './directory-in-use.js'
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
import { LOCK_MESSAGES } from './storage-messages.js'
import { processStart, thisComputer, type Computer } from './this-computer.js'

export type DirectoryLock = {
  /** Messages for the user about how the directory was taken, one line each. */
  messages: readonly string[]
  /** Tells programs that start later the address of this one's service. */
  announce(url: string): void
  /** Shows other computers that this program still runs. False if another one has taken over. */
  refresh(): boolean
  release(): Promise<void>
}

export type TakeOptions = {
  /** True if the user says that no other computer uses the directory any longer. */
  takeOver?: boolean
  /**
   * Asks the user whether Latchkey still runs on a computer that was last seen more than an hour ago. If
   * absent, that Latchkey counts as gone, and it quits when it notices this one.
   */
  askWhetherRunning?: (host: string) => Promise<boolean>
}

/** The program that wants the directory. */
type Claimant = Computer & { fresh: Fresh }

export const LOCK_FILE = 'lock'
/** After this time without a refresh, Latchkey asks the user about another computer's lock. */
export const STALE_AFTER_MS = 60 * 60_000
/** How long a new lock may be without its content. */
const LONGEST_WRITE_MS = 10_000
/** More than are ever needed when several programs start at once. */
const MOST_ROUNDS = 50
const LONGEST_CHAIN = 50

/**
 * Takes a data directory, or throws {@link DirectoryInUse}. The lock is the file `lock`. The successor of a
 * lock whose owner is gone is `lock.ID`, with the ID of the lock that it follows. So each name is claimed
 * only once, and a name that another program could be claiming is never removed.
 *
 * 1. Listen on a socket, and write this program's lock to a new file.
 * 2. Follow the locks to the last one. If its owner runs, the directory is in use.
 * 3. Claim the name of its successor. The system gives it to one program only.
 * 4. A slow program may have claimed the successor of a lock that was removed meanwhile: go back to 2.
 * 5. Rename the claimed lock to `lock`, which ends all locks before it, and remove leftovers.
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
  const messages: string[] = []
  try {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const fresh = writeFresh(freshPath, content)
      try {
        const last = lastLock(folder)
        const claimant = { ...computer, fresh }
        messages.splice(0, Infinity, ...(await requireFree(last, claimant, directory, options)))
        if (takeAfter(folder, last, freshPath, content)) {
          tidyUp(folder, id)
          return createDirectoryLock({ folder, content, socket, fresh, messages })
        }
      } finally {
        rmSync(freshPath, { force: true })
      }
    }
    throw new DirectoryInUse(LOCK_MESSAGES.inUse(directory, LOCK_MESSAGES.severalStarting))
  } catch (thrown) {
    await socket.close()
    throw thrown
  }
}

/** Finds the owner of a data directory, as ` (PID 42, at …)`. Null if it has none. */
export async function findOwner(directory: string): Promise<string | null> {
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
        return verdict.isStale ? null : LOCK_MESSAGES.ownerOn(verdict.host)
    }
  } catch {
    return null // The directory doesn't exist.
  }
}

function createDirectoryLock(taken: {
  folder: string
  content: LockContent
  socket: LockSocket
  fresh: Fresh
  messages: readonly string[]
}): DirectoryLock {
  const { folder, content, socket, fresh, messages } = taken
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
    messages,
    announce: (url) => socket.tell({ id, pid, url, isOwner: true }),
    refresh() {
      const outcome = rewrite(false)
      if (outcome !== 'missing') return outcome === 'rewritten'
      // Someone has emptied the directory.
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
        // The file system is gone or read-only. The missing socket shows that this program has ended.
      }
      await socket.close()
    },
  }
}

type Last = {
  /** The last lock. Null if there is none. */
  found: FoundLock | null
  path: string
  /** The path of its successor. */
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

/** Steps 3 to 5. False if another program was faster. */
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

/** Removes leftovers of earlier locks. From now on only the name of our successor can be claimed. */
function tidyUp(folder: string, id: string): void {
  const sockets = listLockSockets(folder)
  const files = readdirSync(folder)
    .filter((name) => /^lock\.(?!s\.)/.test(name) && name !== `${LOCK_FILE}.${id}`)
    .map((name) => join(folder, name))
  for (const path of [...files, ...sockets.filter((socket) => !socket.endsWith(id))]) {
    try {
      rmSync(path, { force: true })
    } catch {
      // A folder, or a file that can't be removed: it does no harm.
    }
  }
}

type Verdict =
  | { kind: 'free'; message: string | null }
  | { kind: 'in-use'; owner: string }
  | { kind: 'elsewhere'; host: string; isStale: boolean }

const FREE: Verdict = { kind: 'free', message: null }

/** Returns messages about replacing a lock. Throws {@link DirectoryInUse} if it must stay. */
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
      return verdict.message === null ? [] : [verdict.message]
    case 'in-use':
      throw new DirectoryInUse(LOCK_MESSAGES.inUse(directory, verdict.owner), verdict.owner)
    case 'elsewhere': {
      const { host, isStale } = verdict
      if (takeOver) return [LOCK_MESSAGES.takingOver(directory, host)]
      const stillRuns = !isStale || ((await askWhetherRunning?.(host)) ?? false)
      if (stillRuns) throw runsElsewhere(directory, host)
      return [LOCK_MESSAGES.tookOverStale(directory, host)]
    }
  }
}

/** Decides whether the owner of a lock is gone, as far as this computer can tell. */
async function judge(path: string, found: FoundLock, claimant: Claimant): Promise<Verdict> {
  const { content, uid } = found
  if (uid !== claimant.fresh.uid) {
    return { kind: 'free', message: LOCK_MESSAGES.ofAnotherUser(path, uid) }
  }
  if (content === null) return judgeDamaged(path, found, claimant)
  if (content.released) return FREE
  switch (compareBoots(content, claimant)) {
    case 'earlier-boot':
      return FREE
    case 'this-boot':
      return judgeHere(path, content, found, claimant)
    case 'another-computer':
      return elsewhere(content, found, claimant)
  }
}

/** Tells whether a lock was made on this computer, and since its last boot. */
function compareBoots(
  content: LockContent,
  computer: Computer,
): 'this-boot' | 'earlier-boot' | 'another-computer' {
  const isSameHost = content.host === computer.host
  if (content.boot === '' || computer.boot === '') {
    return isSameHost && content.machine === computer.machine ? 'this-boot' : 'another-computer'
  }
  if (content.boot === computer.boot) return 'this-boot'
  // Copies of a virtual machine may share their ID, but rarely their name too. A Mac's ID can't be
  // copied.
  const isSameMachine = content.machine !== '' && content.machine === computer.machine
  const isSure = isSameHost || process.platform === 'darwin'
  return isSameMachine && isSure ? 'earlier-boot' : 'another-computer'
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
    return { kind: 'in-use', owner: answer?.id === id ? describeOwner(answer) : '' }
  }
  if (pidNamespace !== claimant.pidNamespace) {
    // In another container: its processes can't be seen from here, but its socket could be.
    return asked.kind === 'gone' ? FREE : elsewhere(content, found, claimant)
  }
  const startNow = processStart(pid)
  if (startNow === null) return FREE
  const isKnown = start !== '' && startNow !== ''
  // If the system doesn't tell when a process started, another process may have its number by now. On
  // Windows, the pipe ends with its process.
  const isGone = isKnown
    ? start !== startNow
    : asked.kind === 'gone' || process.platform === 'win32'
  return isGone ? FREE : { kind: 'in-use', owner: describeOwner({ pid, url: null }) }
}

function elsewhere(content: LockContent, found: FoundLock, claimant: Claimant): Verdict {
  // By the clock of the computer that has the disk. A lock from the future is not fresher than an old one.
  const ageMs = Math.abs(claimant.fresh.atMs - found.modifiedAtMs)
  const host = printable(content.host).slice(0, 64) || LOCK_MESSAGES.unnamedHost
  return { kind: 'elsewhere', host, isStale: ageMs > STALE_AFTER_MS }
}

/** Judges a lock that can't be read. An owner that is writing it, or whose disk was full, has a socket. */
async function judgeDamaged(path: string, found: FoundLock, { fresh }: Claimant): Promise<Verdict> {
  for (const socket of listLockSockets(dirname(path))) {
    const asked = await askLockSocket(socket)
    if (asked.kind === 'there' && asked.answer?.isOwner !== false) {
      return { kind: 'in-use', owner: asked.answer ? describeOwner(asked.answer) : '' }
    }
  }
  const ageMs = found.isFile ? fresh.atMs - found.modifiedAtMs : Infinity
  if (ageMs >= 0 && ageMs < LONGEST_WRITE_MS)
    return { kind: 'in-use', owner: LOCK_MESSAGES.ownerStarting }
  return { kind: 'free', message: LOCK_MESSAGES.damaged(path) }
}

function describeOwner({ pid, url }: { pid: number; url: string | null }): string {
  return LOCK_MESSAGES.ownerAt(pid, url)
}

function runsElsewhere(directory: string, host: string): DirectoryInUse {
  return new DirectoryInUse(LOCK_MESSAGES.runsElsewhere(directory, host))
}
