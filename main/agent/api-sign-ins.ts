// The sign-ins that other apps begin: any number at once, keyed by state. A first call goes from the
// link to the code, a second one from the code to a session.

import type { Caller } from '../net/caller.js'
import { OFFLINE_ACCESS } from '../oauth/scopes.js'
import type { ProviderSettings } from '../oauth/sign-in.js'
import {
  CANCELLED,
  trackWait,
  type ApiSignInContext,
  type ApiSignInDeps,
  type ApiSignInRequest,
  type BeginResult,
  type CodeProof,
  type DeliverResult,
  type ExchangeResult,
} from './api-sign-in.js'
import { beginApiSignIn } from './begin-api-sign-in.js'
import { deliverApiAnswer, isWaitingAtApi, pasteApiAnswer } from './deliver-api-answer.js'
import { exchangeApiCode, exchangeLatestApiCode } from './exchange-api-code.js'
import { CalledOff } from './results.js'
import { createSpentCodes } from './spent-codes.js'

export type ApiSignIns = {
  /**
   * Begins a sign-in, sends the person to the provider, and waits for the answer, `hangUp` or the time
   * limit. Rejected and duplicate requests open no browser and use no budget.
   *
   * If the app hangs up, the sign-in goes on waiting for its browser, to tell the person that it signs
   * nobody in. The same request from the same program waits for it again.
   */
  begin(
    request: ApiSignInRequest,
    hangUp: AbortSignal,
    askCaller?: () => Promise<Caller>,
  ): Promise<BeginResult>
  /**
   * Delivers an answer to the sign-in that waits for its state with the API as its redirect target. A
   * program may leave `iss` out.
   */
  deliver(parameters: URLSearchParams, from: 'page' | 'program'): DeliverResult
  /** Delivers an address that the person pasted; false if it belongs to none of these sign-ins. */
  paste(address: URL): boolean
  /** Exchanges the code of an answered sign-in, once. */
  exchange(proof: CodeProof): Promise<ExchangeResult>
  /**
   * Exchanges the code of the latest answered sign-in whose verifier the service made, of those whose
   * program `mayExchange` accepts.
   */
  exchangeLatest(mayExchange: (beginner: Caller) => boolean): Promise<ExchangeResult>
  /** Filters out the scopes that a provider is known to reject. */
  allowedScopes(provider: ProviderSettings | null, scopes: readonly string[]): readonly string[]
  /** True while a sign-in with this state waits for an answer at the API. */
  isWaiting(state: string): boolean
  /** Cancels every sign-in of an app. Signs nobody out. */
  cancelAll(): void
  /** Cancels every sign-in, begins no other, and resolves when the apps have their results. */
  close(): Promise<void>
}

export function createApiSignIns(deps: ApiSignInDeps): ApiSignIns {
  const context: ApiSignInContext = {
    deps,
    handles: new Map(),
    waits: new Set(),
    spentCodes: createSpentCodes(),
    closed: false,
  }

  const cancelAll = (): void => {
    for (const { controller } of context.handles.values()) {
      controller.abort(new CalledOff({ kind: 'cancelled' }))
    }
  }

  return {
    begin(request, hangUp, askCaller = () => Promise.resolve({ kind: 'untold' })) {
      if (context.closed || hangUp.aborted) return Promise.resolve(CANCELLED)
      return trackWait(context, beginApiSignIn(context, request, { hangUp, askCaller }))
    },
    deliver: (parameters, from) => deliverApiAnswer(context, parameters, from),
    paste: (address) => pasteApiAnswer(context, address),
    exchange: (proof) => exchangeApiCode(context, proof),
    exchangeLatest: (mayExchange) => exchangeLatestApiCode(context, mayExchange),
    allowedScopes(provider, scopes) {
      if (provider === null) return scopes
      const allowed = scopes.filter((scope) => scope !== OFFLINE_ACCESS)
      return deps.memoryOf(provider).rejectsOfflineAccess() && allowed.length > 0 ? allowed : scopes
    },
    isWaiting: (state) => isWaitingAtApi(context, state),
    cancelAll,
    async close() {
      context.closed = true
      cancelAll()
      await Promise.all(context.waits)
    },
  }
}
