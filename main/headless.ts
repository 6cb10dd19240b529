#!/usr/bin/env node
// Root: the agent in plain Node, with a terminal instead of the tray.

// eslint-disable-next-line import/no-unassigned-import -- imported for its effect
import './terminal/no-inspector.js'
import { readVersion } from './base/app-folder.js'
import { FROM_SOURCE } from './settings/help.js'
import { printInformation } from './terminal/information.js'

const args = process.argv.slice(2)
const version = readVersion()
if (!printInformation(args, { version, invocation: FROM_SOURCE })) {
  const { runInTerminal } = await import('./terminal/commands.js')
  await runInTerminal(args, version)
}
