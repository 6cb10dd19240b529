// The first `npm start` of a clone, after `npm ci`, until the service listens.

import { execFileSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { startProgram } from '../support/headless-program.js'
import { ROOT } from '../support/root.js'
import { addressOf, type Bench } from './contenders.js'
import { nowMs } from './monotonic.js'
import { createSamples, type Measured } from './samples.js'
import { LATCHKEY } from './names.js'

export async function measureFirstStart(bench: Bench): Promise<Measured> {
  const { measured, add } = createSamples()
  for (let round = 0; round < (bench.quick ? 1 : 3); round++) {
    const clone = join(bench.makeFolder(), 'clone')
    // The last commit, without changes that are not committed.
    execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${ROOT}`, clone])
    symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'), 'junction')
    const dataDir = bench.makeFolder()
    const flags = ['--json', '--no-browser', '--port', '0', '--data-dir', dataDir]
    const command = ['npm', '--prefix', clone, '--silent', 'start', '--', ...flags]
    // Without a screen, `npm start` runs the headless program.
    const env = { DISPLAY: '', WAYLAND_DISPLAY: '' }
    const startMs = nowMs()
    const program = startProgram(command, { dataDir, env, json: true })
    await addressOf(program)
    add('first start', LATCHKEY, (nowMs() - startMs) / 1000)
    program.type('quit')
    await program.ended
  }
  return measured
}
