// Explains typed lines that are not commands here: people type what they would type in a shell.

import { nearest } from '../base/nearest.js'
import { excerpt } from '../base/printable.js'
import { ANSWERS } from './terminal-messages.js'

/** What is needed of the commands. `takes`: true if `count` words may follow the command. */
export type KnownCommands = {
  names: readonly string[]
  takes(name: string, count: number): boolean
}

/** How a shell starts the command line, and the groups of its commands that have no name here. */
const SHELL_WORDS: ReadonlySet<string> = new Set(['latchkey', 'apps', 'accounts'])

/** True for a word that is written like a flag. */
export function isFlag(word: string): boolean {
  return /^--?[a-z]/i.test(word)
}

/**
 * Explains a typed line that is not a command: what to type instead, or which commands there are.
 */
export function explainMistyped(typed: string, commands: KnownCommands): string {
  const words = typed.split(/\s+/)
  const meant = findMeant(words, commands)
  if (words.some(isFlag)) return ANSWERS.noFlags(meant)
  if (meant !== null) return ANSWERS.typeInstead(meant)
  const near = nearest(words[0] ?? '', commands.names)
  return ANSWERS.noCommand(excerpt(typed), near, commands.names)
}

/** Finds the command that the words of a shell's command line stand for. Null if there is none to show. */
function findMeant(words: readonly string[], commands: KnownCommands): string | null {
  const plain = words.flatMap(takeValue)
  while (plain.length > 1 && SHELL_WORDS.has(plain[0]!) && commands.names.includes(plain[1]!)) {
    plain.shift()
  }
  const [name = '', ...others] = plain
  const isMeant = commands.names.includes(name) && commands.takes(name, others.length)
  const meant = plain.join(' ')
  // S48: text that was typed by mistake may contain a secret.
  return isMeant && meant !== words.join(' ') && excerpt(meant) === meant ? meant : null
}

/** Leaves out a flag, but not its value. */
function takeValue(word: string): readonly string[] {
  if (!isFlag(word)) return [word]
  const mark = word.indexOf('=')
  return mark === -1 ? [] : [word.slice(mark + 1)]
}
