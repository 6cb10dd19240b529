// Lets the disk fail, or the program die, at one moment of a file's first replacement. Programs
// load this file with `--import` and read an environment variable.

import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from './root.js'

export type DiskFault = {
  /** The file whose replacement fails. */
  path: string
  /** Which call fails. Call 1 opens the new file. */
  at: number
  /**
   * Kills the program before the call, after it, or halfway through it, or fails the call with a
   * code.
   */
  how: 'killed-before' | 'killed-after' | 'killed-within' | { error: string }
  /** The file that records each call before it is made, one per line. */
  journal: string
}

const VARIABLE = 'LATCHKEY_TEST_DISK_FAULT'

/** Makes the environment of a program that meets the fault. */
export function faultEnv(fault: DiskFault): Record<string, string> {
  return { ...importing('disk-faults'), [VARIABLE]: JSON.stringify(fault) }
}

/** Makes the environment of a plain Node program that loads a test module first. */
export function importing(module: string): Record<string, string> {
  const built = pathToFileURL(join(ROOT, 'dist', 'modules', 'test', 'support', `${module}.js`))
  return { NODE_OPTIONS: `--import=${built.href}` }
}

const CALLS = ['openSync', 'writeFileSync', 'fsyncSync', 'closeSync', 'renameSync'] as const

/** One call of the file's replacement. */
export type ReplacementCall = {
  name: (typeof CALLS)[number]
  /** True for a call on the temporary file, or on the folder. */
  target: 'file' | 'folder'
  make(): unknown
  /** Makes the first half of a call that writes. Other calls do nothing. */
  makeHalf(): void
}

/** From now on, wraps every call of this process that replaces the file in `around`. */
export function watchReplacements(
  path: string,
  around: (call: ReplacementCall) => unknown,
): typeof fs {
  const real = { ...fs }
  const folder = dirname(path)
  const opened = new Map<unknown, 'file' | 'folder'>()
  let isReplacing = false

  /**
   * Finds what a call works on, by path or descriptor. Null if the call is not part of the
   * replacement.
   */
  const findTarget = (given: unknown): 'file' | 'folder' | null => {
    if (typeof given !== 'string') return opened.get(given) ?? null
    if (given === folder) return isReplacing ? 'folder' : null
    return dirname(given) === folder && basename(given).startsWith(`${basename(path)}.`)
      ? 'file'
      : null
  }
  const watched = (name: (typeof CALLS)[number], call: (...args: unknown[]) => unknown) => {
    return (...args: unknown[]): unknown => {
      const target = findTarget(args[0])
      if (target === null) return call(...args)
      isReplacing = true
      const result = around({
        name,
        target,
        make: () => call(...args),
        makeHalf() {
          if (name !== 'writeFileSync') return
          const content = String(args[1])
          real.writeSync(args[0] as number, content.slice(0, content.length / 2))
        },
      })
      if (name === 'openSync') opened.set(result, target)
      if (name === 'closeSync') {
        opened.delete(args[0])
        isReplacing = target === 'file'
      }
      return result
    }
  }
  for (const name of CALLS) {
    Object.assign(fs, { [name]: watched(name, real[name] as (...args: unknown[]) => unknown) })
  }
  syncBuiltinESMExports()
  return real
}

function disturb({ path, at, how, journal }: DiskFault): void {
  let count = 0
  let over = false
  const kill = (): unknown => process.kill(process.pid, 'SIGKILL')

  const real = watchReplacements(path, ({ name, target, make, makeHalf }) => {
    if (over) return make()
    count += 1
    real.appendFileSync(journal, `${name} ${target}\n`)
    const isNow = count === at
    if (isNow && typeof how === 'object') {
      throw Object.assign(new Error(`${how.error}: as the test has it`), { code: how.error })
    }
    if (isNow && how === 'killed-within') {
      makeHalf()
      kill()
    }
    if (isNow && how === 'killed-before') kill()
    const result = make()
    if (isNow && how === 'killed-after') kill()
    over = name === 'closeSync' && target === 'folder'
    return result
  })
}

const told = process.env[VARIABLE]
if (told !== undefined) disturb(JSON.parse(told) as DiskFault)
