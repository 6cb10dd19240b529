// One program per folder, kept much as Chromium keeps it on Linux: a link that names the process, and
// one to a socket that it listens on.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { node } from './host.js'

/** What a second program hands to the first. */
export type Greeting = { argv: string[]; workingDirectory: string; additionalData: unknown }

const MESSENGER = fileURLToPath(new URL('messenger.js', import.meta.url))

/**
 * Takes the folder; or gives null, as Electron gives false: either a program that has it was greeted and
 * has heard, or the link cannot be made, and nobody was told. Links of programs that are gone, or that
 * ran on another computer, are removed (Electron's patch process_singleton.patch answers Chromium's
 * question about the latter with yes).
 */
export function takeLock(
  folder: string,
  greeting: Greeting,
  onGreeting: (greeting: Greeting) => void,
): { release(): void } | null {
  const link = join(folder, 'SingletonLock')
  const socketLink = join(folder, 'SingletonSocket')
  const socketPath = socketOf(folder)
  const greet = (): boolean =>
    existsSync(socketPath) &&
    spawnSync(node, [MESSENGER, socketPath], { input: JSON.stringify(greeting) }).status === 0
  if (greet()) return null
  // What is no link stays: Chromium takes that for no lock, and then cannot make its own.
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(link)
  try {
    symlinkSync(`${hostname()}-${process.pid}`, link)
  } catch {
    // Another one may have been faster, and is greeted then.
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
      // Who only looks whether somebody listens says nothing, as with Chromium's reader.
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

/** Switches first, and with Chromium's own among them: documented for `second-instance`. */
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

/** Elsewhere, as Chromium's is: a data directory's path may be too long for a socket. */
function socketOf(folder: string): string {
  const digest = createHash('sha256').update(folder).digest('hex').slice(0, 32)
  return join(tmpdir(), `latchkey-stand-in-${digest}`)
}
