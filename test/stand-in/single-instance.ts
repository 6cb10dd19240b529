// Ensures one program per folder, much like Chromium on Linux: a link that names the process, and
// a link to the socket on which it listens.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { node } from './host.js'

/** The data that a second program sends to the first. */
export type Greeting = { argv: string[]; workingDirectory: string; additionalData: unknown }

const MESSENGER = fileURLToPath(new URL('messenger.js', import.meta.url))

/**
 * Takes the folder. Null, where Electron returns false, if the program that has the folder was contacted
 * and answered, or if the link can't be made. Removes links of programs that have ended or
 * ran on another computer (Electron's process_singleton.patch answers Chromium's
 * question about the latter with yes).
 */
export function takeLock(
  folder: string,
  greeting: Greeting,
  onGreeting: (greeting: Greeting) => void,
): { release(): void } | null {
  const link = join(folder, 'SingletonLock')
  const socketLink = join(folder, 'SingletonSocket')
  const socketPath = toSocketPath(folder)
  const greet = (): boolean =>
    existsSync(socketPath) &&
    spawnSync(node, [MESSENGER, socketPath], { input: JSON.stringify(greeting) }).status === 0
  if (greet()) return null
  // Anything but a link stays: Chromium does not treat it as a lock, and then can't make its own.
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(link)
  try {
    symlinkSync(`${hostname()}-${process.pid}`, link)
  } catch {
    // Another program may have been faster. It is then contacted.
    greet()
    return null
  }
  for (const path of [socketLink, socketPath]) rmSync(path, { force: true })
  symlinkSync(socketPath, socketLink)
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk))
    socket.on('error', () => socket.destroy())
    socket.on('end', () => {
      // A connection that only checks for a listener sends nothing, as with Chromium's reader.
      socket.end(text === '' ? '' : 'ACK')
      if (text !== '') onGreeting(JSON.parse(text) as Greeting)
    })
  })
  server.listen(socketPath).unref()
  return {
    release() {
      for (const path of [link, socketLink, socketPath]) rmSync(path, { force: true })
    },
  }
}

/** Switches come first, and include Chromium's own, as documented for `second-instance`. */
export function asChromiumPassesOn(argv: readonly string[]): string[] {
  const [program = '', ...rest] = argv
  const isSwitch = (arg: string): boolean => arg.startsWith('-')
  return [
    program,
    ...rest.filter(isSwitch),
    '--allow-file-access-from-files',
    `--original-process-start-time=${Date.now()}`,
    ...rest.filter((arg) => !isSwitch(arg)),
  ]
}

/** In another folder, like Chromium's: a data directory's path may be too long for a socket. */
function toSocketPath(folder: string): string {
  const digest = createHash('sha256').update(folder).digest('hex').slice(0, 32)
  return join(tmpdir(), `latchkey-stand-in-${digest}`)
}
