// Runs the garbage collector, so that objects to which the app keeps no reference are gone when it needs them.

import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Resolves when all unreferenced objects have been collected. */
export async function collectGarbage(): Promise<void> {
  // Reading a WeakRef keeps its target alive until the current job ends.
  await setImmediate()
  collect()
}
