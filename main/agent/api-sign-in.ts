// One sign-in that an app began: its request, its results, and the handles of its wait.

import type { Clock } from '../base/clock.js'
import type { AuthError } from '../base/errors.js'
import type { Caller } from '../net/caller.js'
import type { Http } from '../net/http.js'
import type { ExpectedCallback } from '../oauth/callback.js'
import type {
  CallbackAnswer,
  CallbackDiagnostic,
  CallbackListener,
} from '../oauth/callback-listener.js'
import type { Page } from '../oauth/pages.js'
import type { FindProvider } from '../oauth/provider.js'
import type { ProviderMemory } from '../oauth/scopes.js'
import type { Session } from '../oauth/session.js'
import type { Authorized, ProviderSettings } from '../oauth/sign-in.js'
import type { BrowserBudget, Reservation } from './browser-budget.js'
import type { Event, Model, SignIn, SignInResult } from './model.js'
import type { SessionKeeper } from './session-keeper.js'
import type { SpentCodes } from './spent-codes.js'

export type ApiSignInRequest = {
  /** The name of the provider; null: the first one. */
  provider: string | null
  state: string
  nonce: string
  challenge: string
  /** Set if the service made the challenge; null if the app keeps its own verifier. */
  verifier: string | null
  scope: string
  audience: string | null
  prompt: string | null
  organization: string | null
  extra: Readonly<Record<string, string>>
  /** Where the provider sends the browser: the listener, at `port` if one is given, or the API. */
  redirectTarget: { kind: 'listener'; port: number | null } | { kind: 'api'; redirectUri: string }
  byFormPost: boolean
}

export type BeginResult =
  | { kind: 'answered'; code: string; redirectUri: string }
  | { kind: 'in-use' }
  | { kind: 'too-many'; message: string }
  | { kind: 'ended'; result: SignInResult }

export type DeliverResult =
  | { kind: 'delivered'; code: string; page: Page }
  | { kind: 'denied'; error: AuthError; page: Page }
  /** The app that waited for the answer has hung up, so no program gets the code. */
  | { kind: 'abandoned'; page: Page }
  | { kind: 'ignored' }

/** What an app gives to exchange a code. `clientId` and `audience`: only checked if they are given. */
export type CodeProof = {
  code: string
  redirectUri: string
  verifier: string
  clientId?: string | undefined
  audience?: string | undefined
}

export type ExchangeResult =
  | {
      kind: 'signed-in'
      /** The account's ID. */
      id: string
      session: Session
      request: ApiSignInRequest
      code: string
      redirectUri: string
      /** The program that began the sign-in. */
      beginner: Caller
      /** False if the provider may have completed the sign-in without the person. */
      hasUserActed: boolean
    }
  | { kind: 'unknown' }
  | { kind: 'spent' }
  | { kind: 'mismatch'; what: string }
  | { kind: 'ended'; result: SignInResult }

export type ApiSignInDeps = {
  providers: readonly ProviderSettings[]
  signInTimeoutMs: number
  http: Http
  findProvider: FindProvider
  clock: Clock
  listener: CallbackListener
  browserBudget: BrowserBudget
  openBrowser(link: string): Promise<void>
  sessionKeeper: SessionKeeper
  /** Facts about a provider from earlier runs. */
  memoryOf(provider: ProviderSettings): ProviderMemory
  dispatch(event: Event): void
  /** Puts what reached the listener, and was no answer, into the model. */
  reportDiagnostic(state: string, diagnostic: CallbackDiagnostic): void
  model(): Model
}

/**
 * What the model cannot hold of a sign-in: its secrets, and what can be waited for or called off. Its
 * phase, deadline, link and program, and whether it is abandoned, are in the model.
 */
export type ApiSignInHandle = {
  request: ApiSignInRequest
  provider: ProviderSettings
  /** The program that made the request first. */
  caller: Promise<Caller>
  /** In milliseconds since the epoch. */
  begunAtMs: number
  controller: AbortController
  /** A browser launch set aside for this sign-in. */
  launch: Reservation
  /** Takes the answer. Null unless the redirect target is open and no answer has come. */
  pending: { expected: ExpectedCallback; take(answer: CallbackAnswer): void } | null
  /** What the exchange needs; null unless the sign-in is answered. */
  answered: Answered | null
  /** How the wait ends. */
  result: Promise<BeginResult>
}

export type Answered = Authorized & { code: string; stopExpiry(): void }

/** What the functions that act on the API's sign-ins share. */
export type ApiSignInContext = {
  deps: ApiSignInDeps
  /** By state, one for each of the API's sign-ins in the model. */
  handles: Map<string, ApiSignInHandle>
  /** The calls that closing waits for. */
  waits: Set<Promise<BeginResult>>
  spentCodes: SpentCodes
  closed: boolean
}

export const CANCELLED: Extract<BeginResult, { kind: 'ended' }> = {
  kind: 'ended',
  result: { kind: 'cancelled' },
}

/** Finds what the model says of a sign-in. */
export function findSignIn({ deps }: ApiSignInContext, state: string): SignIn | undefined {
  return deps.model().signIns.find((signIn) => signIn.state === state)
}

export function isAbandoned(context: ApiSignInContext, { request }: ApiSignInHandle): boolean {
  return findSignIn(context, request.state)?.abandoned === true
}

/** Ends a sign-in without a session. */
export function endApiSignIn(
  { deps, handles }: ApiSignInContext,
  { request: { state } }: ApiSignInHandle,
  result: SignInResult,
): Extract<BeginResult, { kind: 'ended' }> {
  handles.delete(state)
  deps.dispatch({ type: 'sign-in-ended', state, result })
  return { kind: 'ended', result }
}

/** Has closing wait for a call. */
export function trackWait(
  { waits }: ApiSignInContext,
  call: Promise<BeginResult>,
): Promise<BeginResult> {
  const tracked = call.finally(() => waits.delete(tracked))
  waits.add(tracked)
  return tracked
}
