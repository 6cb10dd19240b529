// A disk that fails, or a machine that stops, at one moment of a file's first replacement: loaded into
// a program by `--import`, and told by a variable.

import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from './root.js'

export type DiskFault = {
  /** The file whose replacement is disturbed. */
  path: string
  /** At which call, counted from the one that opens the fresh file, which is the first. */
  at: number
  /** Killed before the call, after it, or with half of it done; or the call fails with a code. */
  how: 'killed-before' | 'killed-after' | 'killed-within' | { error: string }
  /** Where each call is written down before it is made, one a line. */
  journal: string
}

const VARIABLE = 'LATCHKEY_TEST_DISK_FAULT'

/** The environment in which a program meets the fault. */
export function faultEnv(fault: DiskFault): Record<string, string> {
  const built = pathToFileURL(join(ROOT, 'dist', 'test', 'disk-faults.js'))
  return { NODE_OPTIONS: `--import=${built.href}`, [VARIABLE]: JSON.stringify(fault) }
}

const CALLS = ['openSync', 'writeFileSync', 'fsyncSync', 'closeSync', 'renameSync'] as const

function disturb({ path, at, how, journal }: DiskFault): void {
  const real = { ...fs }
  const folder = dirname(path)
  const opened = new Map<unknown, 'file' | 'folder'>()
  let count = 0
  let over = false

  /** What a call is made on, by path or descriptor; null where it is none of the replacement's. */
  const targetOf = (given: unknown): 'file' | 'folder' | null => {
    if (typeof given !== 'string') return opened.get(given) ?? null
    if (given === folder) return count === 0 ? null : 'folder'
    return dirname(given) === folder && basename(given).startsWith(`${basename(path)}.`)
      ? 'file'
      : null
  }
  const kill = (): unknown => process.kill(process.pid, 'SIGKILL')

  const disturbed = (name: (typeof CALLS)[number], call: (...args: unknown[]) => unknown) => {
    return (...args: unknown[]): unknown => {
      const target = over ? null : targetOf(args[0])
      if (target === null) return call(...args)
      count += 1
      real.appendFileSync(journal, `${name} ${target}\n`)
      const isNow = count === at
      if (isNow && typeof how === 'object') {
        throw Object.assign(new Error(`${how.error}: as the test has it`), { code: how.error })
      }
      if (isNow && how === 'killed-within') {
        if (name === 'writeFileSync') {
          const content = String(args[1])
          real.writeSync(args[0] as number, content.slice(0, content.length / 2))
        }
        kill()
      }
      if (isNow && how === 'killed-before') kill()
      const result = call(...args)
      if (isNow && how === 'killed-after') kill()
      if (name === 'openSync') opened.set(result, target)
      if (name === 'closeSync') {
        opened.delete(args[0])
        over = target === 'folder'
      }
      return result
    }
  }
  for (const name of CALLS) {
    Object.assign(fs, { [name]: disturbed(name, real[name] as (...args: unknown[]) => unknown) })
  }
  syncBuiltinESMExports()
}

const told = process.env[VARIABLE]
if (told !== undefined) disturb(JSON.parse(told) as DiskFault)
