// What became of removing something, in words for a person.

/** What was done, what went wrong, and what stays by design: one line for a person each. */
export type Removal = {
  done: readonly string[]
  failed: readonly string[]
  stays: readonly string[]
}

export const NOTHING: Removal = { done: [], failed: [], stays: [] }

export function failedTo(message: string): Removal {
  return { ...NOTHING, failed: [message] }
}

export function merged(removals: readonly Removal[]): Removal {
  return {
    done: removals.flatMap(({ done }) => done),
    failed: removals.flatMap(({ failed }) => failed),
    stays: removals.flatMap(({ stays }) => stays),
  }
}

/** Without what lay in a directory that is gone as a whole. */
export function shortened({ done, ...rest }: Removal, directory: string): Removal {
  if (!done.includes(`Removed ${directory}.`)) return { done, ...rest }
  const isInside = (line: string): boolean =>
    line.startsWith(`Removed ${directory}`) && line !== `Removed ${directory}.`
  return { ...rest, done: done.filter((line) => !isInside(line)) }
}
