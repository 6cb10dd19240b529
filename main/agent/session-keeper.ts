// The session keeper: holds the one session, keeps it stored and renewed, and ends it.

import type { Session } from '../oauth/session.js'
import type { Orphans } from '../oauth/token-endpoint.js'
import type { SessionOwner } from '../storage/session-store.js'
import { completeClaims } from './complete-claims.js'
import { closedBeforeAnswer, discardTokens, FAREWELL_MS } from './end-at-provider.js'
import { announceSession, keepSession, restoreSession } from './keep-session.js'
import {
  clearPlan,
  createKeeper,
  toLastSession,
  wholeSession,
  type Keeper,
  type LastSession,
  type SessionKeeperDeps,
} from './keeper-state.js'
import { readSession, wakeRenewal } from './renew-session.js'
import { signOut } from './sign-out.js'
import { storeHeld } from './store-session.js'

export type SessionKeeper = {
  /** Null if no one is signed in. */
  held(): Session | null
  /** The held session with the refresh tokens that it superseded. Also works after closing. */
  whole(): Session | null
  /**
   * Keeps a session in place of the held one, and returns that one. The same user's held session
   * stays, or continues in part, if they would have less otherwise. Throws the signal's reason, and
   * keeps nothing, if the sign-in was cancelled meanwhile.
   */
  keep(session: Session, signal: AbortSignal): Promise<Session | null>
  /** Announces a session that was kept, after the user's browser has its page. */
  tell(session: Session, state: string, replaced: Session | null): void
  /** Adds the claims that only userinfo has, in the background, after the user's browser has its page. */
  complete(session: Session): void
  /** Revokes tokens that arrived, or may still arrive, and are not kept. */
  discard(tokens: Promise<Orphans>, owner: SessionOwner): void
  /** Restores the stored session if it belongs to this provider and client. */
  restore(owner: SessionOwner): Promise<void>
  /** The session that is held, or ended last. Null if no one has signed in, and after a sign-out. */
  last(): LastSession | null
  /**
   * Returns the held session with at least `leastMs` milliseconds of its access token's life left, and
   * renews it if there is less. Null renews it in any case. Fails with an AuthError.
   */
  read(leastMs: number | null): Promise<Session>
  /** Does now what fell due while the computer slept or had no network. */
  wake(): void
  /** Forgets the session here first, then ends it at the provider. */
  signOut(): Promise<void>
  /**
   * Plans nothing from now on, and aborts requests to the provider after a few seconds. The returned
   * function stops that timer.
   */
  close(): () => void
}

export function createSessionKeeper(deps: SessionKeeperDeps): SessionKeeper {
  const keeper = createKeeper(deps)
  const { state } = keeper
  return {
    held: () => state.session,
    whole: () => wholeSession(state),
    keep: (session, signal) => keepSession(keeper, session, signal),
    tell: (session, signInState, replaced) =>
      announceSession(keeper, session, signInState, replaced),
    complete: (session) => void deps.track(completeClaims(keeper, session)),
    discard: (coming, owner) =>
      discardTokens(
        keeper,
        owner,
        coming.then((tokens) => [tokens]),
      ),
    restore: (owner) => restoreSession(keeper, owner),
    last: () => (state.session ? toLastSession(state.session) : state.ended),
    read: (leastMs) => readSession(keeper, leastMs),
    wake: () => wakeRenewal(keeper),
    signOut: () => signOut(keeper),
    close: () => close(keeper),
  }
}

function close(keeper: Keeper): () => void {
  const { deps, state, handles } = keeper
  state.isClosed = true
  handles.cancelStorageRetry()
  clearPlan(keeper)
  // The last chance: what is not stored by then is lost.
  if (!state.isStored || state.mustClearAside)
    void deps.track(keeper.enqueue(() => storeHeld(keeper)))
  return deps.clock.after(FAREWELL_MS, () => handles.closing.abort(closedBeforeAnswer()))
}
