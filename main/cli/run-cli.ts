// Runs a command line: prints its answer on stdout and messages on stderr, and returns the exit code.

import { asAuthError } from '../base/errors.js'
import { maskSecrets } from '../base/key-form.js'
import { complain, print, watchOutput, writeLine } from '../base/output.js'
import { excerpt, jsonLine } from '../base/printable.js'
import { findMistypedVariables } from '../settings/variables.js'
import { CliError } from './cli-error.js'
import type { CommandAnswer, CommandDeps, RunCommand } from './command.js'
import { formatCommand, formatCommands } from './command-help.js'
import { findCommand, type CommandName } from './commands-table.js'
import { EXIT_CODES } from './exit-codes.js'
import { parseCommand, type Invocation } from './parse-command.js'
import { USAGE_MESSAGES } from './cli-messages.js'

/** The commands that the root runs itself, because they are programs of their own. */
export type OtherCommand = 'diagnose' | 'headless' | 'uninstall-data'

export type RunCliDeps = CommandDeps & {
  /** Runs a program with its arguments. Returns when it has started. */
  runOther(command: OtherCommand, args: readonly string[]): Promise<void>
}

/** Each command is loaded when it runs. */
const RUNS: Readonly<Record<Exclude<CommandName, OtherCommand>, () => Promise<RunCommand>>> = {
  help: async () => help,
  'git-credential': async () => (await import('./credential-commands.js')).runGitCredential,
  'kubectl-credential': async () => (await import('./credential-commands.js')).runKubectlCredential,
  token: async () => (await import('./token-command.js')).runToken,
  status: async () => (await import('./session-commands.js')).runStatus,
  accounts: async () => (await import('./session-commands.js')).runAccounts,
  'sign-in': async () => (await import('./session-commands.js')).runSignIn,
  'sign-out': async () => (await import('./session-commands.js')).runSignOut,
  events: async () => (await import('./events-command.js')).runEvents,
  use: async () => (await import('./manage-commands.js')).runUse,
  apps: async () => (await import('./manage-commands.js')).runApps,
  key: async () => (await import('./manage-commands.js')).runKey,
  version:
    async () =>
    (_invocation, { version }) => ({ text: version, json: { version } }),
}

/** Runs a command line. Returns the exit code; null if a program has started that sets its own. */
export async function runCli(args: readonly string[], deps: RunCliDeps): Promise<number | null> {
  try {
    const invocation = parseCommand(args)
    const { name } = invocation.command
    if (isOther(name)) {
      await deps.runOther(name, invocation.rest)
      return null
    }
    watchOutput(endUnread, (message) => {
      complain(message)
      endUnread()
    })
    if (invocation.switches.has('help'))
      return show(invocation, { text: formatCommand(invocation.command), json: null })
    for (const warning of findMistypedVariables(deps.env, process.platform)) complain(warning)
    const run = await RUNS[name]()
    const answer = await run(invocation, deps)
    return answer === null ? EXIT_CODES.ok : show(invocation, answer)
  } catch (thrown) {
    const error =
      thrown instanceof CliError ? thrown : new CliError('failed', asAuthError(thrown).message)
    // S38: what was typed may be a key or a token.
    complain(maskSecrets(error.message))
    return error.exitCode
  }
}

function show({ switches }: Invocation, { text, json, exitCode }: CommandAnswer): number {
  if (switches.has('json') && json !== null) writeLine(jsonLine(json))
  else if (text !== null) print(text)
  return exitCode ?? EXIT_CODES.ok
}

/** Nobody has got the whole answer. If the reader is gone, as `head` may be, there is nothing to say. */
function endUnread(): never {
  process.exit(EXIT_CODES.failed)
}

const help: RunCommand = ({ words: [name] }) => {
  if (name === undefined) return { text: formatCommands(), json: null }
  const command = findCommand(name)
  if (command === undefined)
    throw new CliError('badUsage', USAGE_MESSAGES.unknownCommand(excerpt(name), null))
  return { text: formatCommand(command), json: null }
}

function isOther(name: CommandName): name is OtherCommand {
  return name === 'diagnose' || name === 'headless' || name === 'uninstall-data'
}
