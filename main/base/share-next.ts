// Shares runs among callers.

/**
 * Runs `run` once at a time. Calls during a run share the next one, because that run began too early.
 * The next one runs even if the one before fails.
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
