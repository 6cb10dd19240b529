// Who is signed in and which sign-ins are under way: two machines in one model, and one pure function.

import type { ErrorCode } from '../base/errors.js'
import type { CallbackDiagnostic } from '../oauth/callback-listener.js'
import type { Account } from '../oauth/id-token.js'

export type SessionState =
  | { kind: 'signed-out' }
  | ({
      kind: 'signed-in'
      account: Account
      renewal: Renewal
    } & Lifetime)
  | { kind: 'needs-sign-in'; account: Account; reason: string }

/** In milliseconds since the epoch. */
export type Lifetime = {
  /** When the access token runs out; null where the provider does not say. */
  expiresAtMs: number | null
  /** When the session is renewed next; null where it cannot be, and then it ends with the token. */
  renewsAtMs: number | null
  /** What was odd about the provider's answer, for the log and `diagnose`; absent where nothing was. */
  odd?: readonly string[]
}

/** `after`: the failure that this renewal retries. Until it ends, the session still shows that failure. */
export type Renewal =
  { kind: 'idle' } | { kind: 'renewing'; after: RenewalFailure | null } | RenewalFailure

/** `offline`: the provider cannot be reached. `failing`: it answers, but not with a token. */
export type RenewalFailure = { kind: 'offline' | 'failing'; message: string }

/** One sign-in under way, keyed by its `state`. */
export type SignIn = {
  state: string
  origin: Origin
  phase: 'waiting' | 'answered' | 'exchanging'
  /** When the wait ends, in milliseconds since the epoch. */
  deadlineMs: number
  /** Where the person signs in; null until the listener is open. */
  link: string | null
  /** A message for the person while the sign-in waits; null if there is none. */
  message: string | null
  /** The most telling thing that reached the callback listener and was no answer. */
  diagnostic: CallbackDiagnostic
  /** True while it waits for a browser, and no app waits for it any more. */
  abandoned: boolean
  /** The app that asked, as far as the system tells; a label, and no proof. */
  program: string | null
}

export type Origin = 'tray' | 'api'

/** How the last sign-in or sign-out ended. */
export type LastResult =
  | { kind: 'done'; replaced: Account | null; message: string | null }
  | { kind: 'denied'; code: ErrorCode; reason: string }
  | { kind: 'failed'; code: ErrorCode; reason: string }
  | { kind: 'expired'; reason: string }
  | { kind: 'cancelled' }
  | { kind: 'signed-out'; message: string | null }

/** An end of a flow that signed nobody in. */
export type SignInResult = Extract<
  LastResult,
  { kind: 'denied' | 'failed' | 'expired' | 'cancelled' }
>

export type Model = {
  session: SessionState
  signIns: readonly SignIn[]
  /** Null at first. Cancelling leaves it as it was. */
  lastResult: Exclude<LastResult, { kind: 'cancelled' }> | null
  /** Why what is on the disk is not what is held, in words for a person; null where it is. */
  storageProblem: string | null
}

export type Event =
  | { type: 'sign-in-started'; state: string; origin: Origin; deadlineMs: number }
  | { type: 'link-ready'; state: string; link: string; program?: string | null }
  /** `link`: where the person's tab goes on by itself, in place of the link before. */
  | { type: 'sign-in-message-changed'; state: string; message: string; link?: string }
  /** `message`: what to do about it; null if the person can do nothing yet. */
  | {
      type: 'callback-diagnosed'
      state: string
      diagnostic: CallbackDiagnostic
      message: string | null
    }
  | { type: 'sign-in-abandoned'; state: string }
  | { type: 'sign-in-resumed'; state: string }
  | { type: 'callback-answered'; state: string }
  | { type: 'exchange-started'; state: string }
  | ({ type: 'signed-in'; state: string; account: Account } & Lifetime)
  | ({ type: 'restored'; account: Account } & Lifetime)
  | { type: 'sign-in-ended'; state: string; result: SignInResult }
  | { type: 'sign-in-rejected'; result: Extract<SignInResult, { kind: 'failed' }> }
  | { type: 'renewal-started' }
  | ({ type: 'renewed' } & Lifetime)
  | {
      type: 'renewal-failed'
      renewal: RenewalFailure['kind']
      code: ErrorCode
      reason: string
      /** When it is tried again. */
      renewsAtMs: number
      /** How many in a row, with this one. */
      failures: number
    }
  | { type: 'session-ended'; reason: string }
  | { type: 'signed-out' }
  | { type: 'revocation-failed'; message: string }
  | { type: 'storage-failed'; message: string }
  | { type: 'storage-recovered' }

export const initialModel: Model = {
  session: { kind: 'signed-out' },
  signIns: [],
  lastResult: null,
  storageProblem: null,
}

/** Makes the model that follows an event. An event that does not fit changes nothing. */
export function next(model: Model, event: Event): Model {
  const changed: Model = {
    session: nextSession(model, event),
    signIns: nextSignIns(model.signIns, event),
    lastResult: nextResult(model, event),
    storageProblem: nextStorageProblem(model, event),
  }
  const same = (Object.keys(changed) as (keyof Model)[]).every((key) => changed[key] === model[key])
  return same ? model : changed
}

