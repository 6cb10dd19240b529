#!/usr/bin/env node
// Root: the agent in plain Node, with a terminal instead of the tray.

// eslint-disable-next-line import/no-unassigned-import -- imported for its effect
import './terminal/no-inspector.js'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { APP_FOLDER } from './base/app-folder.js'
import { printInformation } from './terminal/information.js'

const { version } = JSON.parse(readFileSync(join(APP_FOLDER, 'package.json'), 'utf8')) as {
  version: string
}

const args = process.argv.slice(2)
const deps = { version, invocation: 'npm run headless --' }
if (!printInformation(args, deps)) {
  const { runInTerminal } = await import('./terminal/commands.js')
  await runInTerminal(args, deps)
}
