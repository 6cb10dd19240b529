// The status that people and programs are shown. Here is where links, states and codes are dropped.

import { redirectUriOf } from '../oauth/authorization-url.js'
import type { Account } from '../oauth/id-token.js'
import {
  askingSignIn,
  isFailure,
  renewalFailure,
  summarize,
  shownSignIn,
  type Model,
} from '../agent/model.js'
import type { Status, WindowStatus } from '../ipc.js'

export function statusOf(model: Model): Status {
  const { session } = model
  const expiresAtMs = session.kind === 'signed-in' ? session.expiresAtMs : null
  return {
    state: summarize(model),
    account: session.kind === 'signed-out' ? null : pick(session.account),
    expiresAt: expiresAtMs === null ? null : isoTime(expiresAtMs),
    reason: reasonOf(model),
  }
}

/** The state in a few words: the first line of the tray's menu. */
export function headlineOf(model: Model): string {
  const { session } = model
  const account = session.kind === 'signed-out' ? '' : session.account.name
  const state = summarize(model)
  switch (state) {
    case 'signed-out':
      return 'Not signed in'
    case 'waiting':
      return 'Waiting for your browser'
    case 'answered':
    case 'exchanging':
      return 'Finishing the sign-in'
    case 'signed-in':
      return `Signed in as ${account}`
    case 'offline':
      return `Signed in as ${account}, offline`
    case 'renewal-failing':
      return `Signed in as ${account}, cannot be renewed now`
    case 'needs-sign-in':
      return `${account}, sign in again`
    case 'failed':
      return 'Sign-in failed'
  }
}

/** What the window needs beside the model. */
export type Surroundings = Pick<
  WindowStatus,
  | 'scope'
  | 'storage'
  | 'restart'
  | 'issuer'
  | 'demo'
  | 'serviceUrl'
  | 'serviceNote'
  | 'notices'
  | 'version'
> & { registration: string }

export function windowStatusOf(
  model: Model,
  { registration, ...surroundings }: Surroundings,
): WindowStatus {
  const { session } = model
  const signIn = shownSignIn(model)
  const asking = askingSignIn(model)
  const waiting = signIn ?? asking
  return {
    ...surroundings,
    status: statusOf(model),
    waitingUntilMs: signIn?.phase === 'waiting' ? signIn.deadlineMs : null,
    redirectTarget:
      waiting?.phase === 'waiting' && waiting.link !== null
        ? { redirectUri: redirectUriOf(waiting.link), registration }
        : null,
    canOpenAgain: signIn?.phase === 'waiting' && signIn.link !== null,
    asking: asking
      ? { words: askedBy(asking.program), untilMs: asking.deadlineMs, reason: asking.message }
      : null,
    renewsAtMs: session.kind === 'signed-in' ? session.renewsAtMs : null,
    scope: session.kind === 'signed-in' ? surroundings.scope : null,
  }
}

/** Who asks the person to sign in. The name is the program's own choice: said as one, not as a fact. */
export function askedBy(program: string | null): string {
  return program === null ? 'An app asks you to sign in' : `An app asks you to sign in: ${program}`
}

/** Null for a moment that no date can hold, which a provider may well send. */
export function isoTime(ms: number): string | null {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

/** What the person should know of a sign-in whose app has hung up. */
export const ABANDONED =
  'The app that asked for this sign-in has stopped waiting. Finishing it in your browser signs nobody ' +
  'in, unless the app asks again before that.'

function pick({ name, email, sub }: Account): Account {
  return { name, email, sub }
}

function reasonOf(model: Model): string | null {
  const { session, lastResult } = model
  const signIn = shownSignIn(model)
  if (signIn) return signIn.abandoned ? ABANDONED : signIn.message
  if (session.kind === 'needs-sign-in') {
    return lastResult && isFailure(lastResult) ? lastResult.reason : session.reason
  }
  const failure = session.kind === 'signed-in' ? renewalFailure(session.renewal) : null
  const standing = failure?.message ?? model.storageProblem
  if (lastResult === null) return standing
  if (isFailure(lastResult)) {
    return session.kind === 'signed-in'
      ? `You are still signed in as ${session.account.name}. ${lastResult.reason}`
      : lastResult.reason
  }
  if (standing !== null) return standing
  if (lastResult.message !== null) return lastResult.message
  if (lastResult.kind === 'done' && lastResult.replaced !== null) {
    return `${lastResult.replaced.name} was signed out, because you signed in as somebody else.`
  }
  return null
}
