// How sessions end: the user signs out, or the provider no longer renews one.

import { asAuthError } from '../base/errors.js'
import { supersede } from '../oauth/same-account.js'
import { toOrphans } from '../oauth/token-endpoint.js'
import type { Session } from '../oauth/session.js'
import type { StoredAccounts } from '../storage/account-store.js'
import { endAtProvider, discardTokens, showSignOutPage } from './end-at-provider.js'
import {
  forgetRenewal,
  holdSession,
  toLastSession,
  wholeSession,
  type Keeper,
  type Shared,
} from './keeper-state.js'
import { SESSION_MESSAGES } from './session-messages.js'
import {
  clearStored,
  mustStore,
  retryStorageLater,
  storeEnded,
  storeHeld,
} from './store-session.js'

/**
 * Signs an account out without waiting in the queue: each change there checks for a sign-out.
 *
 * 1. Forget the session in memory, and everything planned for it.
 * 2. Delete the stored session. If that fails, say so and keep trying.
 * 3. Revoke its tokens at the provider, and show the provider's sign-out page.
 */
export async function signOut(keeper: Keeper): Promise<void> {
  const { deps, shared } = keeper
  const session = await forgetSession(keeper)
  if (session === null) return
  await deps.track(
    endAtProvider(shared, session).then((failure) => {
      if (failure === null) return
      const message = SESSION_MESSAGES.notRevokedAtSignOut(failure)
      deps.dispatch({ type: 'revocation-failed', message })
    }),
  )
  if (deps.openSignOutPage) await deps.track(showSignOutPage(shared, session))
}

/**
 * Signs every account out, and deletes every stored session: also those that could not be opened, and
 * those of providers that are not configured. Returns a sentence for each session that its provider did
 * not end.
 *
 * 1. Forget and delete every session that is held. Nothing else comes first: a keyring prompt can delay
 *    all that follows.
 * 2. Take the stored sessions that are not held, to end them too.
 * 3. Revoke their tokens at the providers, and say which could not be revoked.
 *
 * `list` returns the keepers at the time of the call.
 */
export async function signOutEverywhere(
  shared: Shared,
  list: () => readonly Keeper[],
): Promise<readonly string[]> {
  const { dispatch, track } = shared.deps
  shared.signOuts += 1
  const held = await Promise.all(
    list().map((keeper) => forgetSession(keeper, { everywhere: true })),
  )
  const notHeld = await takeStored(shared, list)

  const failures: string[] = []
  const end = async (session: Session): Promise<void> => {
    const failure = await endAtProvider(shared, session)
    if (failure === null) return
    failures.push(SESSION_MESSAGES.notRevokedOf(session.account.name, session.issuer, failure))
  }
  const sessions = [...held.filter((session) => session !== null), ...notHeld]
  await track(Promise.all(sessions.map(end)).then(() => undefined))
  if (failures.length > 0) {
    dispatch({ type: 'revocation-failed', message: failures.join(' ') })
  }
  return failures
}

/**
 * S19: Deletes stored sessions of the configured providers that are not held: those that are still being
 * read, that could not be opened, or that an earlier sign-out could not delete. Those that can be read are
 * revoked. Sessions of other providers stay.
 */
export async function deleteLeftovers(
  shared: Shared,
  list: () => readonly Keeper[],
): Promise<void> {
  const { accountStore, providers } = shared.deps
  shared.signOuts += 1
  for (const keeper of list()) {
    if (mustStore(keeper.state)) await keeper.enqueue(() => storeHeld(keeper))
  }
  if (!shared.hasUnopened) return
  const stored: StoredAccounts = await accountStore
    .readAll(providers)
    .catch(() => ({ accounts: [], problems: [] }))
  const isHeld = ({ id }: { id: string }): boolean => list().some(({ state }) => state.id === id)
  const { accounts, ended = [] } = stored
  await clearStore(shared, async () => {
    const left = [...accounts, ...ended].filter((account) => !isHeld(account))
    await Promise.all(left.map(({ id }) => accountStore.delete(id)))
    await accountStore.clearUnopened?.(providers)
  })
  for (const { session } of accounts.filter((account) => !isHeld(account))) {
    const { tokens, superseded = [] } = session
    discardTokens(shared, session, [tokens, ...toOrphans(superseded)])
  }
}

/**
 * Deletes every stored session, and returns those that no account held. If an account was signed in
 * meanwhile, stores its session again.
 */
async function takeStored(
  shared: Shared,
  list: () => readonly Keeper[],
): Promise<readonly Session[]> {
  const stored = await shared.deps.accountStore.readAll().catch(() => ({ accounts: [] }))
  const known = new Set(list().map(({ state }) => state.id))
  await clearStore(shared, () => shared.deps.accountStore.clear())
  for (const keeper of list()) {
    const { session, ended } = keeper.state
    if (session !== null || ended !== null) await keeper.enqueue(() => storeHeld(keeper))
  }
  return stored.accounts.filter(({ id }) => !known.has(id)).map(({ session }) => session)
}

/**
 * S43: Ends a session that the user does not want to keep. If its account is signed in, its refresh token
 * is revoked only when the account is signed out, because a provider may end all tokens of a grant together.
 */
export function discardSession(shared: Shared, keeper: Keeper | undefined, session: Session): void {
  const { tokens } = session
  if (keeper === undefined) return discardTokens(shared, session, [tokens])
  const { state } = keeper
  const discarded = keeper.enqueue(async () => {
    if (state.session === null) return discardTokens(shared, session, [tokens])
    state.superseded = supersede(state.superseded, [tokens.refreshToken], state.session)
    await storeHeld(keeper)
  })
  void shared.deps.track(discarded)
}

/** Deletes stored sessions, and tells the user if that fails. */
async function clearStore(shared: Shared, clear: () => Promise<void>): Promise<void> {
  const { dispatch } = shared.deps
  try {
    await clear()
    shared.hasUnopened = false
    dispatch({ type: 'storage-recovered', id: null })
  } catch (thrown) {
    dispatch({ type: 'storage-failed', id: null, message: asAuthError(thrown).message })
  }
}

/** Forgets an account's session in memory and on the disk, and returns it; null if it has none. */
async function forgetSession(
  keeper: Keeper,
  how: { everywhere?: true } = {},
): Promise<Session | null> {
  const { deps, state, handles } = keeper
  const session = wholeSession(state)
  holdSession(state, null)
  state.signOuts += 1
  state.ended = null
  state.awaitsAnnouncement = false
  state.mustClearAside = true
  forgetRenewal(keeper)
  handles.cancelStorageRetry()

  const { id } = state
  state.isStored = await clearStored(keeper)
  if (state.isStored) deps.dispatch({ type: 'storage-recovered', id })
  deps.dispatch({ type: 'signed-out', id, ...how })
  if (!state.isStored) {
    deps.dispatch({ type: 'storage-failed', id, message: SESSION_MESSAGES.notDeleted })
    retryStorageLater(keeper)
  }
  return session
}

/** Ends a session that is over, if it is still held, and tells the user why. */
export function endSession(keeper: Keeper, sessionNumber: number, reason: string): Promise<void> {
  const { deps, state, shared } = keeper
  return keeper.enqueue(async () => {
    const { session, superseded, id } = state
    if (session === null || state.sessionNumber !== sessionNumber) return
    holdSession(state, null)
    state.ended = { ...toLastSession(session), reason }
    forgetRenewal(keeper)
    discardTokens(shared, session, toOrphans(superseded))
    await storeEnded(keeper, state.ended)
    deps.dispatch({ type: 'session-ended', id, reason })
  })
}
