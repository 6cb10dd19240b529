// Starts to hold a session: from a sign-in, or from the store when Latchkey starts.

import type { Session } from '../oauth/session.js'
import { restoredTokens } from '../oauth/token-endpoint.js'
import type { EndedAccount, StoredAccount } from '../storage/account-store.js'
import { toOriginalName } from '../storage/session-file.js'
import { holdSession, toRef, type Keeper } from './keeper-state.js'
import { followSession } from './renew-session.js'
import { toLifetime } from './renewal.js'
import { CalledOff } from './results.js'
import { chooseSession, type ChosenSession } from './same-person.js'
import { SESSION_MESSAGES } from './session-messages.js'
import { moveUnopenedAside, storeHeld, storeSession } from './store-session.js'

/**
 * Keeps the session of a sign-in, and returns the ID of its account. If the sign-in was cancelled in the
 * meantime, keeps nothing and throws the signal's reason.
 *
 * 1. Wait until the stored sessions have been read, and then for earlier changes. Stop if the sign-in was
 *    cancelled or the user has signed out since.
 * 2. Choose the session to hold. The same user never has less than before.
 * 3. Store it.
 * 4. Check again, because sign-out bypasses the queue. If it stops here, store the held session again.
 * 5. Hold it.
 */
export function keepSession(
  keeper: Keeper,
  session: Session,
  signal: AbortSignal,
): Promise<string> {
  const { state, shared, deps } = keeper
  const { signOuts } = state
  const stopIfCancelled = (): void => {
    signal.throwIfAborted()
    if (state.signOuts !== signOuts) throw new CalledOff({ kind: 'cancelled' })
  }
  const keep = async (): Promise<string> => {
    stopIfCancelled()
    // The account is new, or was signed out: it is added now.
    if (state.session === null && state.ended === null) state.addedAtMs = deps.clock.nowMs()
    const chosen = chooseSession(state, session)
    await storeChosen(keeper, chosen)
    try {
      stopIfCancelled()
    } catch (thrown) {
      await storeHeld(keeper)
      throw thrown
    }
    if (chosen.isNew) {
      holdSession(state, chosen.session, chosen.superseded)
      state.awaitsAnnouncement = true
    } else {
      state.superseded = chosen.superseded
    }
    state.ended = null
    return state.id
  }
  // Stored sessions are restored first, in the queue. Waiting for that in the queue would block both.
  return shared.restored.then(() => keeper.enqueue(keep))
}

async function storeChosen(keeper: Keeper, chosen: ChosenSession): Promise<void> {
  const { deps, state } = keeper
  const path = await moveUnopenedAside(keeper)
  await storeSession(keeper, chosen.session, chosen.superseded)
  if (path !== null && state.isStored) {
    const message = SESSION_MESSAGES.movedAside(path, toOriginalName(path))
    deps.dispatch({ type: 'storage-failed', id: state.id, message })
  }
}

/** Announces a session that was kept, once the user's browser has the last page. */
export function announceSession(keeper: Keeper, signInState: string): void {
  const { deps, state } = keeper
  const { session, awaitsAnnouncement } = state
  if (session === null) {
    // The user has signed out since the session was kept.
    const result = { kind: 'cancelled' } as const
    deps.dispatch({ type: 'sign-in-ended', state: signInState, result })
    return
  }
  const ref = toRef(keeper, session)
  deps.dispatch({ type: 'signed-in', state: signInState, ...ref, ...toLifetime(session) })
  if (awaitsAnnouncement) followSession(keeper, session)
  state.awaitsAnnouncement = false
}

/** Restores a stored session, unless the user has signed in or out in the meantime. */
export function restoreSession(keeper: Keeper, stored: StoredAccount): Promise<void> {
  const { deps, state } = keeper
  return keeper.enqueue(() => {
    if (state.signOuts > 0 || state.session !== null) return Promise.resolve()
    const { superseded = [], unanswered = false, ...rest } = stored.session
    const session = { ...rest, tokens: restoredTokens(rest.tokens, deps.clock.nowMs()) }
    state.id = stored.id
    state.addedAtMs = stored.addedAtMs
    holdSession(state, session, superseded)
    if (unanswered) state.renewal = { ...state.renewal, unanswered: session.tokens.refreshToken }
    deps.dispatch({ type: 'restored', ...toRef(keeper, session), ...toLifetime(session) })
    followSession(keeper, session)
    return Promise.resolve()
  })
}

/** Restores an account whose session has ended, unless the user has signed in or out in the meantime. */
export function restoreEnded(keeper: Keeper, stored: EndedAccount): Promise<void> {
  const { deps, state } = keeper
  return keeper.enqueue(() => {
    const isKnown = state.session !== null || state.ended !== null
    if (state.signOuts > 0 || isKnown) return Promise.resolve()
    const { id, addedAtMs, ...ended } = stored
    state.id = id
    state.addedAtMs = addedAtMs
    state.ended = ended
    const lifetime = { expiresAtMs: null, renewsAtMs: null }
    deps.dispatch({ type: 'restored', ...toRef(keeper, ended), ...lifetime, ended: ended.reason })
    return Promise.resolve()
  })
}
