// Names a program as people know it, by its executable and its script.

import { basename } from 'node:path'
import { UNPRINTABLE } from './unprintable.js'

const LONGEST_NAME = 40

/**
 * Names a program: by its script if it runs one, else by its executable. The program chooses both, so the
 * name is shortened and made printable, and proves nothing. Null if nothing printable is left.
 */
export function programName(executable: string, script: string | null): string | null {
  const name =
    script === null
      ? basename(executable)
      : basename(script).replace(/\.([cm]?[jt]s|py|rb|pl|sh)$/, '')
  const shown = name.replace(UNPRINTABLE, '').trim()
  return Array.from(shown).slice(0, LONGEST_NAME).join('') || null
}
