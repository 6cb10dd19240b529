// Runs a command line in a terminal: the agent, the diagnosis or the removal.

import { watchOutput } from '../base/output.js'
import { findCommandArgs } from '../settings/flags.js'
import { createEnding, type Ending } from './ending.js'

/**
 * Runs a command line. Returns true if the command is done, false if it runs until it is stopped. If the
 * command cannot start or is stopped, the process ends with its exit code.
 */
export async function runInTerminal(args: readonly string[], version: string): Promise<boolean> {
  const ending = createEnding()
  watchOutput(ending.stopOnce, ending.failOnce)
  try {
    return await runCommandLine(args, version, ending)
  } catch (thrown) {
    return ending.giveUp(thrown)
  }
}

async function runCommandLine(
  args: readonly string[],
  version: string,
  ending: Ending,
): Promise<boolean> {
  // Each command is loaded when it runs.
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
