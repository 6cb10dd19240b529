// What the window's pictures say is the product's own: no words of it stand in the files that make them.

import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { ROOT } from '../support/root.js'
import { PICTURES } from '../support/window-pictures.js'
import { REPORT } from '../support/window-report.js'
import { STATES } from '../support/window-states.js'

const FILES = ['window-pictures', 'window-provider', 'window-report', 'window-states']

/** As many words in a row are somebody's: fewer may be those of a name, or meet by chance. */
const IN_A_ROW = 3

/** What people and providers are called, and what is asked for, which the product does not word. */
const NAMES = /^(name|email|sub|scope|issuer)$/

test('no words that the window is told stand in the files that make its pictures', () => {
  const written = FILES.map((name) =>
    readFileSync(join(ROOT, 'test', 'support', `${name}.ts`), 'utf8'),
  )
    .join('\n')
    .replace(/^\s*(\/\/|\/?\*).*$/gm, '')
  const ours = new Set(runsOf(written))
  const told = PICTURES.flatMap(({ answers }) => textsIn(answers))
  expect(told.length).toBeGreaterThan(100)
  for (const text of told) {
    expect(
      runsOf(text).filter((run) => ours.has(run)),
      text,
    ).toEqual([])
  }
})

test('each state of a picture is one that it is named for, with a reason where it needs one', () => {
  const reasons = Object.entries(STATES).filter(([, { status }]) => status.reason !== null)
  expect(reasons.map(([name, { status }]) => `${name}: ${status.state}`)).toEqual([
    'no-browser: waiting',
    'not-kept: signed-in',
    'offline: offline',
    'renewal-failing: renewal-failing',
    'needs-sign-in: needs-sign-in',
    'failed: failed',
    'not-restored: signed-out',
  ])
})

test('the report is a whole one, with nothing in it of the computer that made it', () => {
  for (const part of ['Settings and their sources', 'The last failures', '0 problems']) {
    expect(REPORT).toContain(part)
  }
  expect(REPORT).not.toContain(process.versions.node)
  expect(REPORT).not.toContain(tmpdir())
})

/** Every text that is told, without names. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, held]) => (NAMES.test(key) ? [] : textsIn(held)))
}

/** The words of a text, so many at a time; addresses, paths and what else holds such signs are none. */
function runsOf(text: string): string[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .map((word) => word.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, ''))
    .filter((word) => /^[\p{L}’'-]+$/u.test(word))
  return words.map((_, at) => words.slice(at, at + IN_A_ROW).join(' ')).slice(0, 1 - IN_A_ROW)
}
