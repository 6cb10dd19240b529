// Runs the garbage collector, so that what the app forgot to hold on to is gone when it is needed.

import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Resolves when everything that nobody refers to has been collected. */
export async function collectGarbage(): Promise<void> {
  // A WeakRef keeps what it was asked for until the current job ends.
  await setImmediate()
  collect()
}
