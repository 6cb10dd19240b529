// The codes that were exchanged, so that none is exchanged twice.

import { createHash } from 'node:crypto'

/** S26: the memory stays bounded. */
const MOST_SPENT_CODES = 1_024

export type SpentCodes = {
  add(code: string): void
  has(code: string): boolean
}

/** Remembers the latest {@link MOST_SPENT_CODES} codes, as digests: a spent code is still a secret. */
export function createSpentCodes(): SpentCodes {
  const spent = new Set<string>()
  return {
    has: (code) => spent.has(digest(code)),
    add(code) {
      spent.add(digest(code))
      const [oldest] = spent
      if (spent.size > MOST_SPENT_CODES && oldest !== undefined) spent.delete(oldest)
    },
  }
}

function digest(code: string): string {
  return createHash('sha256').update(code).digest('base64url')
}
