// Runs tasks one after the other.

/**
 * Creates a queue. Each task runs after all earlier tasks have succeeded or failed, and its caller gets
 * its result.
 */
export function createSerialQueue(): <Value>(act: () => Promise<Value>) => Promise<Value> {
  let last: Promise<unknown> = Promise.resolve()
  return (act) => {
    const acted = last.then(act)
    last = acted.catch(() => undefined)
    return acted
  }
}
