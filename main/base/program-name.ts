// Names a program as people know it, by its executable and its script.

import { basename } from 'node:path'
import { isToolScript } from './program-kind.js'
import { UNPRINTABLE } from './unprintable.js'

const LONGEST_NAME = 40
/** The script of our own command line is `cli.js`, which says nothing to people. */
const OWN_NAME = 'latchkey'

/** Invisible characters, such as fillers and the empty Braille pattern: a name must be visible. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u2800]/gu
/** More marks on one character than any language has. They would cover the lines around the name. */
const SURPLUS_MARKS = /(\p{Mark}{3})\p{Mark}+/gu

/**
 * Names a program: by its script if it runs one, else by its executable. The program chooses both, so the
 * name is shortened and made printable, and proves nothing. Null if nothing printable is left.
 */
export function programName(executable: string, script: string | null): string | null {
  if (script !== null && isToolScript(script)) return OWN_NAME
  const name =
    script === null
      ? basename(executable)
      : basename(script).replace(/\.([cm]?[jt]s|py|rb|pl|sh)$/, '')
  const shown = name
    .replace(UNPRINTABLE, '')
    .replace(INVISIBLE, '')
    .replace(SURPLUS_MARKS, '$1')
    .replace(/\s+/g, ' ')
    .trim()
  return Array.from(shown).slice(0, LONGEST_NAME).join('') || null
}
