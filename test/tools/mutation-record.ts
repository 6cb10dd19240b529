// The results of the last run of the mutants, stored next to them so that only changed ones are run again.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { makeFingerprint, MUTANTS, type Mutant } from './mutants.js'

/**
 * `killed`: a test failed that passes without the mutant. `timed-out`: a test did not finish in time.
 * `survived`: all tests passed.
 */
export type Outcome = 'killed' | 'timed-out' | 'survived'

export type Entry = {
  fingerprint: string
  outcome: Outcome
  by?: string | undefined
  /** Set if the code or the specs have changed since. */
  isEarlier?: true | undefined
}

/** By a mutant's ID. */
export type MutationRecord = Readonly<Record<string, Entry>>

const wireRecord = z.record(
  z.string(),
  z.strictObject({
    fingerprint: z.string(),
    outcome: z.enum(['killed', 'timed-out', 'survived']),
    by: z.string().optional(),
    isEarlier: z.literal(true).optional(),
  }),
)

const RECORD_FILE = 'test/tools/mutants/last-run.json'

export function readRecord(root: string): MutationRecord {
  return wireRecord.parse(JSON.parse(readFileSync(join(root, RECORD_FILE), 'utf8')))
}

/** Marks the outcomes for earlier code and for earlier specs. */
export function markEarlier(root: string, record: MutationRecord): MutationRecord {
  const entries = MUTANTS.flatMap((mutant) => {
    const entry = record[mutant.id]
    if (entry === undefined) return []
    const { isEarlier: _before, ...rest } = entry
    const isCurrent = rest.fingerprint === makeFingerprint(root, mutant)
    return [[mutant.id, isCurrent ? rest : { ...rest, isEarlier: true as const }] as const]
  })
  return Object.fromEntries(entries)
}

/** Writes the record in the order of the mutants, without removed ones. */
export function writeRecord(root: string, record: MutationRecord): void {
  const entries = MUTANTS.flatMap(({ id }) => {
    const entry = record[id]
    return entry === undefined ? [] : [[id, entry] as const]
  })
  const text = `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`
  writeFileSync(join(root, RECORD_FILE), text)
}

/** The score in one line. It says how many outcomes are for earlier code or specs. */
export function formatScore(record: MutationRecord): string {
  const isEquivalent = ({ equivalent }: Mutant): boolean => equivalent !== undefined
  const others = MUTANTS.filter((mutant) => !isEquivalent(mutant))
  const count = (outcome: Outcome): number =>
    others.filter(({ id }) => record[id]?.outcome === outcome).length
  const notRun = others.filter(({ id }) => record[id] === undefined).length
  const earlier = others.filter(({ id }) => record[id]?.isEarlier === true).length
  return (
    `${MUTANTS.length} mutants: ${count('killed')} killed, ${count('timed-out')} killed by a time ` +
    `limit, ${count('survived')} survived, ${MUTANTS.length - others.length} equivalent` +
    `${notRun > 0 ? `, ${notRun} not run` : ''}.` +
    (earlier > 0 ? ` ${earlier} of these outcomes are for earlier code or specs.` : '')
  )
}

const [FROM, TO] = ['<!-- mutants: npm run mutate -->', '<!-- /mutants -->']

/** SECURITY.md with the score, the equivalent mutants with their reasons, and the survivors. */
export function withScore(text: string, record: MutationRecord): string {
  const [before, rest = ''] = text.split(FROM)
  const [, after] = rest.split(TO)
  if (before === undefined || after === undefined) throw new Error(`SECURITY.md lacks ${FROM}`)
  const equivalents = MUTANTS.flatMap(({ file, name, equivalent }) =>
    equivalent === undefined ? [] : [`- \`${file}\`, _${name}_: ${equivalent}`],
  )
  const survivors = MUTANTS.flatMap(({ id, file, name, equivalent }) =>
    equivalent === undefined && record[id]?.outcome === 'survived'
      ? [`- \`${file}\`, _${name}_: survived; a test is missing.`]
      : [],
  )
  const lines = [FROM, '', formatScore(record), '', ...equivalents, ...survivors, '', TO]
  return `${before}${lines.join('\n')}${after}`
}
