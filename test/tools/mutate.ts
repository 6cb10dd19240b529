// Runs the mutants: `npm run mutate`. Mutants whose file and specs have not changed are not run again.
// `-- --all` runs all of them. Other words select the mutants whose file or name contains one of them.

import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../support/root.js'
import { copyTree, type MutantTree } from './mutant-tree.js'
import { makeFingerprint, MUTANTS, type Mutant } from './mutants.js'
import {
  formatScore,
  markEarlier,
  readRecord,
  withScore,
  writeRecord,
  type Entry,
} from './mutation-record.js'

const SECURITY = join(ROOT, 'SECURITY.md')
const words = process.argv.slice(2)
const runsAll = words.includes('--all')
const picks = words.filter((word) => word !== '--all')
const record = { ...readRecord(ROOT) }
const picked = MUTANTS.filter(
  ({ id }) => picks.length === 0 || picks.some((pick) => id.includes(pick)),
)
// Taken now, because the files may change while the mutants run.
const fingerprints = new Map(picked.map((mutant) => [mutant.id, makeFingerprint(ROOT, mutant)]))
const due = picked.filter(({ id }) => runsAll || record[id]?.fingerprint !== fingerprints.get(id))

type Killer = { at: string; title: string }
const killers = new Map<string, Killer>()
const faults: string[] = []
const workers = Number(process.env['MUTATE_WORKERS'] ?? Math.max(1, availableParallelism() - 1))

if (due.length > 0) await runDue(due)
report()

async function runDue(all: readonly Mutant[]): Promise<void> {
  const queue = [...all]
  const trees = Array.from({ length: Math.min(workers, queue.length) }, () => copyTree(ROOT))
  try {
    await Promise.all(
      trees.map(async (tree) => {
        const complaints = await tree.check(all)
        for (let next = queue.shift(); next; next = queue.shift()) {
          const complaint = complaints.get(next.id)
          if (complaint === undefined) await judge(tree, next)
          else fault(next.id, complaint)
        }
      }),
    )
    await checkKillers(trees[0]!)
  } finally {
    for (const tree of trees) tree.remove()
  }
}

/** Plants the mutant, runs its tests, and removes it again. */
async function judge(tree: MutantTree, mutant: Mutant): Promise<void> {
  const { id, specs, grep } = mutant
  tree.plant(mutant)
  const run = await tree.test({ specs, grep }).finally(() => tree.restore(mutant))
  if (run.fault !== null) return fault(id, run.fault)
  const [killer] = run.failed
  if (killer) killers.set(id, killer)
  const outcome = run.timedOut ? 'timed-out' : killer ? 'killed' : 'survived'
  note(id, { fingerprint: fingerprints.get(id)!, outcome, by: killer?.title })
}

/** Finds tests that also fail without the mutant: those have killed nothing. */
async function checkKillers(tree: MutantTree): Promise<void> {
  const places = [...new Set([...killers.values()].map(({ at }) => at))]
  if (places.length === 0) return
  const run = await tree.test({ specs: places, all: true })
  if (run.fault !== null) throw new Error(`the tests cannot be run without a mutant: ${run.fault}`)
  const failing = new Set(run.failed.map(({ title }) => title))
  for (const [id, { title }] of killers) {
    if (failing.has(title)) fault(id, `the test that failed also fails without it: ${title}`)
  }
  writeRecord(ROOT, record)
}

function note(id: string, entry: Entry): void {
  record[id] = entry
  writeRecord(ROOT, record)
  console.log(`${entry.outcome}: ${id}`)
}

function fault(id: string, why: string): void {
  delete record[id]
  faults.push(`${id}\n    ${why}`)
  console.log(`no outcome: ${id}\n    ${why}`)
}

function report(): void {
  const survivors = picked.filter(
    ({ id, equivalent }) => record[id]?.outcome === 'survived' && equivalent === undefined,
  )
  const notEquivalent = picked.filter(
    ({ id, equivalent }) => equivalent !== undefined && record[id]?.outcome === 'killed',
  )
  print('survived', survivors)
  print('killed, although they are listed as equivalent', notEquivalent)
  if (faults.length > 0) console.log(`\nno outcome:\n  ${faults.join('\n  ')}`)
  const current = markEarlier(ROOT, record)
  writeRecord(ROOT, current)
  console.log(`\n${due.length} run. ${formatScore(current)}`)
  writeFileSync(SECURITY, withScore(readFileSync(SECURITY, 'utf8'), current))
  if (survivors.length + notEquivalent.length + faults.length > 0) process.exitCode = 1
}

function print(title: string, mutants: readonly Mutant[]): void {
  if (mutants.length === 0) return
  console.log(`\n${title}:`)
  for (const { id, find, replace } of mutants) {
    console.log(`  ${id}\n    ${find.trim()}\n    -> ${replace.trim()}`)
  }
}
