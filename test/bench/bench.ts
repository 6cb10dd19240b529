// Measures the figures of docs/figures.md: `npm run bench`. With words after `--`, only the measurements
// of those names; with `--quick`, fewer rounds. Both only print. A complete run is recorded, a quick one
// only with `--record`.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../support/root.js'
import { BENCH, openBench } from './contenders.js'
import { MEASUREMENTS } from './measurements.js'
import { describeMachine, readCommit, readVersions } from './machine.js'
import { writeRecord, type BenchRecord } from './record.js'
import { summarize } from './statistics.js'
import { describeRun, formatTable, withFigures, withHighlights } from './table.js'

const words = process.argv.slice(2)
const isQuick = words.includes('--quick')
const isRecorded = words.includes('--record')
const names = words.filter((word) => !word.startsWith('--'))
const unknown = names.filter((name) => !MEASUREMENTS.some((one) => one.name === name))
if (unknown.length > 0) {
  const known = MEASUREMENTS.map(({ name }) => name).join(', ')
  throw new Error(`There is no measurement ${unknown.join(', ')}. There are ${known}.`)
}

if (process.platform !== 'linux') {
  throw new Error('The bench reads /proc, so it runs on Linux only.')
}

const startedMs = Date.now()
const machine = describeMachine()
installPeers()
const failures: string[] = []
const figures = await measure()
const run: BenchRecord = {
  date: new Date(startedMs).toISOString(),
  commit: readCommit(),
  quick: isQuick,
  minutes: Number(((Date.now() - startedMs) / 60_000).toFixed(1)),
  machine,
  versions: readVersions(),
  figures,
}
console.log(`\n${describeRun(run)}\n\n${formatTable(run)}`)
if (failures.length > 0) {
  console.error(`Not measured: ${failures.join(', ')}.`)
  process.exitCode = 1
} else if (names.length === 0 && (isRecorded || !isQuick)) {
  writeRecord(ROOT, run)
  rewrite('docs/figures.md', withFigures)
  rewrite('README.md', withHighlights)
}

function rewrite(path: string, change: (text: string, run: BenchRecord) => string): void {
  const file = join(ROOT, path)
  writeFileSync(file, change(readFileSync(file, 'utf8'), run))
}

/** Installs the programs that Latchkey is compared with, unless they are there. */
function installPeers(): void {
  const installed = join(BENCH, 'node_modules', '.package-lock.json')
  const lock = join(BENCH, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs > statSync(lock).mtimeMs) return
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: BENCH,
    stdio: 'inherit',
  })
}

async function measure(): Promise<BenchRecord['figures']> {
  const summaries: BenchRecord['figures'] = {}
  for (const { name, run } of MEASUREMENTS) {
    if (names.length > 0 && !names.includes(name)) continue
    const beganMs = Date.now()
    const bench = openBench({ quick: isQuick })
    try {
      for (const [figure, programs] of Object.entries(await run(bench))) {
        summaries[figure] = Object.fromEntries(
          Object.entries(programs).map(([program, samples]) => [program, summarize(samples)]),
        )
      }
    } catch (error) {
      // The other figures took minutes. Don't lose them.
      console.error(error)
      failures.push(name)
    } finally {
      await bench.close()
    }
    console.log(`${name}: ${((Date.now() - beganMs) / 1000).toFixed(0)} s`)
  }
  return summaries
}