function nextSession(model: Model, event: Event): SessionState {
  const { session } = model
  switch (event.type) {
    case 'signed-in':
      // Also where its flow has made way for another meanwhile: this session is held.
      return heldSession(event.account, event)
    case 'restored':
      return session.kind === 'signed-out' ? heldSession(event.account, event) : session
    case 'renewal-started':
      if (session.kind !== 'signed-in') return session
      return { ...session, renewal: { kind: 'renewing', after: renewalFailure(session.renewal) } }
    case 'renewed':
      return session.kind === 'signed-in' ? heldSession(session.account, event) : session
    case 'renewal-failed': {
      if (session.kind !== 'signed-in') return session
      const renewal = { kind: event.renewal, message: event.reason }
      return { ...session, renewal, renewsAtMs: event.renewsAtMs }
    }
    case 'session-ended':
      return session.kind === 'signed-in'
        ? { kind: 'needs-sign-in', account: session.account, reason: event.reason }
        : session
    case 'signed-out':
      return session.kind === 'signed-out' ? session : { kind: 'signed-out' }
    case 'sign-in-started':
    case 'link-ready':
    case 'sign-in-message-changed':
    case 'callback-diagnosed':
    case 'sign-in-abandoned':
    case 'sign-in-resumed':
    case 'callback-answered':
    case 'exchange-started':
    case 'sign-in-ended':
    case 'sign-in-rejected':
    case 'revocation-failed':
    case 'storage-failed':
    case 'storage-recovered':
      return session
  }
}

/** Returns the failure that the renewal shows: its own, or the one that it retries. */
export function renewalFailure(renewal: Renewal): RenewalFailure | null {
  switch (renewal.kind) {
    case 'idle':
      return null
    case 'renewing':
      return renewal.after
    case 'offline':
    case 'failing':
      return renewal
  }
}

function heldSession(account: Account, { expiresAtMs, renewsAtMs }: Lifetime): SessionState {
  return { kind: 'signed-in', account, expiresAtMs, renewsAtMs, renewal: { kind: 'idle' } }
}

function nextSignIns(signIns: readonly SignIn[], event: Event): readonly SignIn[] {
  switch (event.type) {
    case 'sign-in-started': {
      if (hasSignIn(signIns, event.state)) return signIns
      // At most one flow is the tray's: a new one takes the place of the old.
      const kept =
        event.origin === 'tray' ? signIns.filter((signIn) => signIn.origin !== 'tray') : signIns
      const { state, origin, deadlineMs } = event
      const started: SignIn = {
        state,
        origin,
        phase: 'waiting',
        deadlineMs,
        link: null,
        message: null,
        diagnostic: 'nothing',
        abandoned: false,
        program: null,
      }
      return [...kept, started]
    }
    case 'link-ready':
    case 'sign-in-message-changed':
    case 'callback-diagnosed':
    case 'sign-in-abandoned':
    case 'sign-in-resumed':
    case 'callback-answered':
    case 'exchange-started':
      return signIns.some(
        (signIn) => signIn.state === event.state && nextSignIn(signIn, event) !== signIn,
      )
        ? signIns.map((signIn) =>
            signIn.state === event.state ? nextSignIn(signIn, event) : signIn,
          )
        : signIns
    case 'signed-in':
    case 'sign-in-ended':
      if (!hasSignIn(signIns, event.state)) return signIns
      return signIns.filter((signIn) => signIn.state !== event.state)
    case 'restored':
    case 'renewal-started':
    case 'renewed':
    case 'renewal-failed':
    case 'session-ended':
    case 'signed-out':
    case 'sign-in-rejected':
    case 'revocation-failed':
    case 'storage-failed':
    case 'storage-recovered':
      return signIns
  }
}

type FlowEvent = Extract<
  Event,
  {
    type:
      | 'link-ready'
      | 'sign-in-message-changed'
      | 'callback-diagnosed'
      | 'sign-in-abandoned'
      | 'sign-in-resumed'
      | 'callback-answered'
      | 'exchange-started'
  }
>

// Phases only go forward: waiting, answered, exchanging.
function nextSignIn(signIn: SignIn, event: FlowEvent): SignIn {
  switch (event.type) {
    case 'link-ready':
      // Also when it is opened once more: what was noticed before then is old.
      if (signIn.phase !== 'waiting') return signIn
      return {
        ...signIn,
        link: event.link,
        message: null,
        program: event.program ?? signIn.program,
      }
    case 'sign-in-message-changed':
      return signIn.phase === 'waiting'
        ? { ...signIn, message: event.message, link: event.link ?? signIn.link }
        : signIn
    case 'callback-diagnosed': {
      const { diagnostic } = event
      const message = event.message ?? signIn.message
      const isNew = diagnostic !== signIn.diagnostic || message !== signIn.message
      return signIn.phase === 'waiting' && isNew ? { ...signIn, diagnostic, message } : signIn
    }
    case 'sign-in-abandoned':
      return signIn.phase === 'waiting' && !signIn.abandoned
        ? { ...signIn, abandoned: true }
        : signIn
    case 'sign-in-resumed':
      return signIn.abandoned ? { ...signIn, abandoned: false } : signIn
    case 'callback-answered':
      return signIn.phase === 'waiting'
        ? { ...signIn, phase: 'answered', link: null, message: null }
        : signIn
    case 'exchange-started':
      return signIn.phase === 'exchanging'
        ? signIn
        : { ...signIn, phase: 'exchanging', link: null, message: null }
  }
}

