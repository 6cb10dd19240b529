// The consents that last, and the keys: held in memory, and stored after each change.

import { asAuthError } from '../base/errors.js'
import { createSerialQueue } from '../base/serial-queue.js'
import type { Caller } from '../net/caller.js'
import { includesScope } from '../oauth/scopes.js'
import { createAccountId } from '../storage/account-store.js'
import {
  type ConsentStore,
  type Grant,
  type KeyGrant,
  type ProgramGrant,
  type Purpose,
} from '../storage/consent-store.js'
import { isSameOwner, type SessionOwner } from '../storage/session-owner.js'
import type { ConsentAccount, ConsentRequest } from './consent.js'

export type HeldProgram = Extract<Grant, { kind: 'program' }>
export type HeldKey = Extract<Grant, { kind: 'key' }>

export type Grants = {
  /**
   * Adds the stored grants to those that were given in the meantime, in place of those that were read
   * before. Fails with `storage-failed`.
   */
  restore(): Promise<void>
  all(): readonly Grant[]
  /** Finds the grant that allows a call, and marks it as used. */
  find(wanted: Wanted): HeldProgram | undefined
  findKey(hash: string): HeldKey | undefined
  /** True if a program has a grant for any account, also one that does not count in this run. */
  isKnown(caller: Caller): boolean
  /** Allows a program, in place of an earlier grant for the same program and person. */
  allow(caller: SeenCaller, account: ConsentAccount, purposes: readonly Purpose[]): void
  /** Adds a key. Fails with `storage-failed`, and adds nothing then. */
  addKey(account: ConsentAccount, key: Omit<KeyGrant, 'kind'>): Promise<HeldKey>
  /** Removes grants. Fails with `storage-failed` if they may come back at the next start. */
  remove(isGone: (grant: Grant) => boolean): Promise<void>
  /** Suspends the grants of a person's programs: they do not count until Latchkey starts again. */
  suspend(person: Whose): Promise<void>
  /** The IDs of the grants that do not count until Latchkey starts again. */
  suspended(): readonly string[]
  /** Suspends grants by their IDs, as an earlier part of this run did. */
  suspendAgain(ids: readonly string[]): void
  /** Stores what is not stored yet, such as when each grant was used last. */
  flush(): Promise<void>
}

export type GrantDeps = {
  store: ConsentStore
  nowMs(): number
  /** Called after each change, except if only the time of the last use has changed. */
  onChange(): void
  /** Called if a change could not be stored, with a message for a person. */
  onFailure(message: string): void
}

export type Wanted = Pick<ConsentRequest, 'caller' | 'account' | 'purpose'>
type SeenCaller = Extract<Caller, { kind: 'seen' }>
type Whose = SessionOwner & { sub: string }

type State = {
  deps: GrantDeps
  held: readonly Grant[]
  /** When each grant was used last in this run, by its ID: a use must not copy the list. */
  used: Map<string, number>
  /** A grant that was given before the stored ones were read must not replace them. */
  isRestored: boolean
  isStored: boolean
  /** How many changes and uses there were in this run. */
  changes: number
  /** Resolves when the stored grants have been read. Never fails. */
  reading: Promise<void>
  /** The IDs of the grants that were read last. */
  readIds: ReadonlySet<string>
  /** The IDs of grants that do not count until Latchkey starts again. */
  suspended: Set<string>
  enqueue: ReturnType<typeof createSerialQueue>
}

