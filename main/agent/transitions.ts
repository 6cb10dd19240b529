// The model that follows an event: one pure function, with one part for each part of the model.

import {
  defaultId,
  renewalFailure,
  type AccountRef,
  type AccountSession,
  type Event,
  type Lifetime,
  type Model,
  type SignIn,
} from './model.js'

/** Returns the model after an event: the same object if the event changes nothing. */
export function next(model: Model, event: Event): Model {
  const changed: Model = {
    accounts: nextAccounts(model.accounts, event),
    chosenId: nextChosen(model, event),
    signIns: nextSignIns(model.signIns, event),
    hasSeveralProviders: model.hasSeveralProviders,
    lastResult: nextResult(model, event),
    storageProblems: nextStorageProblems(model.storageProblems, event),
    consentQuestion: nextQuestion(model.consentQuestion, event),
    consents: event.type === 'consents-changed' ? event.consents : model.consents,
  }
  const isSame = (Object.keys(changed) as (keyof Model)[]).every(
    (key) => changed[key] === model[key],
  )
  return isSame ? model : changed
}

// oxlint-disable-next-line complexity -- One case per event, so that the compiler names an event that is missing.
function nextAccounts(
  accounts: readonly AccountSession[],
  event: Event,
): readonly AccountSession[] {
  switch (event.type) {
    case 'signed-in':
      // Even if another sign-in has replaced this one: its session is kept already.
      return hasAccount(accounts, event.id)
        ? accounts.map((session) => (session.id === event.id ? startSession(event) : session))
        : [...accounts, startSession(event)]
    case 'restored':
      return hasAccount(accounts, event.id) ? accounts : [...accounts, restoreAccount(event)]
    case 'renewal-started':
    case 'renewed':
    case 'renewal-failed':
    case 'session-ended':
      return accounts.some((session) => nextSession(session, event) !== session)
        ? accounts.map((session) => nextSession(session, event))
        : accounts
    case 'signed-out':
      return hasAccount(accounts, event.id)
        ? accounts.filter(({ id }) => id !== event.id)
        : accounts
    case 'sign-in-started':
    case 'link-ready':
    case 'sign-in-message-changed':
    case 'callback-diagnosed':
    case 'sign-in-abandoned':
    case 'sign-in-resumed':
    case 'callback-answered':
    case 'exchange-started':
    case 'other-person-asked':
    case 'sign-in-ended':
    case 'sign-in-rejected':
    case 'default-chosen':
    case 'revocation-failed':
    case 'storage-failed':
    case 'storage-recovered':
    case 'consent-asked':
    case 'consent-ended':
    case 'consents-changed':
      return accounts
  }
}

function restoreAccount(event: Extract<Event, { type: 'restored' }>): AccountSession {
  const { id, provider, issuer, clientId, account, ended: reason } = event
  if (reason === undefined) return startSession(event)
  return { id, provider, issuer, clientId, account, kind: 'needs-sign-in', reason }
}

function startSession(event: AccountRef & Lifetime): AccountSession {
  const { id, provider, issuer, clientId, account } = event
  return holdTokens({ id, provider, issuer, clientId, account }, event)
}

function holdTokens(
  { id, provider, issuer, clientId, account }: AccountRef,
  { expiresAtMs, renewsAtMs }: Lifetime,
): AccountSession {
  const ref = { id, provider, issuer, clientId, account }
  return { ...ref, kind: 'signed-in', expiresAtMs, renewsAtMs, renewal: { kind: 'idle' } }
}

type SessionEvent = Extract<
  Event,
  { type: 'renewal-started' | 'renewed' | 'renewal-failed' | 'session-ended' }
>

function nextSession(session: AccountSession, event: SessionEvent): AccountSession {
  if (session.id !== event.id || session.kind !== 'signed-in') return session
  switch (event.type) {
    case 'renewal-started':
      return { ...session, renewal: { kind: 'renewing', after: renewalFailure(session.renewal) } }
    case 'renewed':
      return holdTokens(session, event)
    case 'renewal-failed': {
      const renewal = { kind: event.renewal, message: event.reason }
      return { ...session, renewal, renewsAtMs: event.renewsAtMs }
    }
    case 'session-ended': {
      const { id, provider, issuer, clientId, account } = session
      const { reason } = event
      return { id, provider, issuer, clientId, account, kind: 'needs-sign-in', reason }
    }
  }
}

