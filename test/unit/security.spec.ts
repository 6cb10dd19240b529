// SECURITY.md is correct: each rule has its tests, and each test names an existing rule.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'

const ROOT = join(import.meta.dirname, '..', '..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

type Rule = { number: string; tests: readonly string[] }

const RULES: readonly Rule[] = [
  ...read('SECURITY.md').matchAll(/^\| (S\d\d) +\|.*\|(.*)\|$/gm),
].map(([, number, tests]) => ({
  number: number!,
  tests: [...tests!.matchAll(/\]\((test\/[^)]+)\)/g)].map(([, path]) => path!),
}))

test('the rules are numbered from S01 without gaps', () => {
  const numbers = RULES.map((_rule, index) => `S${String(index + 1).padStart(2, '0')}`)
  expect(RULES.map(({ number }) => number)).toEqual(numbers)
  expect(RULES.length).toBeGreaterThanOrEqual(49)
})

for (const { number, tests } of RULES) {
  test(`${number} has tests that name it`, () => {
    expect(tests.length).toBeGreaterThan(0)
    const inTitle = new RegExp(`['"\`]${number}\\b|\\b${number}[^\\n]*['"\`],`)
    const silent = tests.filter((path) => !inTitle.test(read(path)))
    expect(silent).toEqual([])
  })
}

test('no test names a missing rule', () => {
  const known = new Set(RULES.map(({ number }) => number))
  const specs = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.spec.ts'))
    .map((path) => join('test', path))
  const named = specs.flatMap((path) =>
    [...read(path).matchAll(/['"`](S\d\d)\b/g)].map(([, one]) => one!),
  )
  expect(named.filter((one) => !known.has(one))).toEqual([])
})
