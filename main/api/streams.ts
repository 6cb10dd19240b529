// The WebSockets of the API.

import { PROBLEM_DETAILS } from './api-messages.js'
import { Problem } from './problem.js'
import type { Subscribers } from './subscribers.js'
import type { StreamHandlers } from './upgrade.js'
import { createWebSocketOutlet } from './web-sockets.js'

export type StreamDeps = { subscribers: Subscribers }

/** Every WebSocket of the table has its handler here. */
export function createStreamHandlers(deps: StreamDeps): StreamHandlers {
  return {
    // Some programs start over at every frame.
    'WS /.well-known/stream/health': async (_request, accept) => {
      checkRoom(deps)
      const { subscribers } = deps
      subscribers.add(createWebSocketOutlet(await accept()), () => undefined).send('ok')
    },
  }
}

/** S40: fails with `unavailable` if there are too many subscribers. */
export function checkRoom({ subscribers }: StreamDeps): void {
  if (subscribers.hasRoom()) return
  throw new Problem('unavailable', PROBLEM_DETAILS.tooManySubscribers, { 'Retry-After': '5' })
}
