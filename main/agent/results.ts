// How a sign-in can end without a session: the result from an error, and the page for a result.

import { asAuthError } from '../base/errors.js'
import { formatAccount, type Account } from '../oauth/account.js'
import { readRedirectUri } from '../oauth/authorization-url.js'
import type { CallbackDiagnostic } from '../oauth/callback-listener.js'
import { cancelledPage, failedPage, deniedPage, type Page } from '../oauth/pages.js'
import { SIGN_IN_MESSAGES, TIMEOUT_ADVICE } from './agent-messages.js'
import type { SignIn, SignInResult } from './model.js'

/** The reason that a sign-in's signal aborts with. */
export class CalledOff extends Error {
  override readonly name = 'CalledOff'
  readonly result: SignInResult

  constructor(result: SignInResult) {
    super(result.kind)
    this.result = result
  }
}

/** Turns anything that was thrown during a sign-in into its result. */
export function toResult(thrown: unknown): SignInResult {
  if (thrown instanceof CalledOff) return thrown.result
  const { code, message } = asAuthError(thrown)
  return { kind: code === 'access-denied' ? 'denied' : 'failed', code, reason: message }
}

/** Makes the page that the browser is shown for a result. */
export function toPage(result: SignInResult): Page {
  switch (result.kind) {
    case 'cancelled':
      return cancelledPage()
    case 'denied':
      return deniedPage(result.reason)
    case 'expired':
      return failedPage(400, result.reason)
    case 'failed':
      return failedPage(result.code === 'issuer-mismatch' ? 400 : 502, result.reason)
  }
}

/** What reached the callback listener while a sign-in waited, and where it waited. */
export type CallbackSeen = {
  diagnostic: CallbackDiagnostic
  /** Exactly as the provider was sent it. */
  redirectUri: string
  /** What to register with the provider. */
  registration: string
}

/** Reads it from the model; null if the person has not been sent to the provider. */
export function readCallbackSeen(
  { link, diagnostic }: SignIn,
  registration: string,
): CallbackSeen | null {
  return link === null ? null : { diagnostic, redirectUri: readRedirectUri(link), registration }
}

/**
 * Makes the reason to abort a sign-in that was not finished within `timeoutMs`. Its message says what
 * to do, by what reached the callback listener; `seen` is null if there was no listener.
 */
export function timedOut(timeoutMs: number, seen: CallbackSeen | null): CalledOff {
  const seconds = Math.round(timeoutMs / 1000)
  const duration = seconds % 60 === 0 ? plural(seconds / 60, 'minute') : plural(seconds, 'second')
  const advice =
    seen === null
      ? SIGN_IN_MESSAGES.signInWhenReady
      : TIMEOUT_ADVICE[seen.diagnostic](seen.redirectUri, seen.registration)
  return new CalledOff({ kind: 'expired', reason: SIGN_IN_MESSAGES.timedOut(duration, advice) })
}

/** Makes the reason to abort a sign-in whose browser came back after its app had hung up. */
export function abandoned(): CalledOff {
  return new CalledOff({ kind: 'expired', reason: SIGN_IN_MESSAGES.abandoned })
}

/** Makes the reason to discard another person's session after the time for an answer has passed. */
export function notDecided(got: Account): CalledOff {
  return new CalledOff({ kind: 'expired', reason: SIGN_IN_MESSAGES.notDecided(formatAccount(got)) })
}

/** Makes the result of a sign-in if no provider is configured. */
export function notConfigured(): Extract<SignInResult, { kind: 'failed' }> {
  return { kind: 'failed', code: 'not-configured', reason: SIGN_IN_MESSAGES.notConfigured }
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
