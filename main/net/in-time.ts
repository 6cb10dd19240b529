// Limits how long something is waited for.

/** A limit is counted in this many steps. */
const STEPS = 10

/**
 * Returns a value, or null if it takes longer than `limitMs`. Fails as the value does. Time in
 * which this thread could not run counts as only one step, because the thread could not have
 * noticed the value.
 */
export function inTime<Value>(value: Promise<Value>, limitMs: number): Promise<Value | null> {
  return new Promise((resolve, reject) => {
    let steps = 0
    const timer = setInterval(() => {
      steps += 1
      if (steps >= STEPS) end(() => resolve(null))
    }, limitMs / STEPS).unref()
    const end = (settle: () => void): void => {
      clearInterval(timer)
      settle()
    }
    value.then(
      (ready) => end(() => resolve(ready)),
      (thrown: unknown) => end(() => reject(thrown)),
    )
  })
}
