// The status that people and programs see. Links, states and codes are dropped here.

import { readRedirectUri } from '../oauth/authorization-url.js'
import type { Account } from '../oauth/account.js'
import {
  askingSignIn,
  isFailure,
  renewalFailure,
  summarize,
  shownSignIn,
  type Model,
  type SessionState,
} from '../agent/model.js'
import type { Status, WindowStatus } from '../ipc.js'
import { PRESENT_MESSAGES } from './present-messages.js'

export function toStatus(model: Model): Status {
  const { session } = model
  const expiresAtMs = session.kind === 'signed-in' ? session.expiresAtMs : null
  return {
    state: summarize(model),
    account: session.kind === 'signed-out' ? null : pick(session.account),
    expiresAt: expiresAtMs === null ? null : isoTime(expiresAtMs),
    reason: toReason(model),
  }
}

/** Says the state in a few words, for the first line of the tray's menu. */
export function toHeadline(model: Model): string {
  const { session } = model
  const account = session.kind === 'signed-out' ? '' : session.account.name
  return PRESENT_MESSAGES.headline[summarize(model)](account)
}

/** What the window needs besides the model. */
export type Surroundings = Pick<
  WindowStatus,
  | 'scope'
  | 'storage'
  | 'restart'
  | 'issuer'
  | 'demo'
  | 'serviceUrl'
  | 'serviceMessage'
  | 'messages'
  | 'version'
> & { registration: string }

export function toWindowStatus(
  model: Model,
  { registration, ...surroundings }: Surroundings,
): WindowStatus {
  const { session } = model
  const signIn = shownSignIn(model)
  const asking = askingSignIn(model)
  const waiting = signIn ?? asking
  return {
    ...surroundings,
    status: toStatus(model),
    waitingUntilMs: signIn?.phase === 'waiting' ? signIn.deadlineMs : null,
    redirectTarget:
      waiting?.phase === 'waiting' && waiting.link !== null
        ? { redirectUri: readRedirectUri(waiting.link), registration }
        : null,
    canOpenAgain: signIn?.phase === 'waiting' && signIn.link !== null,
    asking: asking
      ? {
          words: PRESENT_MESSAGES.appAsks(asking.program),
          untilMs: asking.deadlineMs,
          reason: asking.message,
        }
      : null,
    renewsAtMs: session.kind === 'signed-in' ? session.renewsAtMs : null,
    hasStorageProblem: model.storageProblem !== null,
    scope: session.kind === 'signed-in' ? surroundings.scope : null,
  }
}

/** Formats a time as RFC 3339; null if no date can hold it. A provider may send such a time. */
export function isoTime(ms: number): string | null {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

function pick({ name, email, sub }: Account): Account {
  return { name, email, sub }
}

/** The sign-in comes first, then the session, then the last result. */
function toReason(model: Model): string | null {
  const signIn = shownSignIn(model)
  if (signIn) return signIn.abandoned ? PRESENT_MESSAGES.abandoned : signIn.message
  const { session, lastResult, storageProblem } = model
  const failure = lastResult !== null && isFailure(lastResult) ? lastResult.reason : null
  if (session.kind === 'needs-sign-in') return failure ?? session.reason
  if (failure !== null) return toFailureReason(session, failure)
  return toRenewalReason(session) ?? storageProblem ?? toResultMessage(lastResult)
}

function toFailureReason(session: SessionState, failure: string): string {
  if (session.kind !== 'signed-in') return failure
  return PRESENT_MESSAGES.stillSignedIn(session.account.name, failure)
}

function toRenewalReason(session: SessionState): string | null {
  if (session.kind !== 'signed-in') return null
  return renewalFailure(session.renewal)?.message ?? null
}

function toResultMessage(result: Model['lastResult']): string | null {
  if (result === null || isFailure(result)) return null
  if (result.message !== null) return result.message
  const replaced = result.kind === 'done' ? result.replaced : null
  return replaced === null ? null : PRESENT_MESSAGES.replaced(replaced.name)
}
