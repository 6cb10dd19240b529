// The status that people and programs see. Links, states and codes are dropped here.

import { readRedirectUri } from '../oauth/authorization-url.js'
import { formatAccount, pickAccount } from '../oauth/account.js'
import {
  askingSignIn,
  defaultId,
  defaultSession,
  findAccount,
  isFailure,
  renewalFailure,
  summarize,
  summarizeDefault,
  shownSignIn,
  toSessionState,
  type AccountSession,
  type Model,
  type OtherPerson,
  type SessionState,
  type SignIn,
} from '../agent/model.js'
import { describeFailure, describeSignOut, nameAccount, nameDefault } from './account-names.js'
import { CONSENT_WORDS, titleQuestion } from './consent-words.js'
import { hasApps, listApps, toConsentQuestionView } from './consent-view.js'
import type { AccountView, PersonQuestion, Status, StatusState, WindowStatus } from '../ipc.js'
import { PRESENT_MESSAGES } from './present-messages.js'

export function toStatus(model: Model): Status {
  const session = defaultSession(model)
  const expiresAtMs = session.kind === 'signed-in' ? session.expiresAtMs : null
  return {
    state: summarizeDefault(model),
    account: session.kind === 'signed-out' ? null : pickAccount(session.account),
    expiresAt: expiresAtMs === null ? null : isoTime(expiresAtMs),
    reason: toReason(model),
  }
}

