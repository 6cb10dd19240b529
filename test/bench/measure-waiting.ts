// B7: a challenge and a callback, with one sign-in waiting and with 64.

import { request as httpRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Program } from '../support/headless-program.js'
import {
  addressOf,
  goToCallback,
  preload,
  runLoad,
  signIn,
  stop,
  type Bench,
} from './contenders.js'
import { timeCallback } from './measure-callback.js'
import { CHALLENGE } from './calls.js'
import { alternate, createSamples, type Measured } from './samples.js'

/** Apps may begin this many sign-ins in a minute. */
const IN_A_MINUTE = 5

export async function measureWaiting(bench: Bench): Promise<Measured> {
  const { measured, add } = createSamples()
  const provider = await bench.openProvider('http')
  const contenders = await Promise.all(
    [1, 64].map(async (waiting) => {
      // No person could begin that many sign-ins in the time that they wait.
      const program = bench.startLatchkey(provider, { env: preload('skip-minutes.mjs') })
      const url = await addressOf(program)
      await signIn(program, provider)
      // The one that is measured waits too.
      await beginSignIns(program, url, waiting - 1)
      return { name: `Latchkey, ${waiting} waiting`, program, url }
    }),
  )
  const tasks = contenders.map(({ name, program, url }) => async (round: number) => {
    const callback = await goToCallback(program, provider)
    const load = { kind: 'kept-alive', connections: 1, seconds: 0.2 } as const
    const { medianMs } = await runLoad({ url, ...CHALLENGE, load })
    const callbackMs = await timeCallback(program, provider, callback)
    if (round < 5) return
    add('waiting challenge', name, medianMs)
    add('waiting callback', name, callbackMs)
  })
  await alternate(bench.quick ? 12 : 35, tasks)
  for (const { program } of contenders) await stop(program)
  return measured
}

async function beginSignIns(program: Program, url: string, count: number): Promise<void> {
  for (let begun = 0; begun < count; begun++) {
    if (begun % IN_A_MINUTE === 0) {
      program.process.kill('SIGUSR2')
      await sleep(50)
    }
    // The call waits for the person, who never comes.
    const options = { method: 'POST', agent: false }
    httpRequest(`${url}/pkce/code`, options, (response) => {
      throw new Error(`a sign-in that should wait was answered with ${response.statusCode}`)
    })
      .on('error', () => undefined)
      .end()
    await program.link()
  }
  program.process.kill('SIGWINCH')
  await sleep(50)
}
