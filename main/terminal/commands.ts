// Runs a command line in a terminal: the agent, the diagnosis, the removal, the help or the version.

import { print, watchOutput } from '../base/output.js'
import { findCommandArgs } from '../settings/flags.js'
import { formatHelp } from '../settings/help.js'
import { createEnding, type Ending } from './ending.js'

/** What runs the commands: plain Node from the source tree, or an installed package. */
export type CommandDeps = {
  version: string
  /** How the user starts a command: `npm run headless --`. */
  invocation: string
}

/**
 * Runs a command line. Returns true if the command is done, false if it runs until it is stopped. If the
 * command cannot start or is stopped, the process ends with its exit code.
 */
export async function runInTerminal(args: readonly string[], deps: CommandDeps): Promise<boolean> {
  const ending = createEnding()
  watchOutput(ending.stopOnce, ending.failOnce)
  try {
    return await runCommandLine(args, deps, ending)
  } catch (thrown) {
    return ending.giveUp(thrown)
  }
}

async function runCommandLine(
  args: readonly string[],
  { version, invocation }: CommandDeps,
  ending: Ending,
): Promise<boolean> {
  if (args.includes('--help') || args.includes('-h')) {
    print(formatHelp(invocation))
    return true
  }
  if (args.includes('--version') || args.includes('-V')) {
    print(version)
    return true
  }
  // Each command is loaded when it runs, so that `--help` loads none.
  const diagnoseArgs = findCommandArgs('diagnose', args)
  if (diagnoseArgs !== null) {
    const { runDiagnose } = await import('./diagnose-command.js')
    await runDiagnose(diagnoseArgs, version)
    return true
  }
  const uninstallArgs = findCommandArgs('uninstall-data', args)
  if (uninstallArgs !== null) {
    const { runUninstall } = await import('./uninstall-command.js')
    await runUninstall(uninstallArgs)
    return true
  }
  const { runAgent } = await import('./agent-command.js')
  await runAgent(args, version, ending)
  return false
}
