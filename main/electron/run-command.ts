// Runs a command of an installed package, in the place of the tray app.

import { app } from 'electron'
import { readCommand } from '../app/packaged-command.js'
import { flushOutput } from '../base/output.js'
import { INSTALLED } from '../settings/help.js'

/**
 * Runs the command that the arguments hold, and never returns then; returns where they hold none. To be
 * awaited while the app's module is evaluated, when Electron runs Node's event loop and nothing else:
 * neither a screen nor a page is needed, and none is there yet.
 */
export async function runCommand(args: readonly string[]): Promise<void> {
  const command = readCommand(args)
  if (command === null) return
  const { runInTerminal } = await import('../terminal/commands.js')
  const deps = { version: app.getVersion(), invocation: INSTALLED }
  if (await runInTerminal(command, deps)) {
    await flushOutput()
    app.exit(Number(process.exitCode ?? 0))
  }
  await new Promise<never>(() => undefined)
}