export function createGrants(deps: GrantDeps): Grants {
  const state: State = {
    deps,
    held: [],
    used: new Map(),
    isRestored: false,
    isStored: true,
    changes: 0,
    reading: Promise.resolve(),
    readIds: new Set(),
    suspended: new Set(),
    enqueue: createSerialQueue(),
  }
  return {
    restore() {
      const restored = restore(state)
      state.reading = restored.catch(() => undefined)
      return restored
    },
    all: () => listGrants(state),
    find: (wanted) => findAllowing(state, wanted),
    findKey(hash) {
      const found = state.held.find(
        (one): one is HeldKey => one.kind === 'key' && one.hash === hash,
      )
      if (found) markUsed(state, found)
      return found
    },
    isKnown: (caller) => state.held.some((grant) => isForProgram(grant, caller)),
    allow: (caller, account, purposes) => allow(state, caller, account, purposes),
    addKey: (account, key) => addKey(state, account, key),
    async remove(isGone) {
      const hadSome = drop(state, isGone)
      // The stored ones may be read at the moment.
      await state.reading
      if (drop(state, isGone) || hadSome) await write(state)
    },
    async suspend(person) {
      suspend(state, person)
      // The stored ones may be read at the moment.
      await state.reading
      suspend(state, person)
    },
    suspended: () => [...state.suspended],
    suspendAgain(ids) {
      for (const id of ids) state.suspended.add(id)
    },
    flush: () => (state.isStored ? Promise.resolve() : write(state)),
  }
}

/** Removes grants. False: there were none. */
function drop(state: State, isGone: (grant: Grant) => boolean): boolean {
  if (!state.held.some(isGone)) return false
  change(
    state,
    state.held.filter((grant) => !isGone(grant)),
  )
  return true
}

function suspend({ held, suspended }: State, person: Whose): void {
  for (const grant of held) {
    if (grant.kind === 'program' && isOf(grant, person)) suspended.add(grant.id)
  }
}

function write(state: State): Promise<void> {
  return state.enqueue(async () => {
    if (!state.isRestored) return
    const { changes } = state
    await state.deps.store.write(listGrants(state))
    if (state.changes === changes) state.isStored = true
  })
}

function change(state: State, grants: readonly Grant[]): void {
  state.held = grants
  state.changes += 1
  state.isStored = false
  state.deps.onChange()
}

function save(state: State): void {
  write(state).catch((thrown: unknown) => state.deps.onFailure(asAuthError(thrown).message))
}

function markUsed(state: State, { id }: Grant): void {
  state.used.set(id, state.deps.nowMs())
  state.changes += 1
  state.isStored = false
}

/** Lists the grants with the time of their last use. */
function listGrants({ held, used }: State): readonly Grant[] {
  return held.map((grant) => ({ ...grant, usedAtMs: used.get(grant.id) ?? grant.usedAtMs }))
}

async function restore(state: State): Promise<void> {
  const { deps, enqueue } = state
  const stored = await enqueue(() => deps.store.read()).finally(() => (state.isRestored = true))
  const given = state.held.filter(({ id }) => !state.readIds.has(id))
  const hasChanged = stored.length > 0 || given.length < state.held.length
  state.readIds = new Set(stored.map(({ id }) => id))
  const isReplaced = (grant: Grant): boolean => given.some((newer) => isAlike(grant, newer))
  if (hasChanged) change(state, [...stored.filter((grant) => !isReplaced(grant)), ...given])
  if (given.length === 0) state.isStored = true
  else save(state)
}

function findAllowing(state: State, wanted: Wanted): HeldProgram | undefined {
  const { held, suspended, deps } = state
  const found = held.find((grant): grant is HeldProgram => allows(grant, wanted, suspended))
  if (found === undefined || wanted.caller.kind !== 'seen') return undefined
  markUsed(state, found)
  const { executable, script } = wanted.caller.process
  if (found.executable.file === executable.file && found.script?.file === script?.file) return found
  // An update of the program is shown in the list, and causes no question.
  const changed = { ...found, executable, script, changedAtMs: deps.nowMs() }
  change(
    state,
    held.map((grant) => (grant === found ? changed : grant)),
  )
  save(state)
  return changed
}

