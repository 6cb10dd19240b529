// The mutants: possible mistakes in the code that keeps a session safe. At least one test fails on each.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DIRECTORY } from './mutants/directory.js'
import { PROOF } from './mutants/proof.js'
import { SERVICE } from './mutants/service.js'
import { SESSION } from './mutants/session.js'
import { SIGN_IN } from './mutants/sign-in.js'
import { WINDOW } from './mutants/window.js'

/** One fault: `find`, which stands in the file exactly once, becomes `replace`. */
export type Fault = {
  /** What the program does wrong then. It names the fault in its file. */
  name: string
  find: string
  replace: string
  /** Specs in place of those of the file. */
  specs?: readonly string[]
  /** Only the tests whose titles have this regular expression are run. */
  grep?: string
  /** Why nothing that the program does can show it. Such a one is to survive. */
  equivalent?: string
}

/** The faults of one source file, and the specs that are to notice them. */
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
  ...SERVICE,
  ...DIRECTORY,
  ...WINDOW,
]

export const MUTANTS: readonly Mutant[] = MUTATED_FILES.flatMap(({ file, specs, faults }) =>
  faults.map((fault) => ({ file, specs, ...fault, id: `${file}: ${fault.name}` })),
)

/** The file's text with the fault in it. Fails where `find` is not there exactly once. */
export function mutate(text: string, { id, find, replace }: Mutant): string {
  const [before, after, ...more] = text.split(find)
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(
      `${id}: what it changes is there ${more.length + (after === undefined ? 0 : 1)} times`,
    )
  }
  return `${before}${replace}${after}`
}

/** Changes with anything that the outcome of a mutant's run comes from: the file, its specs, itself. */
export function fingerprintOf(root: string, mutant: Mutant): string {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([mutant.find, mutant.replace, mutant.specs, mutant.grep ?? '']))
  for (const path of [mutant.file, ...mutant.specs]) hash.update(readFileSync(join(root, path)))
  return hash.digest('hex').slice(0, 16)
}
