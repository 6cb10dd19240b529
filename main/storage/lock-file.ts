// The file of a directory lock: who holds the data directory, on which computer, since when.

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
import { z } from 'zod'
import { parseJson } from '../net/http.js'
import { errnoOf } from '../base/errno.js'

const lockContent = z.object({
  version: z.literal(1),
  /** New for each lock, so that nobody is taken for somebody else. */
  id: z.string().regex(/^[0-9a-f]{12}$/),
  host: z.string(),
  machine: z.string(),
  boot: z.string(),
  pidNamespace: z.string(),
  pid: z.int().positive(),
  /** As `processStart` gives it. */
  start: z.string(),
  /** RFC 3339. */
  refreshedAt: z.string(),
  released: z.boolean(),
})
export type LockContent = z.infer<typeof lockContent>

/** A lock file as it was found. */
export type FoundLock = {
  /** What its successor is named by; made of the file's own facts where the content cannot be read. */
  id: string
  /** Null where it is cut off, damaged, not to be read, or no regular file. */
  content: LockContent | null
  /** False for links, pipes and whatever else no Latchkey puts there. */
  isFile: boolean
  uid: number
  modifiedAtMs: number
}

const MOST_BYTES = 4096
const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_WRONLY } = constants
/** Absent on Windows, which has neither such links nor pipes in folders. */
const CAREFUL = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** What is there; null where nothing is. Never waits, whatever kind of file it is. */
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
    // Another user's, or gone or replaced meanwhile: whoever asks will look again before they act.
    if (['EACCES', 'EPERM', 'ENOENT', 'ELOOP', 'ENXIO'].includes(errnoOf(thrown))) return null
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
 * Writes a new file and gives when that was, by the clock of the disk's own computer, and who owns new
 * files there. On a full disk it stays empty: then only its socket shows who holds it.
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

/** True where `path` is the caller's lock now: of several who claim it at once, it is one's. */
export function claim(fresh: string, path: string, content: LockContent): boolean {
  try {
    linkSync(fresh, path)
  } catch (thrown) {
    const errno = errnoOf(thrown)
    // A network drive may say so of a link that it has just made: the content tells.
    if (errno === 'EEXIST') return readLock(path)?.content?.id === content.id
    // The owner has tidied up; the next look finds it.
    if (errno === 'ENOENT') return false
    if (!HAS_NO_LINKS.has(errno)) throw thrown
    return claimWithoutLinks(path, content)
  }
  return true
}

/** exFAT, some network drives and WSL's view of Windows. */
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
    if (errnoOf(thrown) === 'EEXIST') return false
    throw thrown
  }
}

/**
 * Changes a lock in its place, where it is still the one with this ID; says whether it is. Only that very
 * file is written to: one that has taken its place meanwhile is left alone. `wasEmpty`: the caller's own
 * lock has no content, for the disk was full.
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
    const errno = errnoOf(thrown)
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

/** False where the disk has no room. */
function writeContent(file: number, content: LockContent): boolean {
  const bytes = Buffer.from(`${JSON.stringify(content)}\n`)
  try {
    if (writeSync(file, bytes, 0, bytes.length, 0) < bytes.length) return false
    ftruncateSync(file, bytes.length)
    fsyncSync(file)
    return true
  } catch (thrown) {
    if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(errnoOf(thrown))) return false
    throw thrown
  }
}
