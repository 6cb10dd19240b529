// The WebSockets of the API.

import type { IncomingMessage } from 'node:http'
import type { Agent } from '../agent/agent.js'
import type { AccountSession } from '../agent/model.js'
import { PROBLEM_DETAILS } from './api-messages.js'
import { followAccount, type FollowDeps } from './follow-account.js'
import { Problem } from './problem.js'
import type { Subscribers } from './subscribers.js'
import type { StreamHandler, StreamHandlers } from './upgrade.js'
import { toUserProfile } from './user-profile.js'
import { createWebSocketOutlet } from './web-sockets.js'

export type StreamDeps = FollowDeps & { agent: Pick<Agent, 'all'>; subscribers: Subscribers }

/** Every WebSocket of the table has its handler here. */
export function createStreamHandlers(deps: StreamDeps): StreamHandlers {
  return {
    // Some programs start over at every frame.
    'WS /.well-known/stream/health': async (_request, accept) => {
      checkRoom(deps)
      const outlet = createWebSocketOutlet(await accept())
      deps.subscribers.add(outlet, () => undefined).send('ok')
    },
    'WS /user/stream': (request, accept) => followUser(deps, request, accept),
  }
}

/** S40: fails with `unavailable` if there are too many subscribers. */
export function checkRoom({ subscribers }: Pick<StreamDeps, 'subscribers'>): void {
  if (subscribers.hasRoom()) return
  throw new Problem('unavailable', PROBLEM_DETAILS.tooManySubscribers, { 'Retry-After': '5' })
}

/**
 * Sends the user's profile at once and at each change, and an empty frame if the program sees nobody: clients
 * read every other frame as a profile.
 */
async function followUser(
  deps: StreamDeps,
  request: IncomingMessage,
  accept: Parameters<StreamHandler>[1],
): Promise<void> {
  checkRoom(deps)
  // A key that is not valid is rejected before the upgrade.
  const followed = await followAccount(deps, request)
  try {
    const outlet = createWebSocketOutlet(await accept())
    const subscription = deps.subscribers.add(outlet, followed.close)
    followed.listen({
      onAccount: (account) => subscription.send(toFrame(deps, account)),
      onTakenBack: () => subscription.close('not-allowed'),
    })
  } catch (thrown) {
    followed.close()
    throw thrown
  }
}

/** To the clients, an account whose session has ended is not signed in. */
function toFrame(deps: StreamDeps, account: AccountSession | null): string {
  return account?.kind === 'signed-in' ? JSON.stringify(toUserProfile(deps, account)) : ''
}
