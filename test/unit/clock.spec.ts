// Waiting until a time of the wall clock, on machines that sleep and with clocks that are set.

import { expect, test } from '@playwright/test'
import { at, systemClock } from '../../main/base/clock.js'
import { createTestClock, type TestClock } from '../support/clock.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** The longest timer that the product relies on. */
const NAP = 30_000

type Wait = {
  clock: TestClock
  /** The times at which the callback ran, counted from the start. */
  ran: readonly number[]
  callOff(): void
}

function wait(ms: number): Wait {
  const clock = createTestClock(0)
  const ran: number[] = []
  const callOff = at(clock, ms, () => void ran.push(clock.nowMs()))
  return { clock, ran, callOff }
}

for (const ms of [1, NAP - 1, NAP, NAP + 1, 10 * MINUTE, 30 * 24 * HOUR]) {
  test(`a callback in ${ms} ms runs then, once, and leaves no timer`, () => {
    const { clock, ran } = wait(ms)
    clock.advance(ms - 1)
    expect(ran).toEqual([])
    clock.advance(1)
    expect(ran).toEqual([ms])
    clock.advance(24 * HOUR)
    expect(ran).toEqual([ms])
    expect(clock.pending()).toBe(0)
  })
}

for (const ms of [0, -1, -HOUR]) {
  test(`a callback for ${-ms} ms ago runs at once, but after its caller`, () => {
    const { clock, ran } = wait(ms)
    expect(ran).toEqual([])
    clock.advance(0)
    expect(ran).toEqual([0])
  })
}

test('no timer is longer than a nap, and there is one at a time', () => {
  const naps: number[] = []
  const { nowMs, after, advance, pending } = createTestClock(0)
  const counted = (ms: number, run: () => void): (() => void) => {
    naps.push(ms)
    return after(ms, run)
  }
  at({ nowMs, after: counted }, 100_000, () => undefined)
  for (let second = 0; second < 100; second++) {
    expect(pending()).toBe(1)
    advance(1_000)
  }
  expect(naps).toEqual([NAP, NAP, NAP, 10_000])
})

for (const asleep of [4 * MINUTE, 5 * MINUTE, 8 * HOUR]) {
  test(`a machine that slept ${asleep / MINUTE} minutes without a report finds out within a nap`, () => {
    const { clock, ran } = wait(5 * MINUTE)
    clock.advance(MINUTE + 10_000)
    clock.leap(asleep)
    expect(ran).toEqual([])
    clock.advance(NAP)
    expect(ran).toHaveLength(1)
    expect(clock.pending()).toBe(0)
  })
}

test('a machine that slept for a shorter time waits for the rest', () => {
  const { clock, ran } = wait(5 * MINUTE)
  clock.advance(MINUTE)
  clock.leap(2 * MINUTE)
  clock.advance(2 * MINUTE - 1)
  expect(ran).toEqual([])
  clock.advance(1)
  expect(ran).toEqual([5 * MINUTE])
})

for (const [name, ms] of [
  ['a little', -10_000],
  ['by three hours', -3 * HOUR],
  ['to another year', -365 * 24 * HOUR],
] as const) {
  test(`a clock that is set back ${name} delays nothing: the time that has passed still counts`, () => {
    const { clock, ran } = wait(5 * MINUTE)
    clock.advance(2 * MINUTE + 10_000)
    clock.leap(ms)
    clock.advance(2 * MINUTE + 49_999)
    expect(ran).toEqual([])
    clock.advance(1)
    expect(ran).toEqual([5 * MINUTE + ms])
  })
}

test('a clock that is set past the time runs the callback', () => {
  const { clock, ran } = wait(5 * MINUTE)
  clock.leap(HOUR)
  clock.advance(NAP)
  expect(ran).toHaveLength(1)
})

for (const [name, go] of [
  ['before anything', () => undefined],
  ['in its third nap', (clock) => clock.advance(70_000)],
  ['while the machine sleeps', (clock) => clock.leap(HOUR)],
] satisfies [string, (clock: TestClock) => void][]) {
  test(`cancelled ${name}, the callback does not run, and leaves no timer`, () => {
    const { clock, ran, callOff } = wait(5 * MINUTE)
    go(clock)
    callOff()
    expect(clock.pending()).toBe(0)
    clock.advance(HOUR)
    expect(ran).toEqual([])
  })
}

test('cancelling after the callback has run has no effect', () => {
  const { clock, ran, callOff } = wait(1)
  clock.advance(1)
  callOff()
  expect(ran).toEqual([1])
})

test('the callback itself can cancel the wait and begin another one', () => {
  const clock = createTestClock(0)
  const ran: number[] = []
  const again = (): void => {
    ran.push(clock.nowMs())
    if (ran.length < 3) at(clock, clock.nowMs() + MINUTE, again)
  }
  at(clock, MINUTE, again)
  clock.advance(HOUR)
  expect(ran).toEqual([MINUTE, 2 * MINUTE, 3 * MINUTE])
})

test.describe('the system’s clock', () => {
  // setTimeout fires at once if the delay is more than 2^31 - 1 ms, which is 25 days.
  test('never sets a timer longer than the maximum', () => {
    const real = globalThis.setTimeout
    const asked: (readonly [ms: number | undefined, run: () => void])[] = []
    globalThis.setTimeout = ((run: () => void, ms?: number) => {
      asked.push([ms, run])
      return asked.length
    }) as unknown as typeof setTimeout
    try {
      let ran = 0
      systemClock.after(2 ** 32, () => void ran++)
      for (let step = 0; step < asked.length; step++) asked[step]![1]()
      expect(asked.map(([ms]) => ms)).toEqual([2 ** 31 - 1, 2 ** 31 - 1, 2])
      expect(ran).toBe(1)
      systemClock.after(-1, () => undefined)
      expect(asked.at(-1)?.[0]).toBe(0)
    } finally {
      globalThis.setTimeout = real
    }
  })

  test('runs due callbacks, but not cancelled ones', async () => {
    const ran: string[] = []
    const callOff = systemClock.after(1, () => void ran.push('called off'))
    callOff()
    await new Promise<void>((resolve) => {
      systemClock.after(5, () => {
        ran.push('due')
        resolve()
      })
    })
    expect(ran).toEqual(['due'])
  })
})

test('a program that learns of each waking sets one timer for the whole time', () => {
  const clock = createTestClock(0)
  const naps: number[] = []
  const after = (ms: number, run: () => void): (() => void) => {
    naps.push(ms)
    return clock.after(ms, run)
  }
  at({ nowMs: clock.nowMs, after, longestNapMs: Infinity }, HOUR, () => undefined)
  clock.advance(HOUR)
  expect(naps).toEqual([HOUR])
})
