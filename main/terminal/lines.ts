// The lines that a person at a terminal reads about sign-ins and the session.

import { readRedirectUri } from '../oauth/authorization-url.js'
import {
  askingSignIn,
  defaultSession,
  findAccount,
  isFailure,
  renewalFailure,
  shownSignIn,
  type Event,
  type SignIn,
  type Model,
} from '../agent/model.js'
import { printable } from '../base/printable.js'
import { describeSignOut, nameAccount } from '../present/account-names.js'
import { PRESENT_MESSAGES } from '../present/present-messages.js'
import type { Status } from '../ipc.js'
import { toStatus } from '../present/status.js'
import { attributeTo, describeDecision, describeQuestion, isDefault } from './account-lines.js'
import { describeConsentEnd, describeConsentQuestion } from './consent-lines.js'
import { ACCOUNT_LINES, SIGN_IN_LINES } from './terminal-messages.js'
import { formatTimeLeft } from './time-left.js'

/** Facts that stay the same for the whole run. */
export type RunInfo = {
  /** Says what to register with the provider of this name. Null if the provider is the demo. */
  registration: (provider: string) => string | null
  /** False if the user opens each link by hand. */
  opensBrowser: boolean
  /** False if no provider is configured. */
  hasProvider: boolean
}

/** Lines to print for an event; none if the user does not wait for it. */
// oxlint-disable-next-line complexity, max-lines-per-function -- a switch with one case per event
export function describeEvent(
  model: Model,
  event: Event,
  nowMs: number,
  info: RunInfo,
): readonly string[] {
  switch (event.type) {
    case 'link-ready': {
      const signIn = model.signIns.find(({ state }) => state === event.state)
      return signIn ? describeLink(signIn, event.link, nowMs, info) : []
    }
    case 'sign-in-message-changed':
      return [event.message]
    case 'callback-diagnosed':
      return event.message === null ? [] : [event.message]
    case 'sign-in-abandoned':
      return [PRESENT_MESSAGES.abandoned]
    case 'sign-in-resumed':
      return [SIGN_IN_LINES.resumed]
    case 'exchange-started':
      return [SIGN_IN_LINES.browserIsBack]
    case 'signed-in':
    case 'restored':
      if ('ended' in event) return describeEnd(model, event.id, event.ended, { nowMs, info })
      return isDefault(model, event.id)
        ? describeStatus(model, nowMs, info)
        : describeAccount(model, event.id, ACCOUNT_LINES.signedInToo)
    case 'default-chosen':
      return describeAccount(model, event.id, PRESENT_MESSAGES.isDefaultNow)
    case 'session-ended':
      return describeEnd(model, event.id, event.reason, { nowMs, info })
    case 'signed-out':
      return event.everywhere && model.accounts.length > 0
        ? [describeSignedOut(model)]
        : [describeSignedOut(model), ...describeStatus(model, nowMs, info)]
    case 'other-person-asked':
      return describeQuestion(event.question, nowMs)
    case 'consent-asked':
      return describeConsentQuestion(event.question, nowMs)
    case 'consent-ended':
      return [describeConsentEnd(event.question, event.end)]
    case 'sign-in-rejected':
    case 'revocation-failed':
      return describeStatus(model, nowMs, info)
    case 'storage-failed':
      return [describeNews(model, event.id, event.message)]
    case 'renewal-failed':
      // Only the first of several failures in a row: the user cannot do anything about the next ones.
      return event.failures === 1
        ? [describeNews(model, event.id, event.reason), SIGN_IN_LINES.staysSignedIn]
        : []
    case 'sign-in-ended':
      return event.result.kind === 'cancelled'
        ? [SIGN_IN_LINES.cancelled, ...describeStatus(model, nowMs, info)]
        : describeStatus(model, nowMs, info)
    case 'sign-in-started':
    case 'callback-answered':
    case 'renewal-started':
    case 'renewed':
    case 'storage-recovered':
    case 'consents-changed':
      return []
  }
}

function describeEnd(
  model: Model,
  id: string,
  reason: string,
  { nowMs, info }: { nowMs: number; info: RunInfo },
): readonly string[] {
  return model.accounts.length > 1
    ? [describeNews(model, id, reason), ACCOUNT_LINES.signInAgain(id)]
    : describeStatus(model, nowMs, info)
}

function describeAccount(
  model: Model,
  id: string,
  line: (account: string) => string,
): readonly string[] {
  const session = findAccount(model, id)
  return session ? [printable(line(nameAccount(model, session)))] : []
}

function describeNews(model: Model, id: string | null, message: string): string {
  return printable(attributeTo(model, id, message))
}

function describeSignedOut(model: Model): string {
  return printable(describeSignOut(model) ?? SIGN_IN_LINES.signedOut)
}

/** The answer to `status`: the full state, without news that was printed when it happened. */
export function answerStatus(
  model: Model,
  nowMs: number,
  info: Pick<RunInfo, 'hasProvider'>,
): readonly string[] {
  const { lastResult } = model
  const session = defaultSession(model)
  // If nobody is signed in, a failure is the state. During a session it is news.
  const isNews = session.kind === 'signed-in' || lastResult === null || !isFailure(lastResult)
  return describeStatus(isNews ? { ...model, lastResult: null } : model, nowMs, info)
}

