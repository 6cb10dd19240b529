#!/usr/bin/env node
// Root: the command line, in plain Node.

// eslint-disable-next-line import/no-unassigned-import -- imported for its effect
import './terminal/no-inspector.js'
import { readVersion } from './base/app-folder.js'
import { runCli } from './cli/run-cli.js'
import { INSTALLED } from './settings/help.js'
import { printInformation } from './terminal/information.js'

const version = readVersion()
process.exitCode =
  (await runCli(process.argv.slice(2), {
    env: process.env,
    version,
    async runOther(command, args) {
      if (printInformation(args, { version, invocation: INSTALLED })) return
      const { runInTerminal } = await import('./terminal/commands.js')
      await runInTerminal(command === 'headless' ? args : [command, ...args], version)
    },
  })) ?? process.exitCode
