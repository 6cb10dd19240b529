// The file of a directory lock: it names the process that holds the data directory, and its computer.

import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { parseJson } from '../net/http.js'
import { readErrno } from '../base/errno.js'
import { anyOf, boolean, objectOf, string, wholeNumber, type Infer } from '../base/schema.js'

const lockContent = objectOf({
  version: anyOf([1]),
  /** New for each lock, so that two locks are never confused. */
  id: string.refine((id) => /^[0-9a-f]{12}$/.test(id)),
  host: string,
  machine: string,
  boot: string,
  pidNamespace: string,
  pid: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  /** The result of `processStart`. */
  start: string,
  /** RFC 3339. */
  refreshedAt: string,
  released: boolean,
})
export type LockContent = Infer<typeof lockContent>

/** A lock file on the disk. */
export type FoundLock = {
  /**
   * Its successor's name contains this. Made from the file's metadata if the content can't be read.
   */
  id: string
  /** Null if the file is cut off, damaged, unreadable or not regular. */
  content: LockContent | null
  /** False for links, pipes and anything else that Latchkey never creates there. */
  isFile: boolean
  uid: number
  modifiedAtMs: number
}

const MOST_BYTES = 4096
const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_WRONLY } = constants
/** Windows has neither flag, and no pipes in folders. */
const CAREFUL = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** Reads the lock at `path`. Null if there is none. Never waits, whatever kind of file it is. */
export function readLock(path: string): FoundLock | null {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found) return null
  const isFile = found.isFile()
  const content = isFile ? readContent(path) : null
  const id = content?.id ?? `x${found.ino}-${found.size}-${Math.floor(found.mtimeMs)}`
  return { id, content, isFile, uid: found.uid, modifiedAtMs: found.mtimeMs }
}

function readContent(path: string): LockContent | null {
  let file: number
  try {
    file = openSync(path, O_RDONLY | CAREFUL)
  } catch (thrown) {
    // Another user's file, or removed or replaced in the meantime. Callers look again before they act.
    if (['EACCES', 'EPERM', 'ENOENT', 'ELOOP', 'ENXIO'].includes(readErrno(thrown))) return null
    throw thrown
  }
  try {
    return parseOpened(file)
  } finally {
    closeSync(file)
  }
}

function parseOpened(file: number): LockContent | null {
  if (!fstatSync(file).isFile()) return null
  const bytes = Buffer.alloc(MOST_BYTES)
  const length = readSync(file, bytes, 0, MOST_BYTES, 0)
  const parsed = lockContent.safeParse(parseJson(bytes.toString('utf8', 0, length)))
  return parsed.success ? parsed.data : null
}

/**
 * Writes a new file. Returns the time by the clock of the computer that has the disk, and the owner of
 * new files there. On a full disk the file stays empty, and only the socket shows its owner.
 */
export function writeFresh(path: string, content: LockContent): Fresh {
  const file = openSync(path, O_CREAT | O_EXCL | O_WRONLY, 0o600)
  try {
    if (!writeContent(file, content)) ftruncateSync(file, 0)
    const { uid, mtimeMs, size } = fstatSync(file)
    return { uid, atMs: mtimeMs, isEmpty: size === 0 }
  } finally {
    closeSync(file)
  }
}

export type Fresh = { uid: number; atMs: number; isEmpty: boolean }

/** Claims the name `path`. True if it is now the caller's lock. Only one of several callers gets it. */
export function claim(fresh: string, path: string, content: LockContent): boolean {
  try {
    linkSync(fresh, path)
  } catch (thrown) {
    const errno = readErrno(thrown)
    // A network drive may report this for a link that it has just created, so check the content.
    if (errno === 'EEXIST') return readLock(path)?.content?.id === content.id
    // The owner has removed the file. The next round finds the owner.
    if (errno === 'ENOENT') return false
    if (!HAS_NO_LINKS.has(errno)) throw thrown
    return claimWithoutLinks(path, content)
  }
  return true
}

/** File systems without hard links: exFAT, some network drives, Windows drives in WSL. */
const HAS_NO_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EINVAL',
  'EACCES',
  'EMLINK',
  'UNKNOWN',
  'EISDIR',
])

function claimWithoutLinks(path: string, content: LockContent): boolean {
  try {
    writeFresh(path, content)
    return true
  } catch (thrown) {
    if (readErrno(thrown) === 'EEXIST') return false
    throw thrown
  }
}

/**
 * Rewrites the caller's lock in place if it is still the one with this ID. A file that has replaced it is
 * left alone. `wasEmpty`: the caller's lock has no content because the disk was full.
 */
export function rewriteLock(
  path: string,
  content: LockContent,
  wasEmpty: boolean,
): 'rewritten' | 'lost' | 'missing' {
  let file: number
  try {
    file = openSync(path, O_RDWR | CAREFUL)
  } catch (thrown) {
    const errno = readErrno(thrown)
    if (errno === 'ENOENT') return 'missing'
    if (['EACCES', 'EPERM', 'ELOOP', 'ENXIO', 'EISDIR'].includes(errno)) return 'lost'
    throw thrown
  }
  try {
    const isOurs = wasEmpty && fstatSync(file).size === 0
    if (!isOurs && parseOpened(file)?.id !== content.id) return 'lost'
    writeContent(file, content)
    return 'rewritten'
  } finally {
    closeSync(file)
  }
}

/** False if the disk is full. */
function writeContent(file: number, content: LockContent): boolean {
  const bytes = Buffer.from(`${JSON.stringify(content)}\n`)
  try {
    if (writeSync(file, bytes, 0, bytes.length, 0) < bytes.length) return false
    ftruncateSync(file, bytes.length)
    fsyncSync(file)
    return true
  } catch (thrown) {
    if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(readErrno(thrown))) return false
    throw thrown
  }
}
