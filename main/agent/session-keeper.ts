// The session keeper: holds the session of each account, keeps it stored and renewed, and ends it.

import { asAuthError } from '../base/errors.js'
import type { Session } from '../oauth/session.js'
import type { Orphans } from '../oauth/token-endpoint.js'
import {
  createAccountId,
  sortAccounts,
  toPerson,
  type Person,
  type StoredAccount,
} from '../storage/account-store.js'
import type { SessionOwner } from '../storage/session-owner.js'
import { completeClaims } from './complete-claims.js'
import { closedBeforeAnswer, discardTokens, FAREWELL_MS } from './end-at-provider.js'
import { announceSession, keepSession, restoreEnded, restoreSession } from './keep-session.js'
import {
  clearPlan,
  createKeeper,
  toLastSession,
  wholeSession,
  type Keeper,
  type LastSession,
  type NarrowedToken,
  type SessionKeeperDeps,
  type Shared,
} from './keeper-state.js'
import { readNarrowed, type NarrowedRequest } from './narrowed-token.js'
import { notSignedIn } from './renewal.js'
import { readSession, wakeRenewal } from './renew-session.js'
import {
  deleteLeftovers,
  discardSession,
  endOthers,
  signOut,
  signOutEverywhere,
} from './sign-out.js'
import { mustStore, storeHeld } from './store-session.js'

export type SessionKeeper = {
  /**
   * Keeps a session, and returns the ID of its account. The same user's held session stays, or
   * continues in part, if they would have less otherwise. Throws the signal's reason, and keeps nothing,
   * if the sign-in was cancelled meanwhile.
   */
  keep(session: Session, signal: AbortSignal): Promise<string>
  /** Announces a session that was kept, after the user's browser has its page. */
  announce(session: Session, state: string): void
  /** Adds the claims that only userinfo has, in the background, after the user's browser has its page. */
  complete(session: Session): void
  /** Revokes tokens that arrived, or may still arrive, and are not kept. */
  discard(tokens: Promise<Orphans>, owner: SessionOwner): void
  /** Ends a session that the user does not want to keep. Their account stays signed in if it is. */
  discardSession(session: Session): void
  /** Restores the stored sessions of the configured providers. */
  restore(): Promise<void>
  /** The session that an account has, or had until it ended. Null after a sign-out. */
  last(id: string): LastSession | null
  /**
   * Returns an account's session with at least `leastMs` milliseconds of its access token's life left,
   * and renews it if there is less. Null renews it in any case. Fails with an AuthError.
   */
  read(id: string, leastMs: number | null): Promise<Session>
  /**
   * Returns an access token for fewer scopes than an account's session has. It is kept in memory only, and
   * the session stays as it is. Fails with an AuthError.
   */
  readNarrowed(id: string, request: NarrowedRequest): Promise<NarrowedToken>
  /** Does what became due while the computer slept or had no network. */
  wake(): void
  /** Forgets an account's session here first, then ends it at the provider. */
  signOut(id: string): Promise<void>
  /**
   * Deletes stored sessions of the configured providers that are not held, because they are still being read
   * or could not be opened.
   */
  deleteLeftovers(): Promise<void>
  /**
   * Forgets every session here first, also those that could not be opened and those of other providers,
   * then ends them at their providers. Returns one sentence for each that could not be ended there.
   */
  signOutEverywhere(): Promise<readonly string[]>
  /**
   * Deletes the stored sessions that belong to none of these providers, and ends them. Fails with
   * `storage-failed`.
   */
  endOthers(owners: readonly SessionOwner[]): Promise<void>
  /** Every held session with the refresh tokens that it superseded. Also works after closing. */
  all(): readonly StoredAccount[]
  /**
   * Plans nothing from now on, and aborts requests to the providers after a few seconds. The returned
   * function cancels that timer.
   */
  close(): () => void
}

/** The keepers of all accounts, by person; see {@link toKey}. */
export type Keepers = { readonly shared: Shared; readonly byPerson: Map<string, Keeper> }