/** Says the state in a few words, for the first line of the tray's menu. */
export function toHeadline(model: Model): string {
  const state = summarize(model)
  const { accounts, consentQuestion } = model
  if (consentQuestion !== null) return titleQuestion(consentQuestion)
  if (shownSignIn(model)?.question) return PRESENT_MESSAGES.notification.otherPerson
  if (state === 'signed-in' && accounts.length > 1) return PRESENT_MESSAGES.allWell(accounts.length)
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
  | 'storage'
  | 'restart'
  | 'issuer'
  | 'demo'
  | 'serviceUrl'
  | 'serviceMessage'
  | 'messages'
  | 'version'
  | 'asksSignOut'
> & {
  /** What to register with the first provider. */
  registration: string
  /** The configured providers, and what to register there. */
  providers: readonly { name: string; issuer: string; registration: string }[]
  /** True if no program is asked about. */
  asksNobody: boolean
  /** Finds the scopes that an account was granted; null if it has no session. */
  findScope(id: string): string | null
}

export function toWindowStatus(
  model: Model,
  { registration, providers, findScope, asksNobody, ...surroundings }: Surroundings,
): WindowStatus {
  return {
    ...surroundings,
    status: toStatus(model),
    messages: asksNobody
      ? [...surroundings.messages, CONSENT_WORDS.consentOff]
      : surroundings.messages,
    consentQuestion: model.consentQuestion && toConsentQuestionView(model.consentQuestion),
    apps: listApps(model),
    overall: summarize(model),
    accounts: model.accounts.map((account) => toAccountView(model, account, findScope)),
    providers: providers.map(({ name }) => name),
    issuer: surroundings.issuer && (findIssuer(model, providers) ?? surroundings.issuer),
    news: toNews(model),
    hasStorageProblem: model.storageProblems.length > 0,
    ...describeDefault(model, findScope),
    ...describeSignIn(model, { registration, providers }),
  }
}

/** Finds the provider of the sign-in under way, or else of the default account. */
function findIssuer(model: Model, providers: Surroundings['providers']): string | undefined {
  const signIn = shownSignIn(model)
  if (signIn) return providers.find(({ name }) => name === signIn.provider)?.issuer
  const session = defaultSession(model)
  return session.kind === 'signed-out' ? undefined : session.issuer
}

function describeDefault(
  model: Model,
  findScope: Surroundings['findScope'],
): Pick<WindowStatus, 'renewsAtMs' | 'scope'> {
  const session = defaultSession(model)
  if (session.kind !== 'signed-in') return { renewsAtMs: null, scope: null }
  return { renewsAtMs: session.renewsAtMs, scope: findScope(session.id) }
}

function describeSignIn(
  model: Model,
  toRegister: Pick<Surroundings, 'registration' | 'providers'>,
): Pick<
  WindowStatus,
  'waitingUntilMs' | 'redirectTarget' | 'canOpenAgain' | 'asking' | 'question'
> {
  const signIn = shownSignIn(model)
  const asking = askingSignIn(model)
  const isWaiting = signIn?.phase === 'waiting'
  return {
    waitingUntilMs: isWaiting ? signIn.deadlineMs : null,
    redirectTarget: findRedirectTarget(signIn ?? asking, toRegister),
    canOpenAgain: isWaiting && signIn.link !== null,
    asking: asking ? toAsking(asking) : null,
    question: signIn?.question ? toQuestion(signIn.question) : null,
  }
}

function findRedirectTarget(
  signIn: SignIn | undefined,
  { registration, providers }: Pick<Surroundings, 'registration' | 'providers'>,
): WindowStatus['redirectTarget'] {
  if (signIn?.phase !== 'waiting' || signIn.link === null) return null
  const provider = providers.find(({ name }) => name === signIn.provider)
  return {
    redirectUri: readRedirectUri(signIn.link),
    registration: provider?.registration ?? registration,
  }
}

function toAsking({ program, deadlineMs, message }: SignIn): WindowStatus['asking'] {
  return { words: PRESENT_MESSAGES.appAsks(program), untilMs: deadlineMs, reason: message }
}

function toAccountView(
  model: Model,
  session: AccountSession,
  findScope: Surroundings['findScope'],
): AccountView {
  const { id, provider, issuer, account } = session
  const { name, email } = account
  const isSignedIn = session.kind === 'signed-in'
  const problem = model.storageProblems.findLast((one) => one.id === id)
  return {
    id,
    isDefault: id === defaultId(model),
    name,
    email,
    provider,
    issuer,
    state: toSessionState(session),
    reason: isSignedIn ? (toRenewalReason(session) ?? problem?.message ?? null) : session.reason,
    expiresAtMs: isSignedIn ? session.expiresAtMs : null,
    renewsAtMs: isSignedIn ? session.renewsAtMs : null,
    scope: isSignedIn ? findScope(id) : null,
    hasStorageProblem: problem !== undefined,
    hasApps: hasApps(model, session),
  }
}

function toQuestion({ id, expected, got, deadlineMs }: OtherPerson): PersonQuestion {
  const text = PRESENT_MESSAGES.otherPerson(formatAccount(expected), formatAccount(got))
  return { id, text, untilMs: deadlineMs }
}

/** Formats a time as RFC 3339; null if no date can hold it. A provider may send such a time. */
export function isoTime(ms: number): string | null {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

/** The newest problem, with the name of its account if that is not the default one. */
function toStorageProblem(model: Model): string | null {
  const problem = model.storageProblems.at(-1)
  if (!problem) return null
  const { id, message } = problem
  const other = id === null ? undefined : findAccount(model, id)
  if (!other || id === defaultId(model)) return message
  return PRESENT_MESSAGES.ofOther(other.account.name, message)
}

/** The sign-in comes first, then the session, then the last result. */
function toReason(model: Model): string | null {
  const signIn = shownSignIn(model)
  if (signIn) return toSignInReason(signIn)
  const session = defaultSession(model)
  const { lastResult } = model
  const failure =
    lastResult !== null && isFailure(lastResult) ? describeFailure(model, lastResult) : null
  if (session.kind === 'needs-sign-in') return failure ?? session.reason
  if (failure !== null) return toFailureReason(session, failure)
  return toRenewalReason(session) ?? toStorageProblem(model) ?? toResultMessage(model)
}

/** How the last sign-in or sign-out ended, or a storage problem of no known account. */
function toNews(model: Model): string | null {
  const { lastResult, storageProblems } = model
  if (lastResult !== null && isFailure(lastResult)) return describeFailure(model, lastResult)
  const problem = storageProblems.findLast(({ id }) => id === null)
  return problem?.message ?? toSignOutNews(model) ?? toResultMessage(model)
}

/** Apps get tokens of another account from now on if the default account was signed out. */
function toSignOutNews(model: Model): string | null {
  const { lastResult } = model
  if (lastResult?.kind !== 'signed-out' || !lastResult.wasDefault) return null
  const message = toResultMessage(model)
  const successor = nameDefault(model)
  return message === null || successor === null ? describeSignOut(model) : `${message} ${successor}`
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

/** Names the account that was signed out if others are still signed in. */
function toResultMessage(model: Model): string | null {
  const { lastResult, accounts } = model
  if (lastResult === null || isFailure(lastResult)) return null
  const { kind, message } = lastResult
  if (kind === 'done' || message === null || accounts.length === 0) return message
  return PRESENT_MESSAGES.ofAccount(nameAccount(model, lastResult), message)
}
