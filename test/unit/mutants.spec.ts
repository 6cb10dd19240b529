// The mutants match the current code, and SECURITY.md has the results of their last run.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { ROOT } from '../support/root.js'
import { makeFingerprint, mutate, MUTANTS, MUTATED_FILES } from '../tools/mutants.js'
import {
  formatScore,
  markEarlier,
  readRecord,
  withScore,
  type Entry,
} from '../tools/mutation-record.js'

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

for (const { file, faults } of MUTATED_FILES) {
  test(`each mutant of ${file} changes exactly one place`, () => {
    const text = read(file)
    for (const { name } of faults) {
      const mutant = MUTANTS.find(({ id }) => id === `${file}: ${name}`)!
      expect(mutate(text, mutant), name).not.toBe(text)
      expect(mutant.specs.filter((spec) => !existsSync(join(ROOT, spec)))).toEqual([])
    }
  })
}

test('no two mutants have the same name or make the same change', () => {
  const ids = MUTANTS.map(({ id }) => id)
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  const changes = MUTANTS.map(({ file, find, replace }) => JSON.stringify([file, find, replace]))
  expect(changes.filter((change, index) => changes.indexOf(change) !== index)).toEqual([])
})

test('a mutant whose code is not in the file exactly once is rejected', () => {
  const mutant = { ...MUTANTS[0]!, id: 'a fault', find: 'ab', replace: 'c' }
  expect(mutate('xaby', mutant)).toBe('xcy')
  expect(() => mutate('xy', mutant)).toThrow('a fault: the text to replace occurs 0 times')
  expect(() => mutate('ababab', mutant)).toThrow('a fault: the text to replace occurs 3 times')
})

test('each part of a mutant’s title pattern occurs in one of its specs', () => {
  const missing = MUTANTS.flatMap(({ id, specs, grep }) => {
    const text = specs.map(read).join('\n')
    const parts = grep?.split('|') ?? []
    return parts.filter((part) => !new RegExp(part).test(text)).map((part) => `${id}: ${part}`)
  })
  expect(missing).toEqual([])
})

test('each equivalent mutant survived its last run', () => {
  const record = readRecord(ROOT)
  const killed = MUTANTS.filter(({ id }) => (record[id]?.outcome ?? 'survived') !== 'survived')
  expect(killed.filter(({ equivalent }) => equivalent !== undefined)).toEqual([])
})

test('an outcome for earlier code is kept, and the score says how many there are', () => {
  const [one, other, ...rest] = MUTANTS.filter(({ equivalent }) => equivalent === undefined)
  const kill = (fingerprint: string): Entry => ({ fingerprint, outcome: 'killed' })
  const current = kill(makeFingerprint(ROOT, one!))
  const record = {
    [one!.id]: { ...current, isEarlier: true as const },
    [other!.id]: kill('earlier'),
  }
  const marked = markEarlier(ROOT, record)
  const earlier = { fingerprint: 'earlier', outcome: 'killed', isEarlier: true }
  expect(marked).toEqual({ [one!.id]: current, [other!.id]: earlier })
  expect(formatScore(marked)).toMatch(/: 2 killed, .*, 0 survived, /)
  expect(formatScore(marked)).toContain(`, ${rest.length} not run. 1 of these outcomes`)
})

test('SECURITY.md has the score of the last run and the equivalent mutants', () => {
  const text = read('SECURITY.md')
  expect(text).toBe(withScore(text, readRecord(ROOT)))
})
