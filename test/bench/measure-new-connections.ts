// One call on a new connection, with few sockets on the machine and with 7,000 more.

import { once } from 'node:events'
import { closeSync, openSync, readSync } from 'node:fs'
import { runLoad, stop, type Bench } from './contenders.js'
import { startServers } from './measure-calls.js'
import { nowMs } from './monotonic.js'
import { alternate, createSamples, type Measured } from './samples.js'
import { median } from './statistics.js'
import { OIDC_AGENT, TABLE_READ } from './names.js'
import { OIDC_AGENT_READ, startOidcAgent } from './oidc-agent.js'

const SOCKETS = 7_000

export async function measureNewConnections(bench: Bench): Promise<Measured> {
  const { measured, add } = createSamples()
  const servers = await startServers(bench)
  const load = { kind: 'new-connections', calls: bench.quick ? 30 : 100 } as const
  const tasks = (sockets: string) =>
    servers.calls.flatMap(({ figure, call, urls }) =>
      Object.entries(urls).map(([name, url]) => async (round: number) => {
        const { medianMs } = await runLoad({ url, ...call, load })
        if (round > 0) add(`${figure} new connection ${sockets}`, name, medianMs)
      }),
    )
  const socket = await startOidcAgent(bench)
  const askAgent = (sockets: string) => async (round: number) => {
    if (socket === null) return
    const { medianMs } = await runLoad({ url: `unix:${socket}`, ...OIDC_AGENT_READ, load })
    if (round > 0) add(`token read new connection ${sockets}`, OIDC_AGENT, medianMs)
  }
  const rounds = bench.quick ? 4 : 10
  const readTables = (sockets: string) => async (round: number) => {
    await Promise.resolve()
    if (round > 0) add(`token read new connection ${sockets}`, TABLE_READ, timeTableRead())
  }
  const measureWith = (sockets: string): Promise<void> =>
    alternate(rounds, [...tasks(sockets), askAgent(sockets), readTables(sockets)])
  await measureWith('few sockets')
  const holder = bench.startProcess('many-sockets.js', String(SOCKETS))
  // It prints when all of them are open.
  await once(holder.process.stdout, 'data')
  await measureWith('7,000 sockets')
  await stop(holder)
  await servers.close()
  return measured
}

function timeTableRead(): number {
  const table = openSync('/proc/net/tcp', 'r')
  const chunk = Buffer.alloc(64 * 1024)
  const tookMs = Array.from({ length: 15 }, () => {
    const startMs = nowMs()
    let position = 0
    for (;;) {
      const length = readSync(table, chunk, 0, chunk.length, position)
      if (length === 0) return nowMs() - startMs
      position += length
    }
  })
  closeSync(table)
  return median(tookMs)
}
