// Writes the completions and the manual page of the command line: `npm run completions`.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ROOT } from '../support/root.js'
import { makeCompletions } from './completions.js'
import { makeManPage } from './man-page.js'

/** The content of each file, by its path in the source tree. */
export function makeCommandLineFiles(): ReadonlyMap<string, string> {
  const completions = [...makeCompletions()].map(
    ([name, content]) => [`main/assets/completions/${name}`, content] as const,
  )
  return new Map([...completions, ['main/assets/latchkey.1', makeManPage()]])
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, content] of makeCommandLineFiles()) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true })
    writeFileSync(join(ROOT, path), content)
  }
}
