// Finds the command in a command line: the first word that is neither a flag nor the value of one.

import { FLAG_NAMES, takesValue, toFlags } from '../settings/option-names.js'
import { COMMANDS, findCommand } from './commands-table.js'

/** The flags that a value follows: those of the commands, and those of the settings. */
export const FLAGS_WITH_VALUE: ReadonlySet<string> = new Set([
  ...COMMANDS.flatMap(({ flags }) =>
    flags.filter(({ value }) => value !== null).map(({ name }) => `--${name}`),
  ),
  ...FLAG_NAMES.filter(takesValue).flatMap((name) => toFlags(name).map((flag) => `--${flag}`)),
])

/** Returns the index of the command, known or not; -1 if there is none. */
export function findCommandIndex(args: readonly string[]): number {
  return args.findIndex((arg, index) => {
    const isValue = index > 0 && FLAGS_WITH_VALUE.has(args[index - 1]!)
    return !isValue && !(arg.startsWith('-') && arg !== '-')
  })
}

/**
 * True for a command line whose command is in the table and is no program of its own. Also true if the first
 * argument looks like a command that is not in the table, so that the person is told. A path or a link, which the
 * system may add, does not look like one.
 */
export function isForCommandLine(args: readonly string[]): boolean {
  const command = findCommand(args[findCommandIndex(args)] ?? '')
  if (command === undefined) return LIKE_A_COMMAND.test(args[0] ?? '')
  return command.takesSettings !== true
}

const LIKE_A_COMMAND = /^[a-z][a-z-]*$/i
