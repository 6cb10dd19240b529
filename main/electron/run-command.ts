// Runs a command of an installed package instead of the tray app.

import { app } from 'electron'
import { ownArgs, readCommand } from '../app/packaged-command.js'
import { isForCommandLine } from '../cli/find-command.js'
import { flushOutput } from '../base/output.js'
import { INSTALLED } from '../settings/help.js'
import { printInformation } from '../terminal/information.js'

/**
 * Runs the command in the arguments and never returns. Returns if there is no command. Await this while
 * the app's module is evaluated: then Electron runs only Node's event loop, without a screen or a
 * page.
 */
export async function runCommand(args: readonly string[]): Promise<void> {
  const own = ownArgs(args)
  if (isForCommandLine(own)) await runOnCommandLine(own)
  const command = readCommand(args)
  if (command === null) return
  if (await isDone(command)) {
    await flushOutput()
    app.exit(Number(process.exitCode ?? 0))
  }
  await new Promise<never>(() => undefined)
}

async function runOnCommandLine(own: readonly string[]): Promise<never> {
  const { runCli } = await import('../cli/run-cli.js')
  const runOther = (): Promise<never> =>
    Promise.reject(new Error('not a command of the command line'))
  const code = await runCli(own, { env: process.env, version: app.getVersion(), runOther })
  await flushOutput()
  app.exit(code ?? 0)
  return new Promise<never>(() => undefined)
}

/** Runs a command. False if it runs until it is stopped. */
async function isDone(command: readonly string[]): Promise<boolean> {
  const version = app.getVersion()
  if (printInformation(command, { version, invocation: INSTALLED })) return true
  const { runInTerminal } = await import('../terminal/commands.js')
  return runInTerminal(command, version)
}
