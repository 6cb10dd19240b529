// A host behind a slow line: a port of this machine that takes a second to accept each connection.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

export type SlowLine = {
  port: number
  /** Lets the next connection succeed after its first packet is lost, as on a busy line. */
  letOneIn(): Promise<void>
  close(): Promise<void>
}

/** Says why no slow line is available here. Null if it is. */
export function whyNoSlowLine(): string | null {
  if (process.platform !== 'linux') return 'only Linux drops the packets of a full queue'
  const isPossible = spawnSync('unshare', ['--mount', 'true']).status === 0
  return isPossible ? null : 'only root can give names to addresses here'
}

/** Returns a command prefix that gives its program `hosts` as /etc/hosts. */
export function withHosts(hosts: string): readonly string[] {
  return ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', hosts]
}

/** Forwards connections to `target`. It listens with the shortest queue, which is full. */
const FORWARDER = `
  const { createServer, connect } = require('node:net')
  const server = createServer((client) => {
    const onward = connect(Number(process.argv[1]), '127.0.0.1')
    client.pipe(onward).pipe(client)
    for (const socket of [client, onward]) socket.on('error', () => { client.destroy(); onward.destroy() })
  })
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () =>
    process.stdout.write(server.address().port + '\\n'))
`

/** Starts a slow line in front of a port of 127.0.0.1. The caller closes it. */
export async function startSlowLine(target: number): Promise<SlowLine> {
  const child = spawn(process.execPath, ['--eval', FORWARDER, '--', String(target)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const port = Number(line)
  const fillers: Socket[] = []
  child.kill('SIGSTOP')
  // A queue of one holds two connections. The third is dropped.
  for (let count = 0; count < 2; count++) {
    const filler = connect(port, '127.0.0.1').on('error', () => undefined)
    fillers.push(filler)
    await once(filler, 'connect')
  }
  return {
    port,
    async letOneIn() {
      while (!isKnocking(port)) await new Promise((resolve) => setImmediate(resolve))
      child.kill('SIGCONT')
    },
    async close() {
      for (const filler of fillers) filler.destroy()
      child.kill('SIGKILL')
      await once(child, 'close')
    },
  }
}

/** True if a connection to the port was requested and not answered (SYN_SENT). */
function isKnocking(port: number): boolean {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .some((row) => {
      const [, , to, state] = row.trim().split(/\s+/)
      return to?.endsWith(wanted) && state === '02'
    })
}
