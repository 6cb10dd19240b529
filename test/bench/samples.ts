// The samples of a figure, and rounds that alternate between programs.

/** Samples by the names of programs. */
export type Samples = Record<string, number[]>

/** What a measurement returns: the samples of each of its figures. */
export type Measured = Record<string, Samples>

/** Collects samples of several figures. */
export function createSamples(): {
  measured: Measured
  add(figure: string, program: string, ...samples: readonly number[]): void
} {
  const measured: Measured = {}
  return {
    measured,
    add(figure, program, ...samples) {
      const programs = (measured[figure] ??= {})
      ;(programs[program] ??= []).push(...samples)
    },
  }
}

/**
 * Runs each task once a round, so that a change of the machine's speed affects all of them alike. The
 * order is reversed in every second round.
 */
export async function alternate(
  rounds: number,
  tasks: readonly ((round: number) => Promise<void>)[],
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const task of round % 2 === 0 ? tasks : tasks.toReversed()) await task(round)
  }
}
