// B4: from the start of a process to its first answer, `--help`, and the modules loaded until then.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { HEADLESS, type Program } from '../support/headless-program.js'
import { addressOf, request, stop, type Bench } from './contenders.js'
import { countModules, recordModules } from './count-modules.js'
import { nowMs } from './monotonic.js'
import { alternate, createSamples, type Measured } from './samples.js'
import { BARE, LATCHKEY, NODE_ALONE } from './names.js'

export async function measureStart(bench: Bench): Promise<Measured> {
  const { measured, add } = createSamples()
  const provider = await bench.openProvider('http')
  type Start = (env: Record<string, string>) => Program
  const servers: Record<string, Start> = {
    [LATCHKEY]: (env) => bench.startLatchkey(provider, { env }),
    [BARE]: (env) => bench.startBare('bare-challenge.mjs', [], { env }),
  }
  const commands = { [LATCHKEY]: [HEADLESS, '--help'], [NODE_ALONE]: ['-e', '0'] }
  const tasks = [
    ...Object.entries(servers).map(([name, start]) => async (round: number) => {
      const startMs = nowMs()
      const program = start({})
      await request(`${await addressOf(program)}/.well-known/health`)
      const tookMs = nowMs() - startMs
      await stop(program)
      if (round > 0) add('start', name, tookMs)
    }),
    ...Object.entries(commands).map(([name, command]) => async (round: number) => {
      const startMs = nowMs()
      await promisify(execFile)(process.execPath, command)
      if (round > 0) add('help', name, nowMs() - startMs)
    }),
  ]
  await alternate(bench.quick ? 5 : 25, tasks)

  for (const [name, start] of Object.entries(servers)) {
    const file = join(bench.makeFolder(), 'modules')
    const program = start(recordModules(file))
    await request(`${await addressOf(program)}/.well-known/health`)
    await stop(program)
    const { modules, kilobytes } = countModules(file)
    add('start modules', name, modules)
    add('start source', name, kilobytes)
  }
  return measured
}
