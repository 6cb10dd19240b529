// Prints the help or the version. Imports only what these need, because programs and people wait for them.

import { print, watchOutput } from '../base/output.js'
import { formatHelp } from '../settings/help.js'
import { createEnding } from './ending.js'

type InformationDeps = {
  version: string
  /** How the user starts a command: `npm run headless --`. */
  invocation: string
}

/** Prints the help or the version if the command line asks for it. Returns false if it does not. */
export function printInformation(
  args: readonly string[],
  { version, invocation }: InformationDeps,
): boolean {
  const isHelp = args.includes('--help') || args.includes('-h')
  if (!isHelp && !args.includes('--version') && !args.includes('-V')) return false
  const ending = createEnding()
  watchOutput(ending.stopOnce, ending.failOnce)
  print(isHelp ? formatHelp(invocation) : version)
  return true
}
