// B5 and B6: memory, wake-ups and CPU time while nothing happens, signed in. Linux only.

import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { addressOf, request, signIn, stop, type Bench } from './contenders.js'
import { createSamples, type Measured } from './samples.js'
import { BARE, LATCHKEY } from './names.js'

/** After this time, connections have closed and the sign-in's garbage has been collected. */
const SETTLE_S = 30

export async function measureIdle(bench: Bench): Promise<Measured> {
  const { measured, add } = createSamples()
  const windowS = bench.quick ? 15 : 60
  for (let round = 0; round < (bench.quick ? 1 : 3); round++) {
    const provider = await bench.openProvider('http')
    const latchkey = bench.startLatchkey(provider, { node: copyNode(bench) })
    const bare = bench.startBare('bare-challenge.mjs', [], { node: copyNode(bench) })
    await latchkey.line('listening')
    await signIn(latchkey, provider)
    await request(await addressOf(bare))
    await sleep((bench.quick ? 5 : SETTLE_S) * 1000)

    // At the same time: neither does anything that could disturb the other.
    const programs = { [LATCHKEY]: latchkey.process.pid!, [BARE]: bare.process.pid! }
    const before = Object.values(programs).map(readActivity)
    await sleep(windowS * 1000)
    Object.entries(programs).forEach(([name, pid], index) => {
      const { wakeUps, cpuMs } = readActivity(pid)
      add('idle memory', name, readPssMb(pid))
      add('idle wake-ups', name, ((wakeUps - before[index]!.wakeUps) / windowS) * 60)
      add('idle CPU', name, ((cpuMs - before[index]!.cpuMs) / windowS) * 60)
    })
    await stop(latchkey)
    await stop(bare)
  }
  return measured
}

/**
 * Copies Node, for one process: otherwise the memory of its code is divided among all processes that run
 * Node on this machine.
 */
function copyNode(bench: Bench): string {
  const copy = join(bench.makeFolder(), 'node')
  copyFileSync(process.execPath, copy)
  return copy
}

/** Returns the proportional set size: pages that processes share are divided among them. */
function readPssMb(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return (Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)![1]) * 1024) / 1e6
}

/** Returns how often the process's threads have given up the CPU by themselves, and their CPU time. */
function readActivity(pid: number): { wakeUps: number; cpuMs: number } {
  let wakeUps = 0
  let cpuMs = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const folder = `/proc/${pid}/task/${thread}`
    const status = readFileSync(`${folder}/status`, 'utf8')
    wakeUps += Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)![1])
    cpuMs += Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]) / 1e6
  }
  return { wakeUps, cpuMs }
}
