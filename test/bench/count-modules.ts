// Which modules a program loads from files, as processes/count-modules.mjs records them.

import { existsSync, readFileSync } from 'node:fs'
import { preload } from './contenders.js'

/** Returns the environment of a program whose modules are recorded in a file. */
export function recordModules(file: string): Record<string, string> {
  return { ...preload('count-modules.mjs'), BENCH_MODULES: file }
}

/** Counts the recorded modules and their kilobytes, without those in a folder. */
export function countModules(
  file: string,
  leftOut?: string,
): { modules: number; kilobytes: number } {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const sizes = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, size, path] = /^(\d+) (.*)$/.exec(line) ?? []
    if (path === undefined || (leftOut !== undefined && path.startsWith(leftOut))) continue
    sizes.set(path, Number(size))
  }
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  return { modules: sizes.size, kilobytes: bytes / 1000 }
}