export function createSessionKeeper(deps: SessionKeeperDeps): SessionKeeper {
  const shared: Shared = {
    deps,
    isClosed: false,
    hasUnopened: false,
    signOuts: 0,
    restored: Promise.resolve(),
    closing: new AbortController(),
  }
  const keepers: Keepers = { shared, byPerson: new Map() }
  const all = (): Keeper[] => [...keepers.byPerson.values()]
  const find = (id: string): Keeper | undefined => all().find(({ state }) => state.id === id)
  const obtain = (session: Session): Keeper => obtainKeeper(keepers, toPerson(session))

  return {
    keep: (session, signal) => keepSession(obtain(session), session, signal),
    announce: (session, signInState) => announceSession(obtain(session), signInState),
    complete: (session) => void deps.track(completeClaims(obtain(session), session)),
    discard: (coming, owner) =>
      discardTokens(
        shared,
        owner,
        coming.then((tokens) => [tokens]),
      ),
    discardSession: (session) =>
      discardSession(shared, keepers.byPerson.get(toKey(toPerson(session))), session),
    restore: () => (shared.restored = restore(keepers)),
    last(id) {
      const state = find(id)?.state
      if (state?.session) return toLastSession(state.session)
      if (!state?.ended) return null
      const { reason: _reason, ...ended } = state.ended
      return ended
    },
    async read(id, leastMs) {
      const keeper = find(id)
      if (!keeper) throw notSignedIn()
      return readSession(keeper, leastMs)
    },
    async readNarrowed(id, request) {
      const keeper = find(id)
      if (!keeper) throw notSignedIn()
      return readNarrowed(keeper, request)
    },
    wake: () => all().forEach((keeper) => wakeRenewal(keeper)),
    async signOut(id) {
      const keeper = find(id)
      if (keeper) await signOut(keeper)
    },
    deleteLeftovers: () => deleteLeftovers(shared, all),
    signOutEverywhere: () => signOutEverywhere(shared, all),
    endOthers: (owners) => endOthers(shared, owners),
    all: () =>
      all().flatMap(({ state }) => {
        const session = wholeSession(state)
        return session ? [{ id: state.id, addedAtMs: state.addedAtMs, session }] : []
      }),
    close: () => close(shared, all()),
  }
}

/** Finds the keeper of a person's account, or makes it. */
function obtainKeeper({ shared, byPerson }: Keepers, person: Person): Keeper {
  const key = toKey(person)
  const found = byPerson.get(key)
  if (found) return found
  const keeper = createKeeper(shared, person, createAccountId())
  byPerson.set(key, keeper)
  return keeper
}

function toKey({ issuer, clientId, sub }: Person): string {
  return JSON.stringify([issuer, clientId, sub])
}

/** Restores the stored sessions of the configured providers, and tells the user why others don't open. */
async function restore(keepers: Keepers): Promise<void> {
  const { shared } = keepers
  const { deps, signOuts } = shared
  const { accountStore, dispatch } = deps
  shared.hasUnopened = true
  try {
    const { accounts, ended = [], problems } = await accountStore.readAll(deps.providers)
    if (shared.signOuts !== signOuts) return
    for (const stored of sortAccounts([...accounts, ...ended])) {
      if ('session' in stored) {
        await restoreSession(obtainKeeper(keepers, toPerson(stored.session)), stored)
      } else {
        await restoreEnded(obtainKeeper(keepers, toPerson(stored)), stored)
      }
    }
    shared.hasUnopened = problems.length > 0
    for (const { message } of problems) dispatch({ type: 'storage-failed', id: null, message })
    const chosen = await accountStore.readDefault()
    if (chosen !== null) dispatch({ type: 'default-chosen', id: chosen })
  } catch (thrown) {
    dispatch({ type: 'storage-failed', id: null, message: asAuthError(thrown).message })
  }
}

function close(shared: Shared, keepers: readonly Keeper[]): () => void {
  const { deps, closing } = shared
  shared.isClosed = true
  for (const keeper of keepers) {
    keeper.handles.cancelStorageRetry()
    clearPlan(keeper)
    // The last chance: what is not stored by then is lost.
    if (mustStore(keeper.state)) void deps.track(keeper.enqueue(() => storeHeld(keeper)))
  }
  return deps.clock.after(FAREWELL_MS, () => closing.abort(closedBeforeAnswer()))
}
