// Playwright's `expect`, which looks more often at what it polls.

import { expect as original } from '@playwright/test'

/** When `expect.poll` looks again, in milliseconds. Playwright's own waits grow to a second. */
const INTERVALS = [25, 50, 100]

export const expect: typeof original = new Proxy(original, {
  get(target, name) {
    if (name !== 'poll') return Reflect.get(target, name) as unknown
    return ((actual, options = {}) => {
      const given = typeof options === 'string' ? { message: options } : options
      return target.poll(actual, { intervals: INTERVALS, ...given })
    }) satisfies typeof original.poll
  },
})
