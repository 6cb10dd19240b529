// The browser budget, with a test clock.

import { expect, test } from '@playwright/test'
import { createBrowserBudget, type BrowserBudget } from '../../main/agent/browser-budget.js'
import { createTestClock } from '../support/clock.js'

const takeAll = (budget: BrowserBudget): number => {
  let taken = 0
  while (budget.take()) taken += 1
  return taken
}

test('S26: at most five launches in any 60 seconds', () => {
  const clock = createTestClock()
  const budget = createBrowserBudget(clock)
  const takenAtMs: number[] = []
  // Primes, so that the steps meet the ends of the window in many ways.
  for (const stepMs of Array.from({ length: 500 }, (_, index) => (index * 7_919) % 30_011)) {
    clock.advance(stepMs)
    if (budget.take()) takenAtMs.push(clock.nowMs())
  }
  expect(takenAtMs.length).toBeGreaterThan(100)
  for (const [index, atMs] of takenAtMs.entries()) {
    const sixth = takenAtMs[index + 5] ?? Infinity
    expect(sixth - atMs).toBeGreaterThanOrEqual(60_000)
  }
})

test('S26: a launch counts for exactly a minute', () => {
  const clock = createTestClock()
  const budget = createBrowserBudget(clock)
  expect(budget.take()).toBe(true)
  clock.advance(30_000)
  expect(takeAll(budget)).toBe(4)
  clock.advance(29_999)
  expect(takeAll(budget)).toBe(0)
  clock.advance(1)
  expect(takeAll(budget)).toBe(1)
})

test('S26: a reservation counts until it is used, and then for a minute', () => {
  const clock = createTestClock()
  const budget = createBrowserBudget(clock)
  const reservation = budget.reserve()
  clock.advance(300_000)
  expect(takeAll(budget)).toBe(4)

  reservation?.use()
  clock.advance(59_999)
  expect(takeAll(budget)).toBe(0)
  clock.advance(1)
  expect(takeAll(budget)).toBe(5)
  expect(budget.reserve()).toBeNull()
})

test('a released reservation is given back unless it was used', () => {
  const budget = createBrowserBudget(createTestClock())
  const [unused, used] = [budget.reserve(), budget.reserve()]
  used?.use()
  for (const reservation of [unused, used]) reservation?.release()
  unused?.use() // Too late: another sign-in may have it.
  expect(takeAll(budget)).toBe(4)
})

test('a launch counts for a minute only, even if the clock is set back by hours', () => {
  let nowMs = Date.now()
  const budget = createBrowserBudget({ nowMs: () => nowMs })
  expect(takeAll(budget)).toBe(5)
  nowMs -= 7_200_000
  expect(takeAll(budget)).toBe(0)
  nowMs += 60_000
  expect(takeAll(budget)).toBe(5)
})
