// What the app did on a desktop and left no trace of, as lines on its stderr: it may have ended by the
// time that a spec asks.

import type { Box } from '../stand-in/contract.js'

/** What such a line begins with. */
export const OBSERVED = 'observed: '

type Observation = { path: string } | { box: Box }

export function observationsOf(stderr: string): readonly Observation[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith(OBSERVED))
    .map((line) => JSON.parse(line.slice(OBSERVED.length)) as Observation)
}
