// The budget of browser openings, by a clock that can be set.

import { expect, test } from '@playwright/test'
import { createBrowserBudget, type BrowserBudget } from '../../main/agent/browser-budget.js'
import { createTestClock } from '../support/clock.js'

const takeAll = (openings: BrowserBudget): number => {
  let taken = 0
  while (openings.take()) taken += 1
  return taken
}

test('S26: five may be taken in any 60 seconds, however they are spread', () => {
  const clock = createTestClock()
  const openings = createBrowserBudget(clock)
  const takenAtMs: number[] = []
  // Primes, so that the steps meet the window's ends in ever other ways.
  for (const stepMs of Array.from({ length: 500 }, (_, index) => (index * 7_919) % 30_011)) {
    clock.advance(stepMs)
    if (openings.take()) takenAtMs.push(clock.nowMs())
  }
  expect(takenAtMs.length).toBeGreaterThan(100)
  for (const [index, atMs] of takenAtMs.entries()) {
    const sixth = takenAtMs[index + 5] ?? Infinity
    expect(sixth - atMs).toBeGreaterThanOrEqual(60_000)
  }
})

test('S26: each comes back a minute after it was taken, and no sooner', () => {
  const clock = createTestClock()
  const openings = createBrowserBudget(clock)
  expect(openings.take()).toBe(true)
  clock.advance(30_000)
  expect(takeAll(openings)).toBe(4)
  clock.advance(29_999)
  expect(takeAll(openings)).toBe(0)
  clock.advance(1)
  expect(takeAll(openings)).toBe(1)
})

test('S26: what is set aside counts, and from its use on for a minute', () => {
  const clock = createTestClock()
  const openings = createBrowserBudget(clock)
  const reservation = openings.reserve()
  clock.advance(300_000)
  expect(takeAll(openings)).toBe(4)

  reservation?.use()
  clock.advance(59_999)
  expect(takeAll(openings)).toBe(0)
  clock.advance(1)
  expect(takeAll(openings)).toBe(5)
  expect(openings.reserve()).toBeNull()
})

test('what was set aside and not used is given back; what was used is not', () => {
  const openings = createBrowserBudget(createTestClock())
  const [unused, used] = [openings.reserve(), openings.reserve()]
  used?.use()
  for (const reservation of [unused, used]) reservation?.release()
  unused?.use() // Too late: it is somebody else's by now.
  expect(takeAll(openings)).toBe(4)
})

test('a clock that is set back by hours holds nobody up for longer than a minute', () => {
  let nowMs = Date.now()
  const openings = createBrowserBudget({ nowMs: () => nowMs })
  expect(takeAll(openings)).toBe(5)
  nowMs -= 7_200_000
  expect(takeAll(openings)).toBe(0)
  nowMs += 60_000
  expect(takeAll(openings)).toBe(5)
})