/** An account that is signed out is no longer the default. */
function nextChosen({ chosenId }: Model, event: Event): string | null {
  if (event.type === 'default-chosen') return event.id
  return event.type === 'signed-out' && event.id === chosenId ? null : chosenId
}

// oxlint-disable-next-line complexity -- One case per event, so that the compiler names an event that is missing.
function nextSignIns(signIns: readonly SignIn[], event: Event): readonly SignIn[] {
  switch (event.type) {
    case 'sign-in-started': {
      if (hasSignIn(signIns, event.state)) return signIns
      // At most one sign-in is the tray's: a new one replaces it.
      const kept =
        event.origin === 'tray' ? signIns.filter((signIn) => signIn.origin !== 'tray') : signIns
      const { state, origin, provider, deadlineMs, expected = null } = event
      const started: SignIn = {
        state,
        origin,
        provider,
        phase: 'waiting',
        deadlineMs,
        link: null,
        message: null,
        diagnostic: 'nothing',
        abandoned: false,
        program: null,
        question: null,
        expected,
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
    case 'other-person-asked':
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
    case 'default-chosen':
    case 'sign-in-rejected':
    case 'revocation-failed':
    case 'storage-failed':
    case 'storage-recovered':
    case 'consent-asked':
    case 'consent-ended':
    case 'consents-changed':
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
      | 'other-person-asked'
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
    case 'other-person-asked':
      return { ...signIn, question: event.question }
  }
}

// oxlint-disable-next-line complexity -- One case per event, so that the compiler names an event that is missing.
function nextResult(model: Model, event: Event): Model['lastResult'] {
  const { accounts, lastResult } = model
  const session = 'id' in event ? accounts.find(({ id }) => id === event.id) : undefined
  switch (event.type) {
    case 'signed-in':
      return { kind: 'done', id: event.id, message: null }
    case 'sign-in-ended': {
      const signIn = model.signIns.find(({ state }) => state === event.state)
      if (!signIn || event.result.kind === 'cancelled') return lastResult
      const { provider, expected } = signIn
      return { ...event.result, of: { provider, expected } }
    }
    case 'signed-out': {
      if (!session) return lastResult
      const { account, provider, id } = session
      const wasDefault = id === defaultId(model)
      return { kind: 'signed-out', account, provider, message: null, wasDefault }
    }
    case 'revocation-failed':
      // A later result is more recent news than the end of an old session.
      return lastResult?.kind === 'signed-out'
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
    case 'other-person-asked':
    case 'default-chosen':
      return lastResult
    case 'session-ended':
      // The session's own message is more recent.
      return session?.kind === 'signed-in' ? null : lastResult
    case 'restored':
    case 'renewal-started':
    case 'renewed':
    case 'renewal-failed':
    case 'storage-failed':
    case 'storage-recovered':
    case 'consent-asked':
    case 'consent-ended':
    case 'consents-changed':
      return lastResult
  }
}

/** A problem that names no account ends when the session of any account is stored. */
function nextStorageProblems(
  problems: Model['storageProblems'],
  event: Event,
): Model['storageProblems'] {
  if (event.type !== 'storage-failed' && event.type !== 'storage-recovered') return problems
  const { id } = event
  const isKnown =
    event.type === 'storage-failed' &&
    problems.some((problem) => problem.id === id && problem.message === event.message)
  if (isKnown) return problems
  const isOver = (problem: { id: string | null }): boolean =>
    problem.id === id || (event.type === 'storage-recovered' && problem.id === null)
  if (event.type === 'storage-recovered' && !problems.some(isOver)) return problems
  const others = problems.filter((problem) => !isOver(problem))
  return event.type === 'storage-failed' ? [...others, { id, message: event.message }] : others
}

function nextQuestion(question: Model['consentQuestion'], event: Event): Model['consentQuestion'] {
  if (event.type === 'consent-asked') return event.question
  return event.type === 'consent-ended' && event.question.id === question?.id ? null : question
}

function hasAccount(accounts: readonly AccountSession[], id: string): boolean {
  return accounts.some((session) => session.id === id)
}

function hasSignIn(signIns: readonly SignIn[], state: string): boolean {
  return signIns.some((signIn) => signIn.state === state)
}
