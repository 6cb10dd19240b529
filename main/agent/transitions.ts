// The model that follows an event: one pure function, with one part for each part of the model.

import type { Account } from '../oauth/account.js'
import {
  renewalFailure,
  type Event,
  type Lifetime,
  type Model,
  type SessionState,
  type SignIn,
} from './model.js'

/** Returns the model after an event: the same object if the event changes nothing. */
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

// oxlint-disable-next-line complexity -- One case per event, so that the compiler names an event that is missing.
function nextSession(model: Model, event: Event): SessionState {
  const { session } = model
  switch (event.type) {
    case 'signed-in':
      // Even if another sign-in has replaced this one: its session is kept already.
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

function heldSession(account: Account, { expiresAtMs, renewsAtMs }: Lifetime): SessionState {
  return { kind: 'signed-in', account, expiresAtMs, renewsAtMs, renewal: { kind: 'idle' } }
}

// oxlint-disable-next-line complexity -- One case per event, so that the compiler names an event that is missing.
function nextSignIns(signIns: readonly SignIn[], event: Event): readonly SignIn[] {
  switch (event.type) {
    case 'sign-in-started': {
      if (hasSignIn(signIns, event.state)) return signIns
      // At most one sign-in is the tray's: a new one replaces it.
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

type SignInEvent = Extract<
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

/** Phases only go forward: waiting, answered, exchanging. */
// oxlint-disable-next-line complexity -- One case per event, so that the compiler names an event that is missing.
function nextSignIn(signIn: SignIn, event: SignInEvent): SignIn {
  switch (event.type) {
    case 'link-ready':
      // The link may be opened again. An earlier message is then out of date.
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

// oxlint-disable-next-line complexity -- One case per event, so that the compiler names an event that is missing.
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
      // A later result is more recent news than the end of an old session.
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
      // The session's own message is more recent.
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

function hasSignIn(signIns: readonly SignIn[], state: string): boolean {
  return signIns.some((signIn) => signIn.state === state)
}
