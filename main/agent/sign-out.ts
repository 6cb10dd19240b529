// How sessions end: the user signs out, or the provider no longer renews one.

import { asAuthError } from '../base/errors.js'
import { supersede } from '../oauth/same-account.js'
import { toOrphans } from '../oauth/token-endpoint.js'
import type { Session } from '../oauth/session.js'
import type { StoredAccounts, StoredFile } from '../storage/account-store.js'
import { isSameOwner, type SessionOwner } from '../storage/session-owner.js'
import {
  discardTokens,
  endAtProvider,
  endFiles,
  endSessions,
  reportNotEnded,
  showSignOutPage,
} from './end-at-provider.js'
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
 * 2. Delete the stored session, and those that were moved aside. If that fails, say so and keep trying.
 * 3. Revoke their tokens at the provider, and show the provider's sign-out page.
 */
export async function signOut(keeper: Keeper): Promise<void> {
  const { deps, shared } = keeper
  const { session, files } = await forgetSession(keeper)
  const end = async (): Promise<readonly string[]> => {
    const failure = session && (await endAtProvider(shared, session))
    const failures = await endFiles(shared, files)
    return failure === null
      ? failures
      : [SESSION_MESSAGES.notRevokedAtSignOut(failure), ...failures]
  }
  await reportNotEnded(shared, end())
  if (session !== null && deps.openSignOutPage) {
    await deps.track(showSignOutPage(shared, session))
  }
}

/**
 * Signs every account out, and deletes every stored session: also those that could not be opened, and
 * those of providers that are not configured. Returns a sentence for each session that its provider did
 * not end, and one about those that could not be opened.
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
  shared.signOuts += 1
  const held = await Promise.all(
    list().map((keeper) => forgetSession(keeper, { everywhere: true })),
  )
  const stored = await takeStored(shared, list)

  const sessions = held.flatMap(({ session }) => session ?? [])
  const all = [...sessions, ...stored.sessions]
  // Someone may have signed in meanwhile. That session stays.
  const heldNow = list().flatMap(({ state }) => wholeSession(state) ?? [])
  const left = [...held.flatMap(({ files }) => files), ...stored.files]
  const files = withoutRepeats([...all, ...heldNow], left)
  const end = async (): Promise<readonly string[]> => [
    ...(await endSessions(shared, all)),
    ...(await endFiles(shared, files)),
  ]
  return reportNotEnded(shared, end())
}

/** Leaves out files with a session that is among these, or that was merged into one of them. */
function withoutRepeats(
  sessions: readonly Session[],
  files: readonly StoredFile[],
): readonly StoredFile[] {
  const known = new Set(
    sessions.flatMap(({ tokens, superseded = [] }) => [tokens.accessToken, ...superseded]),
  )
  const isKnown = ({ tokens: { accessToken, refreshToken } }: Session): boolean =>
    known.has(accessToken) || (refreshToken !== null && known.has(refreshToken))
  return files.filter((file) => !('session' in file && isKnown(file.session)))
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
  let files: readonly StoredFile[] = []
  await clearStore(shared, async () => {
    const left = [...accounts, ...ended].filter((account) => !isHeld(account))
    await Promise.all(left.map(({ id }) => accountStore.delete(id)))
    const deleted = await accountStore.clearUnopened?.(providers)
    files = deleted?.files ?? []
    if (deleted?.failure) throw deleted.failure
  })
  const sessions = accounts.filter((one) => !isHeld(one)).map(({ session }) => session)
  const end = async (): Promise<readonly string[]> => [
    ...(await endSessions(shared, sessions)),
    ...(await endFiles(shared, files)),
  ]
  void reportNotEnded(shared, end())
}

/** S19: Deletes the stored sessions that belong to none of these providers, then ends them there. */
export async function endOthers(shared: Shared, owners: readonly SessionOwner[]): Promise<void> {
  const { accountStore } = shared.deps
  const { accounts, ended = [] } = await accountStore.readAll()
  const isOther = (one: SessionOwner): boolean => !owners.some((owner) => isSameOwner(one, owner))
  const sessions = accounts.filter(({ session }) => isOther(session))
  const gone = [...sessions, ...ended.filter((one) => isOther(one))]
  for (const { id } of gone) await accountStore.delete(id)
  const ending = endSessions(
    shared,
    sessions.map(({ session }) => session),
  )
  await reportNotEnded(shared, ending)
}

/**
 * Deletes every stored session, and returns those that no account held, also those in files that were
 * moved aside. If an account was signed in meanwhile, stores its session again.
 */
async function takeStored(
  shared: Shared,
  list: () => readonly Keeper[],
): Promise<{ sessions: readonly Session[]; files: readonly StoredFile[] }> {
  const { accountStore } = shared.deps
  const stored = await accountStore.readAll().catch(() => ({ accounts: [] }))
  const files = (await accountStore.readFiles?.().catch(() => [])) ?? []
  const known = new Set(list().map(({ state }) => state.id))
  await clearStore(shared, () => accountStore.clear())
  for (const keeper of list()) {
    const { session, ended } = keeper.state
    if (session !== null || ended !== null) await keeper.enqueue(() => storeHeld(keeper))
  }
  const sessions = stored.accounts.filter(({ id }) => !known.has(id)).map(({ session }) => session)
  return { sessions, files }
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

/** What a sign-out has to end at the provider: the session, and those in files that were moved aside. */
type Forgotten = { session: Session | null; files: readonly StoredFile[] }

/** Forgets an account's session in memory and on the disk, and returns it; null if it has none. */
async function forgetSession(keeper: Keeper, how: { everywhere?: true } = {}): Promise<Forgotten> {
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
  const { isCleared, files } = await clearStored(keeper)
  state.isStored = isCleared
  if (state.isStored) deps.dispatch({ type: 'storage-recovered', id })
  deps.dispatch({ type: 'signed-out', id, ...how })
  if (!state.isStored) {
    deps.dispatch({ type: 'storage-failed', id, message: SESSION_MESSAGES.notDeleted })
    retryStorageLater(keeper)
  }
  return { session, files }
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
