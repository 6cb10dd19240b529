// The bench's arithmetic and its table, and that the documents show the recorded run.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { FIGURES } from '../bench/figures.js'
import { measureOutside } from '../bench/intervals.js'
import { readRecord } from '../bench/record.js'
import { alternate, createSamples } from '../bench/samples.js'
import { median, summarize } from '../bench/statistics.js'
import { formatTable, isMet, withFigures, withHighlights } from '../bench/table.js'
import { ROOT } from '../support/root.js'

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

test('a summary has the median and the quartiles, in any order of the samples', () => {
  expect(summarize([5, 1, 4, 2, 3])).toEqual({
    samples: 5,
    min: 1,
    q1: 2,
    median: 3,
    q3: 4,
    max: 5,
  })
  // Between two samples.
  expect(summarize([4, 1, 2, 3])).toMatchObject({ q1: 1.75, median: 2.5, q3: 3.25 })
  expect(summarize([7])).toEqual({ samples: 1, min: 7, q1: 7, median: 7, q3: 7, max: 7 })
  expect(summarize([0.123456])).toMatchObject({ median: 0.1235 })
  expect(median([10, 2, 9])).toBe(9)
  expect(() => summarize([])).toThrow('There are no samples.')
})

test('the provider’s time is taken out once, even if its requests overlap or end later', () => {
  const window = { startMs: 10, endMs: 20 }
  expect(measureOutside(window, [])).toBe(10)
  const inside = [
    { startMs: 12, endMs: 15 },
    { startMs: 11, endMs: 13 },
  ]
  expect(measureOutside(window, inside)).toBe(6)
  const acrossTheEdges = [
    { startMs: 5, endMs: 12 },
    { startMs: 19, endMs: 30 },
    { startMs: 21, endMs: 22 },
  ]
  expect(measureOutside(window, acrossTheEdges)).toBe(7)
  expect(measureOutside(window, [{ startMs: 0, endMs: 9 }])).toBe(10)
})

test('rounds alternate between the programs, in both orders', async () => {
  const { measured, add } = createSamples()
  const order: string[] = []
  const task = (name: string) => async (round: number) => {
    await Promise.resolve()
    order.push(name)
    add('figure', name, round)
  }
  await alternate(3, [task('ours'), task('theirs')])
  expect(order).toEqual(['ours', 'theirs', 'theirs', 'ours', 'ours', 'theirs'])
  expect(measured).toEqual({ figure: { ours: [0, 1, 2], theirs: [0, 1, 2] } })
})

test('a limit is a ratio, a ratio beside a fixed cost, a difference, or a value', () => {
  const programs = { a: summarize([12]), b: summarize([10]), cost: summarize([2]) }
  expect(isMet({ ratioAtMost: 1.2 }, 'a', 'b', programs)).toBe(true)
  expect(isMet({ ratioAtMost: 1.1 }, 'a', 'b', programs)).toBe(false)
  expect(isMet({ ratioAtMost: 1, plus: 'cost' }, 'a', 'b', programs)).toBe(true)
  expect(isMet({ ratioAtLeast: 0.9 }, 'b', 'a', programs)).toBe(false)
  expect(isMet({ ratioAtLeast: 0.8 }, 'b', 'a', programs)).toBe(true)
  expect(isMet({ overAtMost: 2 }, 'a', 'b', programs)).toBe(true)
  expect(isMet({ overAtMost: 1 }, 'a', 'b', programs)).toBe(false)
  expect(isMet({ atMost: 12 }, 'a', undefined, programs)).toBe(true)
  expect(isMet({ atMost: 11 }, 'a', undefined, programs)).toBe(false)
  // Without the program to compare with, nothing is met.
  expect(isMet({ ratioAtMost: 9 }, 'a', 'missing', programs)).toBe(false)
})

test('the table has a row for each figure that was measured', () => {
  const figures = {
    start: {
      Latchkey: summarize([70, 71, 75]),
      another: summarize([90]),
      'bare node:http': summarize([60, 61, 62]),
    },
    package: { Latchkey: summarize([2.5]) },
  }
  const rows = formatTable({ figures }).split('\n').slice(2)
  const cells = rows.map((row) =>
    row
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  )
  expect(cells).toEqual([
    [
      'B4',
      'Start to first answer, headless',
      '71 (70.5 to 73) ms',
      'bare node:http 61 (60.5 to 61.5); another 90',
      '1.16 ×',
      '≤ 1.5 ×',
      'yes',
    ],
    ['B10', '`app.asar`', '2.5 MB', '', '', '≤ 2 MB', '**no**'],
  ])
})

/** Figures that are newer than the recorded run. Remove them once a complete run has them. */
const NOT_RECORDED = ['token command']

test('the recorded run has all figures, and no other', () => {
  const recorded = Object.keys(readRecord(ROOT).figures)
  expect([...recorded, ...NOT_RECORDED].toSorted()).toEqual(FIGURES.map(({ id }) => id).toSorted())
})

test('docs/figures.md and the README show the recorded run', () => {
  const run = readRecord(ROOT)
  expect(read('docs/figures.md')).toBe(withFigures(read('docs/figures.md'), run))
  expect(read('README.md')).toBe(withHighlights(read('README.md'), run))
})

test('the peers are pinned to exact versions, and axios and jose to those of Latchkey', () => {
  const { dependencies } = JSON.parse(read('test/bench/package.json')) as {
    dependencies: Record<string, string>
  }
  const own = JSON.parse(read('package.json')) as { dependencies: Record<string, string> }
  for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  for (const name of ['axios', 'jose']) expect(dependencies[name]).toBe(own.dependencies[name])
})
