// Names a program as people know it, by its executable and command line.

import { basename } from 'node:path'
import { runsScripts } from './program-kind.js'
import { UNPRINTABLE } from './unprintable.js'

const LONGEST_NAME = 40

/**
 * Names a program: by its script if an interpreter runs one from a file, else by its executable. The
 * program chooses both, so the name is shortened and made printable, and proves nothing.
 * Null if nothing printable is left.
 */
export function programName(executable: string, commandLine: readonly string[]): string | null {
  // Linux adds this if the file was replaced, for example by an update.
  const program = basename(executable.replace(/ \(deleted\)$/, ''))
  const script = runsScripts(program) ? findScript(commandLine) : null
  const shown = (script ?? program).replace(UNPRINTABLE, '').trim()
  return Array.from(shown).slice(0, LONGEST_NAME).join('') || null
}

/** Finds the first argument that is not a flag. */
function findScript([, ...args]: readonly string[]): string | null {
  // The text after such a flag is code, and may contain a secret.
  const inline = args.findIndex((arg) => /^(-[a-z]*[cep]|-r|--eval|--print)$/.test(arg))
  const before = inline === -1 ? args : args.slice(0, inline)
  const script = before.find((arg) => arg !== '' && !arg.startsWith('-'))
  return script === undefined ? null : basename(script).replace(/\.([cm]?[jt]s|py|rb|pl|sh)$/, '')
}
