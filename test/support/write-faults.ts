// Stops a program, or lets the disk fail, at any call that changes a data directory. Tests use it in their
// own process, where everything after the stop fails too. Programs load this file with `--import`, read an
// environment variable, and are killed.

import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { sep } from 'node:path'
import { importing } from './disk-faults.js'

export type WriteFault = {
  dataDir: string
  /** The number of the call, from 1. */
  at: number
  /** Stop before the call, halfway through it, or after it; or let only this call fail. */
  how: 'before' | 'within' | 'after' | 'fails'
}

/** Lists the faults that differ: only a write can be made in half, and after one call is before the next. */
export function listFaults(calls: readonly string[]): Omit<WriteFault, 'dataDir'>[] {
  return calls.flatMap((name, index) => {
    const hows: WriteFault['how'][] = name === 'writeFileSync' ? ['within'] : []
    if (index === calls.length - 1) hows.push('after')
    return [...hows, 'before' as const, 'fails' as const].map((how) => ({ at: index + 1, how }))
  })
}

const CALLS = [
  'openSync',
  'writeFileSync',
  'fsyncSync',
  'renameSync',
  'rmSync',
  'rmdirSync',
  'mkdirSync',
  'chmodSync',
] as const

type Call = (...args: unknown[]) => unknown

/** Thrown instead of killing this process. */
class Stopped extends Error {
  override readonly name = 'Stopped'
}

/**
 * Runs `act` with the fault, in this process. Returns the names of the calls until the stop.
 */
export async function runWithFault(
  fault: WriteFault,
  act: () => Promise<unknown>,
): Promise<readonly string[]> {
  let stopped = false
  const watched = watchWrites(fault, {
    isStopped: () => stopped,
    stop: () => {
      stopped = true
      throw new Stopped('as the test has it')
    },
  })
  try {
    await act()
  } catch {
    // What it says of the failure is not the subject here.
  } finally {
    watched.end()
  }
  return watched.calls
}

type Stopping = { isStopped(): boolean; stop(): void }

/** From now on, counts every call of this process that changes the data directory, and makes the fault. */
function watchWrites(
  { dataDir, at, how }: WriteFault,
  { isStopped, stop }: Stopping,
): { calls: readonly string[]; end(): void } {
  const real = { ...fs }
  const opened = new Set<unknown>()
  const calls: string[] = []

  const isWatched = (name: string, args: readonly unknown[]): boolean => {
    const [target, flags] = args
    if (typeof target !== 'string') return opened.has(target)
    if (target !== dataDir && !target.startsWith(dataDir + sep)) return false
    return name !== 'openSync' || flags === 'wx'
  }
  const make = (name: string, call: Call, args: readonly unknown[]): unknown => {
    const result = call(...args)
    if (name === 'openSync') opened.add(result)
    return result
  }
  const watch = (name: (typeof CALLS)[number], call: Call): Call => {
    return (...args) => {
      if (!isWatched(name, args)) return call(...args)
      if (isStopped()) throw new Stopped('it is over')
      calls.push(name)
      if (calls.length !== at) return make(name, call, args)
      if (how === 'fails') throw Object.assign(new Error('EIO: the test'), { code: 'EIO' })
      if (how === 'within' && name === 'writeFileSync') {
        const content = String(args[1])
        real.writeSync(args[0] as number, content.slice(0, content.length / 2))
      }
      const result = how === 'after' ? make(name, call, args) : undefined
      stop()
      return result
    }
  }
  for (const name of CALLS) Object.assign(fs, { [name]: watch(name, real[name] as Call) })
  syncBuiltinESMExports()
  return {
    calls,
    end() {
      for (const name of CALLS) Object.assign(fs, { [name]: real[name] })
      syncBuiltinESMExports()
    },
  }
}

const VARIABLE = 'LATCHKEY_TEST_WRITE_FAULT'

/** Makes the environment of a program that is killed at the call. */
export function writeFaultEnv(fault: WriteFault): Record<string, string> {
  return { ...importing('write-faults'), [VARIABLE]: JSON.stringify(fault) }
}

const told = process.env[VARIABLE]
if (told !== undefined) {
  watchWrites(JSON.parse(told) as WriteFault, {
    isStopped: () => false,
    stop: () => void process.kill(process.pid, 'SIGKILL'),
  })
}
