// One program per data directory: two owners of one rotating refresh token would end its session.

import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { errnoOf } from './errno.js'

export type Ownership = {
  /** Tells later comers where this program serves. */
  announce(url: string): void
  release(): Promise<void>
}

/** The directory has an owner. The message says which and where, in one line. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse'
}

/**
 * Takes a data directory, or fails with {@link DirectoryInUse}. The mark is a socket that the owner
 * listens on, so the system itself ends the ownership with the process, however that ends.
 *
 * 1. Listen on a socket in a folder of our own, which only this user may enter.
 * 2. Ask the newest mark, the one with the highest number. An answer means that the directory is in
 *    use; nobody there, that its owner is gone.
 * 3. Claim the next number by renaming the folder: the system refuses that to all but one.
 * 4. Who was slow may have claimed a number that others have gone past: back to 2.
 * 5. Remove the older marks. The newest stays, dead, when its owner ends; numbers only grow, so no
 *    mark is ever removed that another program could have made in the meantime.
 */
export async function takeOwnership(directory: string): Promise<Ownership> {
  let url: string | null = null
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.write(JSON.stringify({ pid: process.pid, url }))
    socket.destroySoon()
  })
  const release = (): Promise<void> => new Promise((resolve) => void server.close(() => resolve()))
  const ownership: Ownership = { announce: (announced) => void (url = announced), release }
  const inUse = (owner: string): DirectoryInUse =>
    new DirectoryInUse(
      `Latchkey already runs with the data directory ${directory}${owner}. ` +
        'Use that one, or give this one another with --data-dir.',
    )

  if (process.platform === 'win32') {
    // A pipe's name goes with its owner, so there are no marks to leave behind.
    const pipe = pipeOf(realpathSync(directory))
    if (await listen(server, pipe).catch(isTaken)) throw inUse((await ask(pipe)) ?? '')
    return ownership
  }

  const prefix = marksOf(realpathSync(directory))
  const own = `${prefix}${randomUUID().slice(0, 8)}`
  mkdirSync(own, { mode: 0o700 })
  await listen(server, join(own, SOCKET))
  try {
    for (;;) {
      const newest = newestMark(prefix)
      const owner = newest === 0 ? null : await ask(join(`${prefix}${newest}`, SOCKET))
      if (owner !== null) throw inUse(owner)
      const claimed = newest + 1
      if (!claim(own, `${prefix}${claimed}`)) continue
      if (newestMark(prefix) === claimed) {
        for (const old of marks(prefix)) if (old < claimed) remove(`${prefix}${old}`)
        return ownership
      }
      renameSync(`${prefix}${claimed}`, own)
    }
  } catch (thrown) {
    await release()
    remove(own)
    throw thrown
  }
}

/** Who owns a data directory, as far as it says, ` (process 42, at …)`; null where nobody does. */
export async function ownerOf(directory: string): Promise<string | null> {
  let path: string
  try {
    path = realpathSync(directory)
    if (process.platform === 'win32') return await ask(pipeOf(path))
    const newest = newestMark(marksOf(path))
    return newest === 0 ? null : await ask(join(`${marksOf(path)}${newest}`, SOCKET))
  } catch {
    return null // Not even the directory is there.
  }
}

const SOCKET = 's'

/** The longest path that every system takes for a socket (macOS: 104 bytes with the final zero). */
const LONGEST_SOCKET_PATH = 100

/** What the paths of a directory's marks begin with. */
function marksOf(directory: string): string {
  const inside = join(directory, 'owner.')
  if (Buffer.byteLength(inside) + 12 <= LONGEST_SOCKET_PATH) return inside
  return join(tmpdir(), `latchkey-${process.getuid?.() ?? ''}-${digestOf(directory)}.`)
}

function pipeOf(directory: string): string {
  return `\\\\.\\pipe\\latchkey-${digestOf(directory)}`
}

function digestOf(directory: string): string {
  return createHash('sha256').update(directory).digest('hex').slice(0, 24)
}

function isTaken(thrown: unknown): true {
  if (errnoOf(thrown) === 'EADDRINUSE') return true
  throw thrown
}

function marks(prefix: string): number[] {
  const start = basename(prefix)
  return readdirSync(dirname(prefix))
    .filter((name) => name.startsWith(start))
    .map((name) => name.slice(start.length))
    .filter((rest) => /^[1-9]\d{0,6}$/.test(rest))
    .map(Number)
}

function newestMark(prefix: string): number {
  return Math.max(0, ...marks(prefix))
}

function claim(own: string, mark: string): boolean {
  try {
    renameSync(own, mark)
    return true
  } catch (thrown) {
    if (['ENOTEMPTY', 'EEXIST'].includes(errnoOf(thrown))) return false
    throw thrown
  }
}

function remove(mark: string): void {
  rmSync(mark, { recursive: true, force: true })
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
}

/** What the owner says of itself, as the end of a sentence; null where nobody listens. */
function ask(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(path)
    socket.setEncoding('utf8').on('data', (chunk: string) => void (answer += chunk))
    socket.once('close', () => resolve(whereabouts(answer)))
    // Any other error (EAGAIN: too many ask at once) means that somebody is there.
    socket.once('error', (error) => {
      if (['ECONNREFUSED', 'ENOENT'].includes(errnoOf(error))) resolve(null)
    })
    // Somebody is there, though too busy to say who.
    socket.setTimeout(2_000, () => socket.destroy())
  })
}

function whereabouts(answer: string): string {
  const found = /^\{"pid":(\d+),"url":(?:"(http:[!#-~]+)"|null)\}$/.exec(answer)
  if (!found) return ''
  const [, pid, url] = found
  return url === undefined ? ` (process ${pid})` : ` (process ${pid}, at ${url})`
}
