// Waiting for a task that the caller may stop waiting for.

/** Waits for a promise, or throws the signal's reason as soon as the signal aborts. */
export function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.finally(() => signal.removeEventListener('abort', abort)).then(resolve, reject)
  })
}

/** Waits for the task's result. Each caller may pass a signal to stop waiting. */
export type SharedTask<Value> = (signal?: AbortSignal) => Promise<Value>

/**
 * Makes a task that runs once for all callers that ask while it runs. A caller that aborts stops only
 * its own wait. If all callers have aborted, the task itself is aborted.
 */
export function createSharedTask<Value>(
  run: (signal: AbortSignal) => Promise<Value>,
): SharedTask<Value> {
  type Running = { result: Promise<Value>; waiting: number; controller: AbortController }
  let current: Running | null = null

  const start = (): Running => {
    const controller = new AbortController()
    const running = { result: run(controller.signal), waiting: 0, controller }
    const forget = (): void => {
      if (current === running) current = null
    }
    running.result.then(forget, forget)
    return running
  }

  return async (signal) => {
    signal?.throwIfAborted()
    current ??= start()
    const running = current
    running.waiting += 1
    try {
      return await (signal ? unlessAborted(running.result, signal) : running.result)
    } finally {
      running.waiting -= 1
      if (running.waiting === 0) {
        running.controller.abort()
        if (current === running) current = null
      }
    }
  }
}
