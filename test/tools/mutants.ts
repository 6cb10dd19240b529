// The mutants: possible mistakes in the code that keeps a session safe. At least one test fails on each.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { COMMAND_LINE } from './mutants/command-line.js'
import { CONSENT } from './mutants/consent.js'
import { DIRECTORY } from './mutants/directory.js'
import { PROOF } from './mutants/proof.js'
import { SERVICE } from './mutants/service.js'
import { SESSION } from './mutants/session.js'
import { SESSION_API } from './mutants/session-api.js'
import { SIGN_IN } from './mutants/sign-in.js'
import { STARTED_AGENT } from './mutants/started-agent.js'
import { TERMINAL } from './mutants/terminal.js'
import { WINDOW } from './mutants/window.js'

/** One fault: `find`, which occurs exactly once in the file, is replaced by `replace`. */
export type Fault = {
  /** The wrong behaviour of the program. The name is unique in its file. */
  name: string
  find: string
  replace: string
  /** Specs to run instead of the file's specs. */
  specs?: readonly string[]
  /** A regular expression: only tests with a matching title are run. */
  grep?: string
  /** Why no behaviour of the program can reveal the fault. Such a mutant is expected to survive. */
  equivalent?: string
}

/** The faults of one source file, and the specs that should detect them. */
export type MutatedFile = {
  file: string
  specs: readonly string[]
  faults: readonly Fault[]
}

export type Mutant = Fault & { file: string; specs: readonly string[]; id: string }

export const MUTATED_FILES: readonly MutatedFile[] = [
  ...SIGN_IN,
  ...PROOF,
  ...SESSION,
  ...SESSION_API,
  ...SERVICE,
  ...DIRECTORY,
  ...WINDOW,
  ...TERMINAL,
  ...CONSENT,
  ...COMMAND_LINE,
  ...STARTED_AGENT,
]

export const MUTANTS: readonly Mutant[] = MUTATED_FILES.flatMap(({ file, specs, faults }) =>
  faults.map((fault) => ({ file, specs, ...fault, id: `${file}: ${fault.name}` })),
)

/** The file's text with the fault in it. Throws if `find` does not occur exactly once. */
export function mutate(text: string, { id, find, replace }: Mutant): string {
  const [before, after, ...more] = text.split(find)
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(
      `${id}: the text to replace occurs ${more.length + (after === undefined ? 0 : 1)} times`,
    )
  }
  return `${before}${replace}${after}`
}

/** Changes with everything that affects a mutant's outcome: the file, its specs, and the mutant itself. */
export function makeFingerprint(root: string, mutant: Mutant): string {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([mutant.find, mutant.replace, mutant.specs, mutant.grep ?? '']))
  for (const path of [mutant.file, ...mutant.specs]) hash.update(readFileSync(join(root, path)))
  return hash.digest('hex').slice(0, 16)
}
