// Starts the agent in the background if none runs, for the flag --start of the command line.

import { spawn, type ChildProcess } from 'node:child_process'
import { join, parse } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findLaunch } from '../autostart/autostart.js'
import { APP_FOLDER } from '../base/app-folder.js'
import type { Environment } from '../base/environment.js'
import { findHome } from '../base/home.js'
import { CONSENT_WORDS } from '../present/consent-words.js'
import { examineSettings } from '../settings/read.js'
import { readServiceFile } from '../storage/service-file.js'
import { toAgentVariables } from './agent-variables.js'
import { CliError } from './cli-error.js'
import { START_MESSAGES } from './cli-messages.js'
import { openHeadlessLog, type HeadlessLog } from './headless-log.js'

export type StartAgentDeps = {
  dataDir: string
  env: Environment
  /** True if an agent answers, and has proven that it is ours. */
  isRunning(): Promise<boolean>
  /** How long a start may take; half a minute unless given. */
  timeoutMs?: number
}

const TIMEOUT_MS = 30_000
const POLL_MS = 100
/** Another Latchkey was faster: see `EXIT` in main/app/exit.ts. */
const IN_USE = 3

/**
 * 1. If an agent runs, do nothing.
 * 2. Start the headless program in a session of its own, so that it outlives the terminal and leaves it
 *    alone. What it prints goes to a file in the data directory.
 * 3. Wait until it answers. If another start was faster, wait for that agent.
 *
 * Returns what a person should know about the agent that it started: one sentence each, none if an agent
 * runs already. Fails with a `CliError`, which quotes the last line that the program has printed.
 */
export async function startAgent(deps: StartAgentDeps): Promise<readonly string[]> {
  if (await deps.isRunning()) return []
  const log = openHeadlessLog(deps.dataDir)
  try {
    const child = await runAgent(deps, log)
    return child.exitCode === null ? describeAgent(deps) : []
  } finally {
    log.close()
  }
}

/** Nobody reads what the agent prints, so the command says what matters. */
function describeAgent({ dataDir, env }: StartAgentDeps): readonly string[] {
  const pid = readServiceFile(dataDir)?.pid
  const { settings } = examineSettings({
    args: [`--data-dir=${dataDir}`],
    env: toAgentVariables(env),
    platform: process.platform,
    home: findHome(),
  })
  return [
    ...(pid === undefined ? [] : [START_MESSAGES.started(pid)]),
    ...(settings.consent === 'off' ? [CONSENT_WORDS.consentOff] : []),
  ]
}

async function runAgent(deps: StartAgentDeps, log: HeadlessLog): Promise<ChildProcess> {
  const child = spawnAgent(deps, log.file)
  let ended: string | null = null
  child.once('error', ({ message }) => (ended = message))
  child.once('exit', (code, signal) => {
    if (code !== IN_USE) ended = START_MESSAGES.ended(String(code ?? signal), log.readLastLine())
  })
  const endMs = performance.now() + (deps.timeoutMs ?? TIMEOUT_MS)
  while (performance.now() < endMs) {
    if (await deps.isRunning()) return child
    if (ended !== null) throw new CliError('failed', ended)
    await sleep(POLL_MS)
  }
  throw new CliError('failed', START_MESSAGES.tooSlow(log.path))
}

function spawnAgent({ dataDir, env }: StartAgentDeps, output: number): ChildProcess {
  const { program, args } = makeHeadlessCommand(dataDir, { ...process, env })
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', output, output],
    env: toAgentVariables(env),
    // No folder stays in use.
    cwd: parse(process.execPath).root,
    windowsHide: true,
  })
  child.unref()
  return child
}

type ThisProcess = Pick<NodeJS.Process, 'execPath' | 'platform' | 'versions' | 'getuid'> & {
  env: Environment
}

/**
 * Makes the command of the headless agent: Node in the source tree, the app itself in a package. There, it
 * has the switches of main/assets/latchkey.sh. The file of an AppImage is in its variable, because the
 * running program's file is gone when the command ends. Fails with a `CliError` if that file is gone, too.
 */
export function makeHeadlessCommand(
  dataDir: string,
  { execPath, platform, versions, getuid, env }: ThisProcess,
): { program: string; args: readonly string[] } {
  const flags = [`--data-dir=${dataDir}`]
  if (versions['electron'] === undefined) return { program: execPath, args: [HEADLESS, ...flags] }
  const isLinux = platform === 'linux'
  const switches = [
    ...(isLinux ? ['--ozone-platform=headless', '--disable-gpu'] : []),
    ...(isLinux && getuid?.() === 0 ? ['--no-sandbox'] : []),
  ]
  const program = isLinux ? findProgram(execPath, env) : execPath
  return { program, args: [...switches, 'headless', ...flags] }
}

/** Programs that an AppImage starts, for example a terminal, inherit its variables, but are others. */
function findProgram(execPath: string, env: Environment): string {
  const launch = findLaunch({ execPath, appPath: '', isPackaged: true, env })
  if (launch === null) throw new CliError('failed', START_MESSAGES.appImageGone)
  return launch.program
}

const HEADLESS = join(APP_FOLDER, 'dist', 'main', 'headless.js')
