// The state of one account's session as data, and what the sessions of all accounts share.

import type { Clock } from '../base/clock.js'
import type { AuthError } from '../base/errors.js'
import type { Secret } from '../base/secret.js'
import { createSerialQueue } from '../base/serial-queue.js'
import type { Http } from '../net/http.js'
import type { Account } from '../oauth/account.js'
import type { FindProvider } from '../oauth/provider.js'
import type { Session } from '../oauth/session.js'
import type { ProviderSettings } from '../oauth/sign-in.js'
import type { AccountStore, Person } from '../storage/account-store.js'
import { isSameOwner, type SessionOwner } from '../storage/session-owner.js'
import type { AccountRef, Event } from './model.js'
import { NO_RENEWAL, type RenewalState } from './renewal.js'

export type SessionKeeperDeps = {
  http: Http
  findProvider: FindProvider
  clock: Clock
  accountStore: AccountStore
  /** Returns a number from 0 to 1, evenly distributed. */
  random(): number
  /** The configured providers, with the name and the client secret of each. */
  providers: readonly ProviderSettings[]
  dispatch(event: Event): void
  /** Makes closing wait for a task that no caller waits for. */
  track(task: Promise<void>): Promise<void>
  /** Shows the provider's own sign-out page. Absent unless the user asked for that. */
  openSignOutPage?: (link: string) => Promise<void>
  /** False once another computer has taken over the data directory. Absent if that cannot happen. */
  holdsDirectory?: () => boolean
}

/** What the sessions of all accounts share. */
export type Shared = {
  readonly deps: SessionKeeperDeps
  isClosed: boolean
  /** True while there are stored sessions that are not held: being read, or impossible to open. */
  hasUnopened: boolean
  /**
   * How often the user has signed out everywhere, or while no account was signed in. If that happens while
   * the stored sessions are read, they are not restored.
   */
  signOuts: number
  /** Resolves when the stored sessions have been read. A sign-in waits for it. */
  restored: Promise<void>
  /** Aborts requests that may be left undone when Latchkey closes. */
  readonly closing: AbortController
}

/** The account that a session belongs to, and the scope that it was granted. */
export type LastSession = SessionOwner & { account: Account; scope: string }

/** `reason`: why the session ended, as a sentence for the user. */
export type EndedSession = LastSession & { reason: string }

/** The state of one account's session. */
export type KeeperState = {
  /** The account's ID, and when it was added, in milliseconds since the epoch. */
  id: string
  addedAtMs: number
  /** Null if the account is not signed in. */
  session: Session | null
  /** Tells sessions apart: another number means another session. A renewal does not change it. */
  sessionNumber: number
  /** Refresh tokens of the same user that later sign-ins replaced. They still work at the provider. */
  superseded: readonly string[]
  /** The session that ended, and why. Null at first, after a sign-in and after a sign-out. */
  ended: EndedSession | null
  /** How often the user has signed out. A session that is being kept meanwhile is given up. */
  signOuts: number
  /** True from when a session is kept until it is announced. Its renewal is planned then. */
  awaitsAnnouncement: boolean
  /** False if the stored session differs from the held one, because the last write failed. */
  isStored: boolean
  /** True from a sign-out until the store has deleted the session that was moved aside. */
  mustClearAside: boolean
  renewalsStarted: number
  renewal: RenewalState
  /** Access tokens of the held session for fewer scopes, by their sorted scopes. Never stored. */
  narrowed: ReadonlyMap<string, Narrowed>
}

/** An access token for fewer scopes than its session has. */
export type NarrowedToken = {
  accessToken: string
  /** In milliseconds since the epoch. A lifetime is assumed if the provider says none. */
  expiresAtMs: number
  scope: string
}

/** The last token for some scopes and when it came, and the last failure since then. */
export type Narrowed = {
  readonly got: { readonly token: NarrowedToken; readonly atMs: number } | null
  readonly failure: { readonly error: AuthError; readonly atMs: number } | null
}

