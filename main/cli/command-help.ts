// The help of the command line, made from the table of commands. It fits 80 columns.

import { formatRows, wrapText } from '../base/wrap-text.js'
import { HELP_WORDS } from './cli-messages.js'
import { COMMANDS, type Argument, type Command, type Flag } from './commands-table.js'
import { EXIT_CODES, EXIT_MEANINGS, OWN_EXITS, type ExitName } from './exit-codes.js'

/** Formats the help of all commands. */
export function formatCommands(): string {
  const rows = COMMANDS.map(({ name, summary }) => [name, summary] as const)
  return [
    HELP_WORDS.title,
    '',
    `${HELP_WORDS.usage}: latchkey COMMAND [arguments] [flags]`,
    '',
    `${HELP_WORDS.commands}:`,
    ...formatRows(rows),
    '',
    `${HELP_WORDS.exits}:`,
    ...formatRows(toExitRows(Object.keys(EXIT_CODES) as ExitName[])),
    ...wrapText(OWN_EXITS),
    '',
    ...wrapText(HELP_WORDS.more),
    ...wrapText(HELP_WORDS.trayApp),
  ].join('\n')
}

/** Formats the help of one command. */
export function formatCommand(command: Command): string {
  const { details, flags, examples, exits } = command
  const settings = command.takesSettings ? [HELP_WORDS.settings(command.name)] : []
  const given = command.arguments
  const { arguments: argumentsTitle, flags: flagsTitle } = HELP_WORDS
  return [
    `${HELP_WORDS.usage}: ${formatUsage(command)}`,
    ...[...details, ...settings].flatMap((paragraph) => ['', ...wrapText(paragraph)]),
    ...formatSection(argumentsTitle, formatRows(given.map(({ name, help }) => [name, help]))),
    ...formatSection(flagsTitle, formatRows(flags.map((flag) => [nameFlag(flag), flag.help]))),
    ...formatSection(
      HELP_WORDS.exits,
      formatRows(toExitRows(['ok', 'failed', 'badUsage', ...exits])),
    ),
    ...formatSection(
      HELP_WORDS.examples,
      examples.map((example) => `  ${example}`),
    ),
  ].join('\n')
}

/** Formats the usage of a command in one line: `latchkey use ACCOUNT [flags]`. */
export function formatUsage({ name, arguments: given, flags }: Command): string {
  const parts = [...given.map(formatArgument), ...(flags.length === 0 ? [] : ['[flags]'])]
  return ['latchkey', name, ...parts].join(' ')
}

/** Names a flag with its short form and its value: `-h, --help`, `--key-file FILE`. */
export function nameFlag({ name, short, value }: Flag): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === null ? '' : ` ${value}`}`
}

/** The exit codes with what each means, sorted by number. */
export function toExitRows(
  names: readonly ExitName[],
): readonly (readonly [code: string, meaning: string])[] {
  return names
    .toSorted((one, other) => EXIT_CODES[one] - EXIT_CODES[other])
    .map((name) => [String(EXIT_CODES[name]), EXIT_MEANINGS[name]])
}

function formatArgument({ name, isOptional }: Argument): string {
  return isOptional ? `[${name}]` : name
}

function formatSection(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines]
}
