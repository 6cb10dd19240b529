// B1: how long the last page takes after the callback, without the provider's own time.

import type { Program } from '../support/headless-program.js'
import {
  goToCallback,
  request,
  stop,
  untilSignedIn,
  type Bench,
  type Provider,
} from './contenders.js'
import { measureOutside } from './intervals.js'
import { nowMs } from './monotonic.js'
import { alternate, createSamples, type Measured } from './samples.js'
import { LATCHKEY, PEERS } from './names.js'

const WARM_UP = 25

export async function measureCallback(bench: Bench): Promise<Measured> {
  const { measured, add } = createSamples()
  const providers = {
    http: await bench.openProvider('http'),
    https: await bench.openProvider('https'),
  }
  const contenders = Object.entries(providers).flatMap(([scheme, provider]) => [
    { scheme, provider, name: LATCHKEY, start: () => bench.startLatchkey(provider) },
    ...Object.entries(PEERS)
      .filter(([, peer]) => peer.scheme === undefined || peer.scheme === scheme)
      .map(([name]) => ({ scheme, provider, name, start: () => bench.startPeer(name, provider) })),
  ])

  // The first sign-in of a process.
  const cold = contenders.map(({ scheme, provider, name, start }) => async () => {
    const program = start()
    await program.line('listening')
    add(`callback ${scheme} first`, name, await timeSignIn(program, provider))
    await stop(program)
  })
  await alternate(bench.quick ? 3 : 20, cold)

  // Later ones of a process.
  const running = contenders.map((contender) => ({ ...contender, program: contender.start() }))
  const warm = running.map(({ scheme, provider, name, program }) => async (round: number) => {
    const tookMs = await timeSignIn(program, provider)
    if (round >= (bench.quick ? 5 : WARM_UP)) add(`callback ${scheme} later`, name, tookMs)
  })
  await alternate(bench.quick ? 15 : WARM_UP + 60, warm)
  for (const { program } of running) await stop(program)
  return measured
}

async function timeSignIn(program: Program, provider: Provider): Promise<number> {
  return timeCallback(program, provider, await goToCallback(program, provider))
}

/** Measures how long the page takes, in milliseconds, without the time in which the provider worked. */
export async function timeCallback(
  program: Program,
  provider: Provider,
  callback: string,
): Promise<number> {
  await provider.call('takeRequests')
  const startMs = nowMs()
  await request(callback)
  const window = { startMs, endMs: nowMs() }
  await untilSignedIn(program)
  return measureOutside(window, await provider.call('takeRequests'))
}