/** Timers and requests under way. They decide nothing. */
type Handles = {
  cancelPlan(): void
  cancelStorageRetry(): void
  /** What the callers of the renewal under way wait for. */
  renewal: Promise<Session> | null
  /** Requests for narrowed tokens under way, by session number and scopes. */
  narrowings: Map<string, Promise<NarrowedToken>>
  /** Resolves when the last of them has ended. Null if none is under way. A renewal waits for it. */
  lastNarrowing: Promise<void> | null
}

/** Keeps the session of one account. */
export type Keeper = {
  readonly deps: SessionKeeperDeps
  readonly shared: Shared
  readonly person: Person
  readonly state: KeeperState
  readonly handles: Handles
  /** Makes one change of the session at a time, so that the last change is what is stored in the end. */
  enqueue<Value>(change: () => Promise<Value>): Promise<Value>
}

export function createKeeper(shared: Shared, person: Person, id: string): Keeper {
  return {
    deps: shared.deps,
    shared,
    person,
    state: {
      id,
      addedAtMs: shared.deps.clock.nowMs(),
      session: null,
      sessionNumber: 0,
      superseded: [],
      ended: null,
      signOuts: 0,
      awaitsAnnouncement: false,
      isStored: true,
      mustClearAside: false,
      renewalsStarted: 0,
      renewal: NO_RENEWAL,
      narrowed: new Map(),
    },
    handles: {
      cancelPlan: () => undefined,
      cancelStorageRetry: () => undefined,
      renewal: null,
      narrowings: new Map(),
      lastNarrowing: null,
    },
    enqueue: createSerialQueue(),
  }
}

/** Finds the settings of the provider that a session belongs to; undefined if it is not configured. */
export function findSettings(
  { providers }: Pick<SessionKeeperDeps, 'providers'>,
  owner: SessionOwner,
): ProviderSettings | undefined {
  return providers.find((one) => isSameOwner(one, owner))
}

/** Finds the client secret of a provider; null if it has none. No secret is sent to another provider. */
export function findClientSecret(deps: SessionKeeperDeps, owner: SessionOwner): Secret | null {
  return findSettings(deps, owner)?.clientSecret ?? null
}

/** Returns the model's reference to the account of a session. */
export function toRef(
  { deps, state }: Keeper,
  { issuer, clientId, account }: Pick<Session, 'issuer' | 'clientId' | 'account'>,
): AccountRef {
  const provider = findSettings(deps, { issuer, clientId })?.name ?? new URL(issuer).host
  return { id: state.id, provider, issuer, clientId, account }
}

/** Holds a session in place of the earlier one. Null: no session is held from now on. */
export function holdSession(
  state: KeeperState,
  session: Session | null,
  superseded: readonly string[] = [],
): void {
  state.session = session
  state.sessionNumber += 1
  state.superseded = superseded
  state.narrowed = new Map()
}

/** Returns the held session together with the refresh tokens that it superseded. */
export function wholeSession({ session, superseded }: KeeperState): Session | null {
  return session && withSuperseded(session, superseded)
}

export function withSuperseded(session: Session, superseded: readonly string[]): Session {
  return superseded.length === 0 ? session : { ...session, superseded }
}

export function toLastSession({ issuer, clientId, account, tokens }: Session): LastSession {
  return { issuer, clientId, account, scope: tokens.scope }
}

/** Cancels the planned action. */
export function clearPlan({ state, handles }: Keeper): void {
  handles.cancelPlan()
  handles.cancelPlan = () => undefined
  state.renewal = { ...state.renewal, plan: null }
}

/** Forgets the renewals of a session that is no longer held. */
export function forgetRenewal(keeper: Keeper): void {
  clearPlan(keeper)
  const { state } = keeper
  state.renewal = { ...NO_RENEWAL, running: state.renewal.running }
}
