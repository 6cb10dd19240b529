// Finds the app's folder, from a module of the source tree as well as from the bundled file.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder of package.json: the source tree, or the archive of an installed package. */
export const APP_FOLDER = findAppFolder()

function findAppFolder(): string {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}

/** Reads Latchkey's version from package.json. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(join(APP_FOLDER, 'package.json'), 'utf8')) as {
    version: string
  }
  return version
}
