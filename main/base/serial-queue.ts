// One after the other: what must not overlap waits its turn.

/**
 * Makes a queue. What is given to it runs once all that was given before has settled, whether that
 * succeeded or failed, and settles for its own caller.
 */
export function createSerialQueue(): <Value>(act: () => Promise<Value>) => Promise<Value> {
  let last: Promise<unknown> = Promise.resolve()
  return (act) => {
    const acted = last.then(act)
    last = acted.catch(() => undefined)
    return acted
  }
}
