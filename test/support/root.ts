// The project's folder, for sources and for compiled files.

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const ROOT = ((): string => {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
})()
