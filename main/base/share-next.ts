// Lets callers share the runs of a function.

/**
 * Runs `run` once at a time. Calls during a run share the next run, because the current one began before
 * them. The next run starts even if the current one fails.
 */
export function shareNext(run: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve()
  let next: Promise<void> | null = null
  const begin = (): Promise<void> => {
    next = null
    return run()
  }
  return () => (next ??= last = last.then(begin, begin))
}
