// What a command is given and what it returns.

import type { Environment } from '../base/environment.js'
import type { Invocation } from './parse-command.js'

export type CommandDeps = {
  env: Environment
  version: string
}

/** An answer that is printed on stdout: the text for people, or the object with `--json`. */
export type CommandAnswer = {
  /** Null: nothing is printed. */
  text: string | null
  /** Null: the text is printed with `--json`, too. */
  json: object | null
  /** 0 if left out. */
  exitCode?: number
}

/** Runs a command. Fails with a `CliError`. Null: the command has printed its answer itself. */
export type RunCommand = (
  invocation: Invocation,
  deps: CommandDeps,
) => Promise<CommandAnswer | null> | CommandAnswer | null
