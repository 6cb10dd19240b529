// Brings changes of the held session to the disk, and tries again until the disk takes them.

import { asAuthError } from '../base/errors.js'
import type { Session } from '../oauth/session.js'
import type { DeletedFiles } from '../storage/account-store.js'
import { endFiles, reportNotEnded } from './end-at-provider.js'
import { withSuperseded, type EndedSession, type Keeper, type KeeperState } from './keeper-state.js'

/** A full disk may have room again after this time. */
const STORAGE_RETRY_MS = 60_000

/** Writes a session, with the refresh tokens that it superseded. If that fails, the user is told. */
export function storeSession(
  keeper: Keeper,
  session: Session,
  superseded = keeper.state.superseded,
): Promise<void> {
  return store(keeper, () => write(keeper, toStored(keeper.state, session, superseded)))
}

/** True if what is stored is not yet what it should be, because a write or a deletion failed. */
export function mustStore({ isStored, mustClearAside }: KeeperState): boolean {
  return !isStored || mustClearAside
}

/** Writes what is held, or that the session has ended. Deletes what is stored after a sign-out. */
export function storeHeld(keeper: Keeper): Promise<void> {
  return store(keeper, () => {
    const { id, ended } = keeper.state
    const session = toStoredHeld(keeper.state)
    if (session) return write(keeper, session)
    return ended ? writeEnded(keeper, ended) : keeper.deps.accountStore.delete(id)
  })
}

/** Stores that the session has ended, so that its account is still in the list after a restart. */
export async function storeEnded(keeper: Keeper, ended: EndedSession): Promise<void> {
  const { deps, state } = keeper
  try {
    await writeEnded(keeper, ended)
  } catch {
    // A stored session that cannot be deleted is harmless: the provider has ended it.
    await deps.accountStore.delete(state.id).catch(() => undefined)
  }
}

function writeEnded({ deps, state }: Keeper, ended: EndedSession): Promise<void> {
  const { id, addedAtMs } = state
  return deps.accountStore.writeEnded({ id, addedAtMs, ...ended })
}

function write({ deps, state: { id, addedAtMs } }: Keeper, session: Session): Promise<void> {
  return deps.accountStore.write({ id, addedAtMs, session })
}

/**
 * Stores whether the held session's refresh token waits for an answer. A failure changes nothing: what is
 * stored stays, and the next write reports a disk that is full.
 */
export function storeUnanswered(keeper: Keeper): Promise<void> {
  return keeper.enqueue(async () => {
    const session = toStoredHeld(keeper.state)
    if (session === null || !keeper.state.isStored) return
    await write(keeper, session).catch(() => undefined)
  })
}

function toStoredHeld(state: KeeperState): Session | null {
  return state.session && toStored(state, state.session, state.superseded)
}

function toStored(
  { renewal }: KeeperState,
  session: Session,
  superseded: readonly string[],
): Session {
  const whole = withSuperseded(session, superseded)
  const { refreshToken } = session.tokens
  const isUnanswered = refreshToken !== null && refreshToken === renewal.unanswered
  return isUnanswered ? { ...whole, unanswered: true } : whole
}

/**
 * Deletes the stored session, and the one that was moved aside. `isCleared` is false if either is left.
 * `files`: what the files moved aside held.
 */
export async function clearStored(
  keeper: Keeper,
): Promise<{ isCleared: boolean; files: DeletedFiles['files'] }> {
  const { deps, state } = keeper
  const deleting = deps.accountStore.delete(state.id)
  const [deleted, aside] = await Promise.allSettled([deleting, clearAsideIfDue(keeper)])
  if (aside.status === 'rejected') return { isCleared: false, files: [] }
  const { files, failure } = aside.value
  return { isCleared: deleted.status === 'fulfilled' && failure === null, files }
}

/** Tries again to store what is held, after a while. */
export function retryStorageLater(keeper: Keeper): void {
  if (keeper.shared.isClosed) return
  keeper.handles.cancelStorageRetry = keeper.deps.clock.after(
    STORAGE_RETRY_MS,
    () => void keeper.enqueue(() => storeHeld(keeper)),
  )
}

async function store(keeper: Keeper, change: () => Promise<void>): Promise<void> {
  const { deps, state, handles } = keeper
  handles.cancelStorageRetry()
  state.isStored = true
  try {
    await change()
  } catch (thrown) {
    state.isStored = false
    deps.dispatch({ type: 'storage-failed', id: state.id, message: asAuthError(thrown).message })
    return retryStorageLater(keeper)
  }
  try {
    const { files, failure } = await clearAsideIfDue(keeper)
    if (files.length > 0) void reportNotEnded(keeper.shared, endFiles(keeper.shared, files))
    if (failure !== null) throw failure
    if (state.isStored) deps.dispatch({ type: 'storage-recovered', id: state.id })
  } catch (thrown) {
    deps.dispatch({ type: 'storage-failed', id: state.id, message: asAuthError(thrown).message })
    retryStorageLater(keeper)
  }
}

/** S19: Deletes the account's session that was moved aside if the user has signed out since. */
async function clearAsideIfDue({ deps, state, person }: Keeper): Promise<DeletedFiles> {
  const nothing = { files: [], failure: null }
  if (!state.mustClearAside) return nothing
  const deleted = (await deps.accountStore.clearAside?.(person)) ?? nothing
  state.mustClearAside = deleted.failure !== null
  return deleted
}

/**
 * Moves a stored session of the same user that could not be opened out of the way, and returns its new
 * path; null if there is none.
 */
export async function moveUnopenedAside(keeper: Keeper): Promise<string | null> {
  const { deps, state, shared, person } = keeper
  if (!shared.hasUnopened) return null
  try {
    return (await deps.accountStore.setAside?.(person)) ?? null
  } catch (thrown) {
    const { message } = asAuthError(thrown)
    deps.dispatch({ type: 'storage-failed', id: state.id, message })
    return null
  }
}
