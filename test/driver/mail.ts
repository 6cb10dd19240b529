// The messages of the main process to one document, in order.

import type { Delivery } from './preload-host.js'

export type Mail = {
  put(delivery: Delivery): void
  take(): Promise<Delivery[] | null>
  end(): void
}

/** `take` waits for the next message, and returns null at the end. */
export function createMail(): Mail {
  let box: Delivery[] = []
  let isOver = false
  let waiting = Promise.withResolvers<void>()
  return {
    put(delivery) {
      box.push(delivery)
      waiting.resolve()
    },
    async take() {
      await waiting.promise
      if (isOver) return null
      waiting = Promise.withResolvers<void>()
      return box.splice(0)
    },
    end() {
      isOver = true
      box = []
      waiting.resolve()
    },
  }
}
