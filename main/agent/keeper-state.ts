// The state of the held session as data, and the dependencies of the functions that change it.

import type { Clock } from '../base/clock.js'
import type { Secret } from '../base/secret.js'
import { createSerialQueue } from '../base/serial-queue.js'
import type { Http } from '../net/http.js'
import type { Account } from '../oauth/account.js'
import type { FindProvider } from '../oauth/provider.js'
import type { Session } from '../oauth/session.js'
import type { SessionStore } from '../storage/session-store.js'
import type { Event } from './model.js'
import { NO_RENEWAL, type RenewalState } from './renewal.js'

export type SessionKeeperDeps = {
  http: Http
  findProvider: FindProvider
  clock: Clock
  sessionStore: SessionStore
  /** Returns a number from 0 to 1, evenly distributed. */
  random(): number
  /** Null for a public client. */
  clientSecret: Secret | null
  dispatch(event: Event): void
  /** Makes closing wait for a task that no caller waits for. */
  track(task: Promise<void>): Promise<void>
  /** Shows the provider's own sign-out page. Absent unless the user asked for that. */
  openSignOutPage?: (link: string) => Promise<void>
  /** False once another computer has taken over the data directory. Absent if that cannot happen. */
  holdsDirectory?: () => boolean
}

/** The account that a session belongs to, and the scope that it was granted. */
export type LastSession = { account: Account; scope: string }

/**
 * The state of the one session that is held. For several accounts, keep one of these for each of them,
 * by issuer, client ID and `sub`.
 */
export type KeeperState = {
  /** Null if no one is signed in. */
  session: Session | null
  /** Tells sessions apart: another number means another session. A renewal does not change it. */
  sessionNumber: number
  /** Refresh tokens of the same user that later sign-ins replaced. They still work at the provider. */
  superseded: readonly string[]
  /** The session that ended last. Null at first, after a sign-in and after a sign-out. */
  ended: LastSession | null
  /** How often the user has signed out. A sign-in that began to be kept before that is not kept. */
  signOuts: number
  /** True from when a session is kept until it is announced. Its renewal is planned then. */
  awaitsAnnouncement: boolean
  /** False if the stored session differs from the held one, because the last write failed. */
  isStored: boolean
  /** True if a stored session could not be opened. It may be another user's. */
  hasUnopened: boolean
  /** True from a sign-out until the store has deleted the session that was moved aside. */
  mustClearAside: boolean
  isClosed: boolean
  renewalsStarted: number
  renewal: RenewalState
}

/** Timers, requests under way and their signals. They decide nothing. */
type Handles = {
  cancelPlan(): void
  cancelStorageRetry(): void
  /** What the callers of the renewal under way wait for. */
  renewal: Promise<Session> | null
  /** Aborts requests that may be left undone when Latchkey closes. */
  readonly closing: AbortController
}

export type Keeper = {
  readonly deps: SessionKeeperDeps
  readonly state: KeeperState
  readonly handles: Handles
  /** Runs one change of the session at a time, so that the store ends with the last one's. */
  enqueue<Value>(change: () => Promise<Value>): Promise<Value>
}

export function createKeeper(deps: SessionKeeperDeps): Keeper {
  return {
    deps,
    state: {
      session: null,
      sessionNumber: 0,
      superseded: [],
      ended: null,
      signOuts: 0,
      awaitsAnnouncement: false,
      isStored: true,
      hasUnopened: false,
      mustClearAside: false,
      isClosed: false,
      renewalsStarted: 0,
      renewal: NO_RENEWAL,
    },
    handles: {
      cancelPlan: () => undefined,
      cancelStorageRetry: () => undefined,
      renewal: null,
      closing: new AbortController(),
    },
    enqueue: createSerialQueue(),
  }
}

/** Puts a session in place of the held one; null: none. */
export function holdSession(
  state: KeeperState,
  session: Session | null,
  superseded: readonly string[] = [],
): void {
  state.session = session
  state.sessionNumber += 1
  state.superseded = superseded
}

/** Returns the held session together with the refresh tokens that it superseded. */
export function wholeSession({ session, superseded }: KeeperState): Session | null {
  return session && withSuperseded(session, superseded)
}

export function withSuperseded(session: Session, superseded: readonly string[]): Session {
  return superseded.length === 0 ? session : { ...session, superseded }
}

export function toLastSession({ account, tokens }: Session): LastSession {
  return { account, scope: tokens.scope }
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
