// One program per folder, kept much as Chromium keeps it on Linux: a link that names the process, and
// a socket that it listens on.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a second program hands to the first. */
export type Greeting = { argv: string[]; workingDirectory: string; additionalData: unknown }

const MESSENGER = fileURLToPath(new URL('messenger.js', import.meta.url))

/**
 * Takes the folder; or, where it is taken, greets the program that has it, waits until that has
 * heard, and gives null. A program that was killed leaves its link behind, and that is removed.
 */
export function takeLock(
  folder: string,
  greeting: Greeting,
  onGreeting: (greeting: Greeting) => void,
): { release(): void } | null {
  const link = join(folder, 'SingletonLock')
  const socketPath = socketOf(folder)
  for (;;) {
    try {
      symlinkSync(`${hostname()}-${process.pid}`, link)
      break
    } catch {
      if (isAlive(Number(/-(\d+)$/.exec(readlinkSync(link))?.[1]))) {
        const sent = spawnSync(process.execPath, [MESSENGER, socketPath], {
          input: JSON.stringify(greeting),
        })
        if (sent.status === 0) return null
      }
      rmSync(link)
      rmSync(socketPath, { force: true })
    }
  }
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk))
    socket.on('error', () => socket.destroy())
    socket.on('end', () => {
      socket.end('ACK')
      onGreeting(JSON.parse(text) as Greeting)
    })
  })
  server.listen(socketPath).unref()
  return {
    release() {
      for (const path of [link, socketPath]) rmSync(path, { force: true })
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

/** In the folder itself, where the system takes a path that long for a socket. */
function socketOf(folder: string): string {
  const path = join(folder, 'SingletonSocket')
  if (Buffer.byteLength(path) < 100) return path
  return join(tmpdir(), `latchkey-stand-in-${createHash('sha256').update(folder).digest('hex')}`)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
