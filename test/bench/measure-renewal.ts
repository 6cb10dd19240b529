// B8: 1,000 programs read the token at the same moment, shortly before it expires. B8b: what a renewal
// asks the provider.

import { readFileSync } from 'node:fs'
import { addressOf, runLoad, signIn, stop, type Bench } from './contenders.js'
import { TOKEN_READ } from './calls.js'
import { alternate, createSamples, type Measured } from './samples.js'
import { BARE, LATCHKEY } from './names.js'

const READERS = 1_000
/** How long the provider takes for a renewal, in addition to its work. */
const PROVIDER_MS = 300
const FIRST_LIFETIME_S = 40

export async function measureRenewal(bench: Bench): Promise<Measured> {
  const { measured, add } = createSamples()
  const provider = await bench.openProvider('http')
  const load = { kind: 'at-once', calls: READERS } as const
  const plan = (url: string) => ({ url, ...TOKEN_READ, load })

  const measureLatchkey = async (): Promise<void> => {
    const latchkey = bench.startLatchkey(provider)
    const url = await addressOf(latchkey)
    await provider.call('setLifetime', FIRST_LIFETIME_S)
    await signIn(latchkey, provider)
    await provider.call('setLifetime', 3600)
    await provider.call('holdTokens', PROVIDER_MS)
    await provider.call('takeRequests')
    const dropped = readListenDrops()
    const { slowestMs } = await runLoad(plan(url))
    add('readers dropped', LATCHKEY, readListenDrops() - dropped)
    await provider.call('holdTokens', 0)
    await stop(latchkey)
    const requests = await provider.call('takeRequests')
    const renewals = requests.filter(({ path }) => path === '/token')
    add('readers renewals', LATCHKEY, renewals.length)
    add('renewal requests', LATCHKEY, requests.length)
    add('readers slowest', LATCHKEY, slowestMs)
    const { startMs, endMs } = renewals[0]!
    add('readers slowest', 'the provider alone', endMs - startMs)
  }

  const measureBare = async (): Promise<void> => {
    const bare = bench.startBare('bare-constant.mjs', ['x'.repeat(2_000), String(PROVIDER_MS)])
    const { slowestMs } = await runLoad(plan(await addressOf(bare)))
    add('readers slowest', BARE, slowestMs)
    await stop(bare)
  }

  await alternate(bench.quick ? 2 : 8, [measureLatchkey, measureBare])
  return measured
}

/** Returns how many connections this machine's servers have dropped because their queue was full. */
function readListenDrops(): number {
  const lines = readFileSync('/proc/net/netstat', 'utf8').split('\n')
  const [names, values] = lines.filter((line) => line.startsWith('TcpExt:'))
  const place = names!.split(' ').indexOf('ListenDrops')
  return Number(values!.split(' ')[place])
}
