// How the held session ends: the user signs out, or the provider no longer renews it.

import { toOrphans } from '../oauth/token-endpoint.js'
import { endAtProvider, discardTokens, showSignOutPage } from './end-at-provider.js'
import {
  forgetRenewal,
  holdSession,
  toLastSession,
  wholeSession,
  type Keeper,
} from './keeper-state.js'
import { SESSION_MESSAGES } from './session-messages.js'
import { clearStored, retryStorageLater } from './store-session.js'

/**
 * Signs the user out. It bypasses the queue: what waits there checks for a sign-out.
 *
 * 1. Forget the session in memory, and everything planned for it.
 * 2. Delete the stored session. If that fails, say so and keep trying.
 * 3. Revoke its tokens at the provider, and show the provider's sign-out page.
 */
export async function signOut(keeper: Keeper): Promise<void> {
  const { deps, state, handles } = keeper
  const session = wholeSession(state)
  holdSession(state, null)
  state.signOuts += 1
  state.ended = null
  state.awaitsAnnouncement = false
  state.hasUnopened = false
  state.mustClearAside = true
  forgetRenewal(keeper)
  handles.cancelStorageRetry()

  state.isStored = await clearStored(keeper)
  if (state.isStored) deps.dispatch({ type: 'storage-recovered' })
  deps.dispatch({ type: 'signed-out' })
  if (!state.isStored) {
    deps.dispatch({ type: 'storage-failed', message: SESSION_MESSAGES.notDeleted })
    retryStorageLater(keeper)
  }
  if (session === null) return

  await deps.track(endAtProvider(keeper, session, SESSION_MESSAGES.notRevokedAtSignOut))
  if (deps.openSignOutPage) await deps.track(showSignOutPage(keeper, session))
}

/** Ends a session that is over, if it is still held, and tells the user why. */
export function endSession(keeper: Keeper, sessionNumber: number, reason: string): Promise<void> {
  const { deps, state } = keeper
  return keeper.enqueue(async () => {
    const { session, superseded } = state
    if (session === null || state.sessionNumber !== sessionNumber) return
    holdSession(state, null)
    state.ended = toLastSession(session)
    forgetRenewal(keeper)
    discardTokens(keeper, session, toOrphans(superseded))
    // A stored session that cannot be deleted is harmless: the provider has ended it.
    await deps.sessionStore.clear().catch(() => undefined)
    deps.dispatch({ type: 'session-ended', reason })
  })
}