function nextResult(model: Model, event: Event): Model['lastResult'] {
  const { session, lastResult } = model
  switch (event.type) {
    case 'signed-in': {
      const before = session.kind === 'signed-out' ? null : session.account
      const replaced = before !== null && before.sub !== event.account.sub ? before : null
      return { kind: 'done', replaced, message: null }
    }
    case 'sign-in-ended':
      if (!hasSignIn(model.signIns, event.state) || event.result.kind === 'cancelled')
        return lastResult
      return event.result
    case 'signed-out':
      return session.kind === 'signed-out' ? lastResult : { kind: 'signed-out', message: null }
    case 'revocation-failed':
      // What has happened since is newer news than the end of an old session.
      return lastResult?.kind === 'signed-out' ||
        (lastResult?.kind === 'done' && lastResult.replaced)
        ? { ...lastResult, message: event.message }
        : lastResult
    case 'sign-in-rejected':
      return event.result
    case 'sign-in-started':
    case 'link-ready':
    case 'sign-in-message-changed':
    case 'callback-diagnosed':
    case 'sign-in-abandoned':
    case 'sign-in-resumed':
    case 'callback-answered':
    case 'exchange-started':
      return lastResult
    case 'session-ended':
      // Older news than this, which the session itself tells.
      return session.kind === 'signed-in' ? null : lastResult
    case 'restored':
    case 'renewal-started':
    case 'renewed':
    case 'renewal-failed':
    case 'storage-failed':
    case 'storage-recovered':
      return lastResult
  }
}

function nextStorageProblem({ storageProblem }: Model, event: Event): Model['storageProblem'] {
  if (event.type === 'storage-failed') return event.message
  return event.type === 'storage-recovered' ? null : storageProblem
}

/** The one word for a person. */
export type Summary =
  | 'signed-out'
  | 'waiting'
  | 'answered'
  | 'exchanging'
  | 'signed-in'
  | 'offline'
  | 'renewal-failing'
  | 'needs-sign-in'
  | 'failed'

/**
 * Says the state in one word: the tray flow's phase if there is one, else the session; when signed
 * out, the newest API flow's phase, else the last failure.
 */
export function summarize(model: Model): Summary {
  const { session, lastResult } = model
  const signIn = shownSignIn(model)
  if (signIn) return signIn.phase
  switch (session.kind) {
    case 'signed-in':
      switch (renewalFailure(session.renewal)?.kind) {
        case 'offline':
          return 'offline'
        case 'failing':
          return 'renewal-failing'
        case undefined:
          return 'signed-in'
      }
    case 'needs-sign-in':
      return 'needs-sign-in'
    case 'signed-out':
      return lastResult !== null && isFailure(lastResult) ? 'failed' : 'signed-out'
  }
}

/** The flow whose phase is the state in one word, where a flow's is. */
export function shownSignIn(model: Model): SignIn | undefined {
  const tray = traySignIn(model)
  if (tray || model.session.kind !== 'signed-out') return tray
  return model.signIns.findLast(({ abandoned }) => !abandoned) ?? model.signIns.at(-1)
}

/**
 * The flow that cancel, open and link act on: the one that is shown, else an app's beside the session,
 * which the state in one word does not tell of.
 */
export function reachableSignIn(model: Model): SignIn | undefined {
  return shownSignIn(model) ?? askingSignIn(model) ?? model.signIns.at(-1)
}

/** The newest sign-in that an app asks the person for beside a session. */
export function askingSignIn(model: Model): SignIn | undefined {
  if (shownSignIn(model)) return undefined
  return model.signIns.findLast(
    ({ phase, link, abandoned }) => phase === 'waiting' && link !== null && !abandoned,
  )
}

/** The sign-in that the person began from the tray, if one is under way. */
export function traySignIn(model: Model): SignIn | undefined {
  return model.signIns.find((signIn) => signIn.origin === 'tray')
}

export function isFailure(
  outcome: LastResult,
): outcome is Extract<LastResult, { kind: 'denied' | 'failed' | 'expired' }> {
  return outcome.kind === 'denied' || outcome.kind === 'failed' || outcome.kind === 'expired'
}

function hasSignIn(signIns: readonly SignIn[], state: string): boolean {
  return signIns.some((signIn) => signIn.state === state)
}
