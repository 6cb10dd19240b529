// Repeated events are counted instead of being reported each time.

import { expect, test } from '@playwright/test'
import { createRepeats } from '../../main/base/repeats.js'

function collect() {
  const told: string[] = []
  const repeats = createRepeats<string>((item, count) => told.push(`${item} ${count}`))
  return { told, ...repeats }
}

test('a million of one kind give seven lines, and the rest is reported at the end', () => {
  const { told, add, flush } = collect()
  for (let count = 0; count < 1_000_005; count += 1) add('EPIPE', 'x')
  expect(told).toEqual([1, 10, 100, 1_000, 10_000, 100_000, 1_000_000].map((count) => `x ${count}`))
  flush()
  expect(told.at(-1)).toBe('x 1000005')
  flush()
  expect(told).toHaveLength(8)
  add('EPIPE', 'x')
  expect(told.at(-1)).toBe('x 1')
})

test('each kind is counted separately, even if they alternate', () => {
  const { told, add } = collect()
  for (let count = 0; count < 50; count += 1) {
    add('one', 'a')
    add('other', 'b')
  }
  expect(told).toEqual(['a 1', 'b 1', 'a 10', 'b 10'])
})

test('the number of counted kinds is bounded, and no event is lost', () => {
  const { told, add, flush } = collect()
  add('first', 'first')
  add('first', 'first')
  for (let kind = 0; kind < 100; kind += 1) add(`kind ${kind}`, `kind ${kind}`)
  expect(told.filter((line) => line.startsWith('first'))).toEqual(['first 1', 'first 2'])
  flush()
  expect(told).toHaveLength(102)
})
