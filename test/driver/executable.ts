// A file in place of Electron's program, for an app that starts itself again by its path.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ROOT } from '../support/root.js'
import type { StartedAs } from '../stand-in/relay.js'
import { createWaiting, type Waiting } from './waiting.js'

export type Executable = {
  path: string
  /** What the AppImage runtime tells its program: the image's file, and the mount point. */
  image: Readonly<{ APPIMAGE: string; APPDIR: string }>
  /** How the file was started, each time. */
  starts: Waiting<StartedAs>
  close(): Promise<void>
}

const RELAY = join(ROOT, 'dist', 'modules', 'test', 'stand-in', 'relay.js')

export function createExecutable(): Executable {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  const APPDIR = join(folder, 'mount')
  const APPIMAGE = join(folder, 'Latchkey.AppImage')
  const path = join(APPDIR, 'electron')
  const socket = join(folder, 'socket')
  mkdirSync(APPDIR)
  for (const file of [path, APPIMAGE]) {
    writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${RELAY}' '${socket}' "$0" "$@"\n`)
    chmodSync(file, 0o755)
  }
  const starts = createWaiting<StartedAs>()
  const server = createServer((from) => {
    void text(from).then((told) => starts.put(JSON.parse(told) as StartedAs))
  })
  server.listen(socket)
  return {
    path,
    image: { APPIMAGE, APPDIR },
    starts,
    async close() {
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
