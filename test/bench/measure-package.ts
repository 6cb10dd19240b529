// B10: the size of the packed app, without Electron.

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { pack } from '../tools/packing.js'
import { type Bench } from './contenders.js'
import { createSamples, type Measured } from './samples.js'
import { LATCHKEY } from './names.js'

export async function measurePackage(bench: Bench): Promise<Measured> {
  const { measured, add } = createSamples()
  const folder = bench.makeFolder()
  await pack('linux', folder)
  const archive = join(folder, 'out', 'linux-unpacked', 'resources', 'app.asar')
  add('package', LATCHKEY, statSync(archive).size / 1e6)
  return measured
}
