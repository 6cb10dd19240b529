// The status that people and programs see. Links, states and codes are dropped here.

import { readRedirectUri } from '../oauth/authorization-url.js'
import { formatAccount, type Account } from '../oauth/account.js'
import {
  askingSignIn,
  defaultSession,
  isFailure,
  renewalFailure,
  summarize,
  summarizeDefault,
  shownSignIn,
  toSessionState,
  type AccountSession,
  type Model,
  type SessionState,
  type SignIn,
} from '../agent/model.js'
import type { Status, StatusState, WindowStatus } from '../ipc.js'
import { PRESENT_MESSAGES } from './present-messages.js'

export function toStatus(model: Model): Status {
  const session = defaultSession(model)
  const expiresAtMs = session.kind === 'signed-in' ? session.expiresAtMs : null
  return {
    state: summarizeDefault(model),
    account: session.kind === 'signed-out' ? null : pick(session.account),
    expiresAt: expiresAtMs === null ? null : isoTime(expiresAtMs),
    reason: toReason(model),
  }
}

/** Says the state in a few words, for the first line of the tray's menu. */
export function toHeadline(model: Model): string {
  const state = summarize(model)
  return PRESENT_MESSAGES.headline[state](findAccountIn(model, state)?.account.name ?? '')
}

/** Finds an account in this state: the default account, or else the first. */
function findAccountIn(model: Model, state: StatusState): AccountSession | undefined {
  const chosen = defaultSession(model)
  const isIn = (session: AccountSession): boolean => toSessionState(session) === state
  return chosen.kind !== 'signed-out' && isIn(chosen) ? chosen : model.accounts.find(isIn)
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
  const session = defaultSession(model)
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
    hasStorageProblem: model.storageProblems.length > 0,
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
  if (signIn) return toSignInReason(signIn)
  const session = defaultSession(model)
  const { lastResult, storageProblems } = model
  const storageProblem = storageProblems.at(-1)?.message ?? null
  const failure = lastResult !== null && isFailure(lastResult) ? lastResult.reason : null
  if (session.kind === 'needs-sign-in') return failure ?? session.reason
  if (failure !== null) return toFailureReason(session, failure)
  return toRenewalReason(session) ?? storageProblem ?? toResultMessage(lastResult)
}

function toSignInReason({ question, abandoned, message }: SignIn): string | null {
  if (question === null) return abandoned ? PRESENT_MESSAGES.abandoned : message
  const { expected, got } = question
  return PRESENT_MESSAGES.otherPerson(formatAccount(expected), formatAccount(got))
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
  return result.message
}
