// B12: a token in a shell: the script over curl, the command line, and oidc-token.

import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../support/root.js'
import { CLI } from '../support/run-cli.js'
import { addressOf, signIn, type Bench } from './contenders.js'
import { nowMs } from './monotonic.js'
import { NODE_ALONE, OIDC_TOKEN, TOKEN_COMMAND, TOKEN_SCRIPT } from './names.js'
import { OIDC_AGENT_ACCOUNT, startOidcAgent } from './oidc-agent.js'
import { alternate, createSamples, type Measured } from './samples.js'

const SCRIPT = join(ROOT, 'main', 'assets', 'latchkey-token.sh')
const run = promisify(execFile)

export async function measureTokenCommand(bench: Bench): Promise<Measured> {
  const { measured, add } = createSamples()
  const { dataDir, keyFile } = await startSignedIn(bench)
  const flags = ['--data-dir', dataDir, '--key-file', keyFile]
  const socket = await startOidcAgent(bench)
  const env = { ...process.env, ...(socket !== null && { OIDC_SOCK: socket }) }
  const commands: Record<string, readonly [string, ...string[]]> = {
    [TOKEN_SCRIPT]: [SCRIPT, ...flags],
    [TOKEN_COMMAND]: [process.execPath, CLI, 'token', ...flags],
    [NODE_ALONE]: [process.execPath, '-e', '0'],
    ...(socket !== null && { [OIDC_TOKEN]: ['oidc-token', OIDC_AGENT_ACCOUNT] }),
  }
  const tasks = Object.entries(commands).map(
    ([name, [program, ...args]]) =>
      async (round: number) => {
        const startMs = nowMs()
        const { stdout } = await run(program, args, { env })
        const tookMs = nowMs() - startMs
        if (name !== NODE_ALONE && stdout.trim() === '') throw new Error(`${name} gave no token`)
        if (round > 0) add('token command', name, tookMs)
      },
  )
  await alternate(bench.quick ? 5 : 50, tasks)
  return measured
}

async function startSignedIn(bench: Bench): Promise<{ dataDir: string; keyFile: string }> {
  const provider = await bench.openProvider('http')
  const latchkey = bench.startLatchkey(provider)
  await addressOf(latchkey)
  await signIn(latchkey, provider)
  latchkey.type('key bench')
  const { key } = await latchkey.line('key')
  const keyFile = join(latchkey.dataDir, 'bench.key')
  writeFileSync(keyFile, `${key}\n`, { mode: 0o600 })
  return { dataDir: latchkey.dataDir, keyFile }
}
