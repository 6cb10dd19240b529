// The text in the window's pictures comes from the product: the files that make them contain none of it.

import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { ROOT } from '../support/root.js'
import { PICTURES } from '../support/window-pictures.js'
import { REPORT } from '../support/window-report.js'
import { STATES } from '../support/window-states.js'

const FILES = ['window-pictures', 'window-provider', 'window-report', 'window-states']

/** This many equal words in a row count as a copy. Fewer may be a name or a coincidence. */
const IN_A_ROW = 3

/** Names of people and providers, and scopes, which are not the product's text. */
const NAMES = /^(name|email|sub|scope|issuer)$/

test('the files that make the pictures contain no text of the product', () => {
  const written = FILES.map((name) =>
    readFileSync(join(ROOT, 'test', 'support', `${name}.ts`), 'utf8'),
  )
    .join('\n')
    .replace(/^\s*(\/\/|\/?\*).*$/gm, '')
  const ours = new Set(listRuns(written))
  const told = PICTURES.flatMap(({ answers }) => textsIn(answers))
  expect(told.length).toBeGreaterThan(100)
  for (const text of told) {
    expect(
      listRuns(text).filter((run) => ours.has(run)),
      text,
    ).toEqual([])
  }
})

test('each picture shows the state in its name, with a reason if it needs one', () => {
  const reasons = Object.entries(STATES).filter(([, { status }]) => status.reason !== null)
  expect(reasons.map(([name, { status }]) => `${name}: ${status.state}`)).toEqual([
    'no-browser: waiting',
    'not-kept: signed-in',
    'offline: offline',
    'renewal-failing: renewal-failing',
    'needs-sign-in: needs-sign-in',
    'failed: failed',
    'other-person: exchanging',
    'not-restored: signed-out',
  ])
})

test('the report is complete, and contains nothing from the computer that made it', () => {
  for (const part of ['Settings and their sources', 'The last failures', '0 problems']) {
    expect(REPORT).toContain(part)
  }
  expect(REPORT).not.toContain(process.versions.node)
  expect(REPORT).not.toContain(tmpdir())
})

/** Lists every text in the value, without names. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, held]) => (NAMES.test(key) ? [] : textsIn(held)))
}

/** Lists the groups of that many words in a text. Addresses, paths and the like don't count as words. */
function listRuns(text: string): string[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .map((word) => word.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, ''))
    .filter((word) => /^[\p{L}’'-]+$/u.test(word))
  return words.map((_, at) => words.slice(at, at + IN_A_ROW).join(' ')).slice(0, 1 - IN_A_ROW)
}
