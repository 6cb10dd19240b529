// Runs a command of an installed package instead of the tray app.

import { app } from 'electron'
import { readCommand } from '../app/packaged-command.js'
import { flushOutput } from '../base/output.js'
import { INSTALLED } from '../settings/help.js'
import { printInformation } from '../terminal/information.js'

/**
 * Runs the command in the arguments and never returns. Returns if there is no command. Await this while
 * the app's module is evaluated: then Electron runs only Node's event loop, without a screen or a
 * page.
 */
export async function runCommand(args: readonly string[]): Promise<void> {
  const command = readCommand(args)
  if (command === null) return
  if (await isDone(command)) {
    await flushOutput()
    app.exit(Number(process.exitCode ?? 0))
  }
  await new Promise<never>(() => undefined)
}

/** Runs a command. False if it runs until it is stopped. */
async function isDone(command: readonly string[]): Promise<boolean> {
  const version = app.getVersion()
  if (printInformation(command, { version, invocation: INSTALLED })) return true
  const { runInTerminal } = await import('../terminal/commands.js')
  return runInTerminal(command, version)
}
