// B2 and B3: challenges a second and their 99th percentile; token reads a second.

import { addressOf, runLoad, signIn, stop, type Bench } from './contenders.js'
import { CHALLENGE, TOKEN_READ, type Call } from './calls.js'
import { alternate, createSamples, type Measured } from './samples.js'
import { BARE, LATCHKEY } from './names.js'

export async function measureCalls(bench: Bench): Promise<Measured> {
  const { measured, add } = createSamples()
  const servers = await startServers(bench)
  const seconds = bench.quick ? 0.5 : 2
  const tasks = servers.calls.flatMap(({ figure, call, urls }) =>
    [1, 64].flatMap((connections) =>
      Object.entries(urls).map(([name, url]) => async (round: number) => {
        const load = { kind: 'kept-alive', connections, seconds } as const
        const { perSecond, p99Ms } = await runLoad({ url, ...call, load })
        // The first round warms up.
        if (round === 0) return
        add(`${figure} ${connections}`, name, perSecond)
        if (figure === 'challenge') add(`challenge p99 ${connections}`, name, p99Ms)
      }),
    ),
  )
  await alternate(bench.quick ? 3 : 10, tasks)
  await servers.close()
  return measured
}

/** Starts Latchkey, signed in, and the bare servers that do the same. */
export async function startServers(bench: Bench): Promise<{
  calls: { figure: string; call: Call; urls: Record<string, string> }[]
  close(): Promise<void>
}> {
  const provider = await bench.openProvider('http')
  const latchkey = bench.startLatchkey(provider)
  const url = await addressOf(latchkey)
  await signIn(latchkey, provider)
  const { method, path, body } = TOKEN_READ
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}${path}`, { method, body, headers })
  if (answer.status !== 200) throw new Error(`a token read answered ${answer.status}`)
  const bareChallenge = bench.startBare('bare-challenge.mjs')
  const bareConstant = bench.startBare('bare-constant.mjs', [await answer.text()])
  return {
    calls: [
      {
        figure: 'challenge',
        call: CHALLENGE,
        urls: { [LATCHKEY]: url, [BARE]: await addressOf(bareChallenge) },
      },
      {
        figure: 'token read',
        call: TOKEN_READ,
        urls: { [LATCHKEY]: url, [BARE]: await addressOf(bareConstant) },
      },
    ],
    async close() {
      for (const program of [latchkey, bareChallenge, bareConstant]) await stop(program)
    },
  }
}
