// Records desktop actions that leave no trace as lines on stderr, because the app may have ended by
// the time a spec asks.

import type { Box } from '../stand-in/contract.js'

/** How such a line begins. */
export const OBSERVED = 'observed: '

type Observation = { path: string } | { box: Box }

export function parseObservations(stderr: string): readonly Observation[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith(OBSERVED))
    .map((line) => JSON.parse(line.slice(OBSERVED.length)) as Observation)
}