function allow(
  state: State,
  { uid, process }: SeenCaller,
  account: ConsentAccount,
  purposes: readonly Purpose[],
): void {
  const { held, suspended, deps } = state
  const { name, executable, script } = process
  const grant: HeldProgram = {
    ...startGrant(account, purposes, deps.nowMs()),
    kind: 'program',
    name: name ?? executable.path,
    uid,
    executable,
    script,
    changedAtMs: null,
  }
  const before = held.find((one) => isAlike(one, grant))
  // What the person took back by signing out is not allowed again with something else.
  const earlier = before && !suspended.has(before.id) ? before.purposes : []
  const both = [...new Set([...earlier, ...purposes])]
  const kept = { ...grant, id: before?.id ?? grant.id, purposes: both }
  suspended.delete(kept.id)
  state.used.delete(kept.id)
  change(state, [...held.filter((one) => one !== before), kept])
  save(state)
}

async function addKey(
  state: State,
  account: ConsentAccount,
  { name, hash, scope }: Omit<KeyGrant, 'kind'>,
): Promise<HeldKey> {
  // The session's own scopes are not known here. A key for all of them usually includes the ID token.
  const tokens: Purpose = allowsIdToken({ scope }, OPENID) ? 'token' : 'access-token'
  const started = startGrant(account, [tokens, 'identity'], state.deps.nowMs())
  const grant: HeldKey = { ...started, kind: 'key', name, hash, scope }
  change(state, [...state.held, grant])
  try {
    await write(state)
    return grant
  } catch (thrown) {
    change(
      state,
      state.held.filter(({ id }) => id !== grant.id),
    )
    throw thrown
  }
}

function startGrant(
  { issuer, clientId, account }: ConsentAccount,
  purposes: readonly Purpose[],
  allowedAtMs: number,
) {
  const id = createAccountId()
  return { id, owner: { issuer, clientId }, account, purposes, allowedAtMs, usedAtMs: null }
}

/** True if a grant is for this person at this provider. */
export function isOf({ owner, account }: Grant, { sub, ...other }: Whose): boolean {
  return account.sub === sub && isSameOwner(owner, other)
}

/** True if both are for the same program and person. */
function isAlike(one: Grant, other: Grant): boolean {
  if (one.kind !== 'program' || other.kind !== 'program') return one.id === other.id
  const { owner, account } = other
  return isSameFiles(one, other) && isOf(one, { ...owner, sub: account.sub })
}

function isSameFiles(
  one: Pick<ProgramGrant, 'uid' | 'executable' | 'script'>,
  other: Pick<ProgramGrant, 'uid' | 'executable' | 'script'>,
): boolean {
  return (
    one.uid === other.uid &&
    one.executable.path === other.executable.path &&
    one.script?.path === other.script?.path
  )
}

function allows(
  grant: Grant,
  { caller, account, purpose }: Wanted,
  suspended: ReadonlySet<string>,
): boolean {
  if (account === null || !isForProgram(grant, caller)) return false
  if (suspended.has(grant.id) || !covers(grant.purposes, purpose)) return false
  const { issuer, clientId } = account
  return isOf(grant, { issuer, clientId, sub: account.account.sub })
}

function isForProgram(grant: Grant, caller: Caller): boolean {
  return (
    grant.kind === 'program' &&
    caller.kind === 'seen' &&
    isSameFiles(grant, { uid: caller.uid, ...caller.process })
  )
}

/** What each purpose includes. An ID token is asked for by itself, although the PKCE API sends one along. */
const INCLUDED: Readonly<Partial<Record<Purpose, readonly Purpose[]>>> = {
  token: ['access-token', 'identity', 'sign-in'],
  'access-token': ['identity'],
}

const OPENID = 'openid'

/**
 * True if a key allows the ID token, too: if it is for the scope `openid`, or for all of `granted`, which are
 * the scopes of the session, and these include it.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims}
 */
export function allowsIdToken({ scope }: Pick<KeyGrant, 'scope'>, granted: string): boolean {
  return includesScope(scope ?? granted, OPENID)
}

/** True if a consent to these purposes is also one to `wanted`. */
export function covers(purposes: readonly Purpose[], wanted: Purpose): boolean {
  return purposes.some((one) => one === wanted || INCLUDED[one]?.includes(wanted))
}