/** The full state, with the latest news. */
export function describeStatus(
  model: Model,
  nowMs: number,
  { hasProvider }: Pick<RunInfo, 'hasProvider'>,
): readonly string[] {
  const status = toStatus(model)
  const { reason, state } = status
  const canSignInAgain = hasProvider && (state === 'failed' || state === 'needs-sign-in')
  return [
    ...describeSignIn(model, nowMs),
    ...describeSession(model, status, { nowMs, hasProvider }),
    ...(reason === null ? [] : [describeReason(model, reason)]),
    ...describeOpenQuestion(model, nowMs),
    ...(canSignInAgain ? [SIGN_IN_LINES.typeSignInAgain] : []),
    ...describeAppSignIn(model, nowMs),
  ]
}

/** Says whose session has ended if there are several accounts. */
function describeReason(model: Model, reason: string): string {
  const session = defaultSession(model)
  const { lastResult } = model
  // A failure says itself whose sign-in failed.
  const isFailed = lastResult !== null && isFailure(lastResult)
  const isOfSession = session.kind === 'needs-sign-in' && !shownSignIn(model) && !isFailed
  return describeNews(model, isOfSession ? session.id : null, reason)
}

function describeOpenQuestion(model: Model, nowMs: number): readonly string[] {
  const question = shownSignIn(model)?.question ?? null
  return question === null ? [] : [describeDecision(question, nowMs)]
}

function describeSignIn(model: Model, nowMs: number): readonly string[] {
  const signIn = shownSignIn(model)
  // While Latchkey asks about another person, the sign-in waits for the answer.
  if (!signIn || signIn.question !== null) return []
  return signIn.phase === 'waiting'
    ? [SIGN_IN_LINES.waiting(formatTimeLeft(signIn.deadlineMs - nowMs))]
    : [SIGN_IN_LINES.finishing]
}

function describeSession(
  model: Model,
  { expiresAt, reason }: Status,
  { nowMs, hasProvider }: { nowMs: number; hasProvider: boolean },
): readonly string[] {
  const session = defaultSession(model)
  if (session.kind === 'signed-in') {
    const label = nameAccount(model, session)
    const isRenewing = session.renewsAtMs !== null && renewalFailure(session.renewal) === null
    // If the session renews, the expiry of its access token does not matter to a person.
    if (isRenewing) return [printable(SIGN_IN_LINES.signedInRenewing(label))]
    if (expiresAt === null) return [printable(SIGN_IN_LINES.signedIn(label))]
    const time = formatTime(Date.parse(expiresAt), nowMs)
    return [printable(SIGN_IN_LINES.signedInUntil(label, time))]
  }
  if (shownSignIn(model) || reason !== null) return []
  const { notSignedIn, typeSignIn } = SIGN_IN_LINES
  return [hasProvider ? `${notSignedIn} ${typeSignIn}` : notSignedIn]
}

/** The sign-in of an app that waits while someone is signed in. */
function describeAppSignIn(model: Model, nowMs: number): readonly string[] {
  const asking = askingSignIn(model)
  if (!asking) return []
  const timeLeft = formatTimeLeft(asking.deadlineMs - nowMs)
  return [SIGN_IN_LINES.appWaits(PRESENT_MESSAGES.appAsks(asking.program), timeLeft)]
}

function describeLink(
  signIn: SignIn,
  link: string,
  nowMs: number,
  info: RunInfo,
): readonly string[] {
  return [
    '',
    invite(signIn, info),
    '',
    link,
    '',
    SIGN_IN_LINES.waitingThere(formatTimeLeft(signIn.deadlineMs - nowMs)),
    SIGN_IN_LINES.redirect(readRedirectUri(link), info.registration(signIn.provider)),
    SIGN_IN_LINES.pasteHere,
  ]
}

function invite({ origin, program }: SignIn, { opensBrowser }: RunInfo): string {
  if (origin === 'tray') {
    return opensBrowser ? SIGN_IN_LINES.openLink : SIGN_IN_LINES.openLinkYourself
  }
  const asked = PRESENT_MESSAGES.appAsks(program)
  return opensBrowser ? SIGN_IN_LINES.appOpenLink(asked) : SIGN_IN_LINES.appOpenLinkYourself(asked)
}

/** The prompt: a short text with the state, and with the time left while a sign-in waits. */
export function formatPrompt(model: Model, nowMs: number): string {
  const { consentQuestion } = model
  if (consentQuestion !== null) {
    return `latchkey (an app asks, ${formatTimeLeft(consentQuestion.deadlineMs - nowMs)})> `
  }
  const signIn = shownSignIn(model)
  if (signIn?.phase === 'waiting') {
    return `latchkey (waiting, ${formatTimeLeft(signIn.deadlineMs - nowMs)})> `
  }
  return `latchkey (${toStatus(model).state})> `
}

/** Formats a local time with its zone, and with the date if that is not today. */
function formatTime(ms: number, nowMs: number): string {
  const when = new Date(ms)
  const time = when.toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  })
  const sameDay = when.toDateString() === new Date(nowMs).toDateString()
  return sameDay ? time : `${when.toLocaleDateString()} ${time}`
}
