// Opens the connection to the agent for a command, with its flags and variables.

import { join } from 'node:path'
import { systemClock } from '../base/clock.js'
import type { Environment } from '../base/environment.js'
import { findHome } from '../base/home.js'
import { complain } from '../base/output.js'
import { SettingsError } from '../base/settings-error.js'
import { openTcpTable } from '../net/proc-net-tcp.js'
import { examineSettings } from '../settings/read.js'
import { HEADLESS_LOG_FILE } from '../storage/log.js'
import type { AgentClient } from './agent-client.js'
import { CliError } from './cli-error.js'
import { AGENT_MESSAGES } from './cli-messages.js'
import { explainProblem } from './explain-problem.js'
import { findAgent, type FindAgentDeps } from './find-agent.js'
import type { Invocation } from './parse-command.js'
import { nameKeyPlace, readKey } from './read-key.js'
import { withWaitingHint } from './waiting-hint.js'

/** Calls the agent, and closes the connection. Fails with a `CliError`. */
export async function withAgent<Value>(
  invocation: Invocation,
  env: Environment,
  use: (client: AgentClient) => Promise<Value>,
): Promise<Value> {
  const { command, values, switches } = invocation
  const takesKey = command.flags.some(({ name }) => name === 'key-file')
  const deps: FindAgentDeps = {
    dataDir: findDataDir(values['data-dir'], env),
    key: takesKey ? readKey(values['key-file'], env) : null,
    user: process.getuid?.() ?? null,
    openTable: openTcpTable,
  }
  if (switches.has('start')) {
    const { startAgent } = await import('./start-agent.js')
    const isRunning = (): Promise<boolean> => answers({ ...deps, key: null })
    for (const line of await startAgent({ dataDir: deps.dataDir, env, isRunning })) complain(line)
  }
  const client = await findAgent(deps)
  try {
    return await use(addHint(client, invocation, deps.dataDir))
  } catch (thrown) {
    if (!(thrown instanceof CliError)) throw thrown
    throw explainProblem(thrown, nameKeyPlace(values['key-file'], env))
  } finally {
    client.close()
  }
}

/** A person at a terminal learns what the command waits for. With a key, it only waits for the provider. */
function addHint(
  client: AgentClient,
  { command: { name } }: Invocation,
  dataDir: string,
): AgentClient {
  const isSignIn = name === 'sign-in'
  if (!process.stderr.isTTY || (client.hasKey && !isSignIn)) return client
  const { waitsForBrowser, waitsForAnswer } = AGENT_MESSAGES
  const message = isSignIn ? waitsForBrowser(join(dataDir, HEADLESS_LOG_FILE)) : waitsForAnswer
  return withWaitingHint(client, message, { clock: systemClock, say: complain })
}

/** False if no agent answers, or another program does, for example in place of one that was killed. */
async function answers(deps: FindAgentDeps): Promise<boolean> {
  try {
    const client = await findAgent(deps)
    client.close()
    return true
  } catch (thrown) {
    if (thrown instanceof CliError) return false
    throw thrown
  }
}

/** Finds the data directory as the agent does, from the flag or the variable. */
function findDataDir(flag: string | undefined, env: Environment): string {
  const args = flag === undefined ? [] : [`--data-dir=${flag}`]
  const { platform } = process
  try {
    const readFile = (): undefined => undefined
    return examineSettings({ args, env, platform, home: findHome(), readFile }).settings.dataDir
  } catch (thrown) {
    if (thrown instanceof SettingsError) throw new CliError('badUsage', thrown.message)
    throw thrown
  }
}
