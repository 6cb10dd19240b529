// B9: the tray app on the stand-in for Electron, from the start of the process until it is ready.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toBehaviour } from '../driver/behaviour.js'
import { BEHAVIOUR_VARIABLE } from '../stand-in/contract.js'
import { ROOT } from '../support/root.js'
import { type Bench } from './contenders.js'
import { countModules, recordModules } from './count-modules.js'
import { nowMs } from './monotonic.js'
import { alternate, createSamples, type Measured } from './samples.js'
import { LATCHKEY } from './names.js'

const STAND_IN = join(ROOT, 'dist', 'modules', 'test', 'stand-in')

export async function measureTray(bench: Bench): Promise<Measured> {
  const { measured, add } = createSamples()
  const apps = { [LATCHKEY]: ROOT, 'an empty app': makeEmptyApp(bench.makeFolder()) }
  const tasks = Object.entries(apps).map(([name, app]) => async (round: number) => {
    const tookMs = await timeReady(bench, app)
    if (round > 0) add('tray ready', name, tookMs)
  })
  await alternate(bench.quick ? 4 : 16, tasks)
  const file = join(bench.makeFolder(), 'modules')
  await timeReady(bench, ROOT, recordModules(file))
  const { modules, kilobytes } = countModules(file, STAND_IN)
  add('tray modules', LATCHKEY, modules)
  add('tray source', LATCHKEY, kilobytes)
  return measured
}

function makeEmptyApp(folder: string): string {
  const facts = { name: 'empty', version: '1.0.0', type: 'module', main: 'index.js' }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(facts))
  writeFileSync(join(folder, 'index.js'), "import 'electron'\n")
  return folder
}

async function timeReady(
  bench: Bench,
  app: string,
  env: Record<string, string> = {},
): Promise<number> {
  const behaviour = JSON.stringify(toBehaviour(app, {}))
  const startMs = nowMs()
  const dataDir = bench.makeFolder()
  const child = spawn(
    process.execPath,
    [join(STAND_IN, 'run.js'), app, '--data-dir', dataDir, '--port', '0'],
    {
      cwd: dataDir,
      env: { ...process.env, ...env, [BEHAVIOUR_VARIABLE]: behaviour },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    },
  )
  const ended = once(child, 'exit')
  const readyMs = await new Promise<number>((resolve, reject) => {
    child.on('message', (packet) => {
      if ((packet as { name?: string }).name === 'ready') resolve(nowMs())
    })
    child.once('exit', () => reject(new Error('the app ended before it was ready')))
  })
  child.kill('SIGKILL')
  await ended
  return readyMs - startMs
}
