// Reads a command line by the table of commands.

import { containsKey } from '../base/key-form.js'
import { nearest } from '../base/nearest.js'
import { excerpt } from '../base/printable.js'
import { looksLikeAccountId } from './account-id.js'
import { CliError } from './cli-error.js'
import { USAGE_MESSAGES } from './cli-messages.js'
import { findCommandIndex } from './find-command.js'
import {
  COMMANDS,
  findCommand,
  type Command,
  type CommandName,
  type Flag,
} from './commands-table.js'

export type Invocation = {
  command: Command
  /** The arguments, in order. */
  words: readonly string[]
  /** The values of the flags that have one; the last one if a flag was given twice. */
  values: Readonly<Record<string, string>>
  /** The values of the flags that may be given several times. */
  lists: Readonly<Record<string, readonly string[]>>
  /** The switches that are on. */
  switches: ReadonlySet<string>
  /** Everything but the command, for a command that reads the settings itself. */
  rest: readonly string[]
}

/** What `--help` and the like stand for, in place of a command. */
const STANDS_FOR: Readonly<Partial<Record<string, CommandName>>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-V': 'version',
}

/** Reads a command line. Flags may precede the command. Fails with a {@link CliError} for a bad usage. */
export function parseCommand(args: readonly string[]): Invocation {
  // S38: no message repeats it.
  if (args.some(containsKey)) throw badUsage(USAGE_MESSAGES.keyAsArgument)
  const index = findCommandIndex(args)
  const [first = ''] = args
  const word = args[index] ?? STANDS_FOR[first]
  if (word === undefined) throw badUsage(explainNoCommand(args))
  const rest = args.toSpliced(Math.max(index, 0), 1)
  const command = findCommand(word)
  if (command === undefined) throw badUsage(explainUnknown(word))
  if (command.takesSettings) {
    return { command, words: [], values: {}, lists: {}, switches: new Set(), rest }
  }
  const parsed = parseFlags(command, rest)
  if (!parsed.switches.has('help')) checkWords(command, parsed.words)
  return { command, rest, ...parsed }
}

function parseFlags(
  command: Command,
  args: readonly string[],
): Pick<Invocation, 'words' | 'values' | 'lists' | 'switches'> {
  const words: string[] = []
  const values: Record<string, string> = {}
  const lists: Record<string, string[]> = {}
  const switches = new Set<string>()
  const left = [...args]
  for (let arg = left.shift(); arg !== undefined; arg = left.shift()) {
    if (arg === '--') {
      words.push(...left)
      break
    }
    if (!arg.startsWith('-') || arg === '-') {
      words.push(arg)
      continue
    }
    const [spelled, joined] = splitFlag(arg)
    const flag = findFlag(command, spelled)
    if (flag.value === null) {
      if (joined !== undefined) throw badUsage(USAGE_MESSAGES.switchTakesNoValue(spelled))
      switches.add(flag.name)
    } else {
      const value = joined ?? left.shift()
      if (!value) throw badUsage(USAGE_MESSAGES.flagNeedsValue(spelled, flag.value))
      if (flag.isAccountId) requireAccountId(value)
      if (flag.repeats) (lists[flag.name] ??= []).push(value)
      else values[flag.name] = value
    }
  }
  return { words, values, lists, switches }
}

function splitFlag(arg: string): readonly [spelled: string, value: string | undefined] {
  const mark = arg.indexOf('=')
  return mark === -1 ? [arg, undefined] : [arg.slice(0, mark), arg.slice(mark + 1)]
}

function findFlag(command: Command, spelled: string): Flag {
  if (spelled === '--key') throw badUsage(USAGE_MESSAGES.keyAsArgument)
  const flag = command.flags.find((one) => isSpelled(one, spelled))
  if (flag) return flag
  const names = command.flags.map(({ name }) => name)
  const near = spelled.startsWith('--') ? nearest(spelled.slice('--'.length), names) : null
  const suggestion = near === null ? null : `--${near}`
  throw badUsage(USAGE_MESSAGES.unknownFlag(command.name, excerpt(spelled), suggestion))
}

function checkWords(command: Command, words: readonly string[]): void {
  const { name } = command
  const missing = command.arguments.find(({ isOptional }, index) => !isOptional && !words[index])
  if (missing) throw badUsage(USAGE_MESSAGES.missingArgument(name, missing.name))
  const extra = words[command.arguments.length]
  if (extra !== undefined) throw badUsage(explainExtra(name, extra))
  for (const [index, { isAccountId }] of command.arguments.entries()) {
    if (isAccountId) requireAccountId(words[index]!)
  }
}

function requireAccountId(word: string): void {
  if (!looksLikeAccountId(word)) throw badUsage(USAGE_MESSAGES.notAccountId(excerpt(word)))
}

/** What headless takes as a word, a command takes as a flag. */
function explainExtra(name: CommandName, word: string): string {
  const tooMany = USAGE_MESSAGES.tooManyArguments(name, excerpt(word))
  if (name !== 'sign-in' && name !== 'sign-out') return tooMany
  if (looksLikeAccountId(word)) return USAGE_MESSAGES.accountAsWord(name, word)
  if (name === 'sign-in') return USAGE_MESSAGES.providerAsWord(JSON.stringify(excerpt(word)))
  return word === 'all' ? USAGE_MESSAGES.signOutAll : tooMany
}

/** A misspelt flag is named, because it may be all that was typed. */
function explainNoCommand(args: readonly string[]): string {
  const unknown = args
    .filter((arg) => arg.startsWith('-'))
    .map((arg) => splitFlag(arg)[0])
    .find((spelled) => !isFlag(spelled))
  if (unknown === undefined) return USAGE_MESSAGES.noCommand
  return unknown === '-v'
    ? USAGE_MESSAGES.noShortVersion
    : USAGE_MESSAGES.unknownGlobalFlag(excerpt(unknown))
}

/** True for a flag of any command. */
function isFlag(spelled: string): boolean {
  return COMMANDS.some(({ flags }) => flags.some((one) => isSpelled(one, spelled)))
}

function isSpelled({ name, short }: Flag, spelled: string): boolean {
  return spelled === `--${name}` || (short !== undefined && spelled === `-${short}`)
}

function explainUnknown(word: string): string {
  if (word === '') return USAGE_MESSAGES.noCommand
  const names = COMMANDS.map(({ name }) => name)
  return USAGE_MESSAGES.unknownCommand(excerpt(word), nearest(word, names))
}

function badUsage(message: string): CliError {
  return new CliError('badUsage', message)
}
