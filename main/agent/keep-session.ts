// Starts to hold a session: from a sign-in, or from the store when Latchkey starts.

import { asAuthError } from '../base/errors.js'
import type { Session } from '../oauth/session.js'
import { restoredTokens } from '../oauth/token-endpoint.js'
import type { SessionOwner } from '../storage/session-store.js'
import { endAtProvider } from './end-at-provider.js'
import { holdSession, wholeSession, type Keeper } from './keeper-state.js'
import { followSession } from './renew-session.js'
import { toLifetime } from './renewal.js'
import { CalledOff } from './results.js'
import { chooseSession, isSameAccount, type ChosenSession } from './same-person.js'
import { SESSION_MESSAGES } from './session-messages.js'
import { moveUnopenedAside, storeHeld, storeSession } from './store-session.js'

/**
 * Keeps the session of a sign-in instead of the held one, and returns the one that was held. If the
 * sign-in was cancelled in the meantime, keeps nothing and throws the signal's reason.
 *
 * 1. Wait for earlier changes. Stop if the sign-in was cancelled or the user has signed out since.
 * 2. Choose the session to hold. The same user never has less than before.
 * 3. Store it.
 * 4. Check again, because sign-out bypasses the queue. On a stop, store the held session again.
 * 5. Hold it.
 */
export function keepSession(
  keeper: Keeper,
  session: Session,
  signal: AbortSignal,
): Promise<Session | null> {
  const { state } = keeper
  const { signOuts } = state
  const stopIfCancelled = (): void => {
    signal.throwIfAborted()
    if (state.signOuts !== signOuts) throw new CalledOff({ kind: 'cancelled' })
  }
  return keeper.enqueue(async () => {
    stopIfCancelled()
    const replaced = wholeSession(state)
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
    return replaced
  })
}

async function storeChosen(keeper: Keeper, chosen: ChosenSession): Promise<void> {
  const { deps, state } = keeper
  const { session: held } = state
  const path = await moveUnopenedAside(keeper)
  await storeSession(keeper, chosen.session, chosen.superseded)
  if (path !== null && state.isStored) {
    deps.dispatch({ type: 'storage-failed', message: SESSION_MESSAGES.movedAside(path) })
  }
  if (state.isStored || held === null || isSameAccount(held, chosen.session)) return
  // Otherwise the previous user's session would come back at the next start. Deleting works even on
  // a full disk.
  await deps.sessionStore.clear().catch(() => undefined)
}

/** Announces a session that was kept, once the user's browser has the last page. */
export function announceSession(
  keeper: Keeper,
  session: Session,
  state: string,
  replaced: Session | null,
): void {
  const { deps } = keeper
  const { session: held, awaitsAnnouncement } = keeper.state
  if (held === null || !isSameAccount(held, session)) {
    // The user signed out, or someone else signed in, since the session was kept.
    deps.dispatch({ type: 'sign-in-ended', state, result: { kind: 'cancelled' } })
    return
  }
  deps.dispatch({ type: 'signed-in', state, account: held.account, ...toLifetime(held) })
  if (awaitsAnnouncement) followSession(keeper, held)
  keeper.state.awaitsAnnouncement = false
  // End another user's session, which would otherwise stay active at the provider unnoticed. Leave the
  // same user's earlier session alone until sign-out: providers end all tokens of a grant together,
  // including the new ones.
  if (replaced === null || isSameAccount(replaced, session)) return
  const { name } = replaced.account
  const ended = endAtProvider(keeper, replaced, (failure) =>
    SESSION_MESSAGES.notRevokedForPrevious(name, failure),
  )
  void deps.track(ended)
}

/** Restores the stored session if it belongs to this provider and client. Tells the user if that fails. */
export function restoreSession(keeper: Keeper, owner: SessionOwner): Promise<void> {
  return keeper.enqueue(async () => {
    try {
      await readStored(keeper, owner)
    } catch (thrown) {
      keeper.state.hasUnopened = true
      keeper.deps.dispatch({ type: 'storage-failed', message: asAuthError(thrown).message })
    }
  })
}

async function readStored(keeper: Keeper, owner: SessionOwner): Promise<void> {
  const { deps, state } = keeper
  const { signOuts } = state
  const stored = await deps.sessionStore.read(owner)
  if (stored === null || state.signOuts !== signOuts || state.session !== null) return
  const { superseded = [], unanswered = false, ...rest } = stored
  const session = { ...rest, tokens: restoredTokens(rest.tokens, deps.clock.nowMs()) }
  holdSession(state, session, superseded)
  if (unanswered) state.renewal = { ...state.renewal, unanswered: session.tokens.refreshToken }
  deps.dispatch({ type: 'restored', account: session.account, ...toLifetime(session) })
  followSession(keeper, session)
}
