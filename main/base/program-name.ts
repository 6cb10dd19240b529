// What a person calls a program, by its executable and command line.

import { basename } from 'node:path'
import { UNPRINTABLE } from './unprintable.js'

const LONGEST_NAME = 40

/** Programs that run others: the script's name says more. */
const INTERPRETER =
  /^(node(js)?|bun|deno|electron|python[\d.]*|ruby[\d.]*|perl[\d.]*|php[\d.]*|java|bash|dash|sh|zsh)$/

/**
 * Names a program: by its script if an interpreter runs one from a file, else by its executable. The
 * program chooses both, so the name is bounded, has nothing that steers a terminal, and proves nothing.
 * Null if nothing is left that can be shown.
 */
export function programName(executable: string, commandLine: readonly string[]): string | null {
  // Linux adds this if the file was replaced, as by an update.
  const program = basename(executable.replace(/ \(deleted\)$/, ''))
  const script = INTERPRETER.test(program) ? scriptOf(commandLine) : null
  const shown = (script ?? program).replace(UNPRINTABLE, '').trim()
  return Array.from(shown).slice(0, LONGEST_NAME).join('') || null
}

/** An argument after a flag may be that flag's: only the first one that is no flag, and is a path. */
function scriptOf([, ...args]: readonly string[]): string | null {
  // What follows such a flag is a program's text, which may hold a secret.
  const inline = args.findIndex((arg) => /^(-[a-z]*[cep]|-r|--eval|--print)$/.test(arg))
  const before = inline === -1 ? args : args.slice(0, inline)
  const script = before.find((arg) => arg !== '' && !arg.startsWith('-'))
  return script === undefined ? null : basename(script).replace(/\.([cm]?[jt]s|py|rb|pl|sh)$/, '')
}
