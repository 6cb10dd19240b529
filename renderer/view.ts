// Turns the status into what the window shows. Pure, so that it is tested without a window.

import type {
  AccountCommand,
  AccountState,
  AccountView,
  Command,
  Fact,
  PersonQuestion,
  WindowStatus,
} from '../main/ipc.js'
import { capitalize, clockTime, countdown, isSameDay, formatTime } from './time.js'
import { ACCOUNTS, BUTTONS, FACTS, PERSON, STATE_WORDS, STATUS, TIERS } from './words.js'

/** The colour of a state, and its sign, which says the same without colour. */
export type Tone = 'good' | 'neutral' | 'warning' | 'bad' | 'busy'
export type Mark = 'done' | 'nobody' | 'busy' | 'offline' | 'warning' | 'again' | 'failed'

/** A box of text. */
export type Banner = {
  text: string
  /** What to know before pressing a button; null if there is nothing to say. */
  hint: string | null
  /** What its buttons do. */
  actions: readonly BannerAction[]
}

export type BannerAction = 'keep-without-keyring' | 'restart'

export type Help = { question: string; redirectUri: string; answer: string }

export type Asking = {
  text: string
  /** How long the sign-in waits, and what is in its way. */
  hint: string
  buttons: readonly Button[]
}

export type { Fact }

/** One of several accounts in the list. */
export type AccountRow = {
  id: string
  name: string
  /** The email address, if it says more than the name, and the provider. */
  details: readonly string[]
  state: string
  tone: Tone
  mark: Mark
  isDefault: boolean
}

export type Action = Command | 'open-report' | 'add-account' | AccountCommand

export type Button = {
  action: Action
  label: string
  /** How much attention it draws. */
  weight: 'main' | 'plain' | 'quiet'
}

export type View = {
  tone: Tone
  mark: Mark
  heading: string
  /** What happened and what to do. */
  text: string
  /** News and warnings. */
  banners: readonly Banner[]
  /** An app's sign-in beside the session; null if no app asks. */
  asking: Asking | null
  /** The accounts to open; empty unless there are several. */
  accounts: readonly AccountRow[]
  facts: readonly Fact[]
  /** Help for a person who is stuck; null if there is none. */
  help: Help | null
  buttons: readonly Button[]
  /** For screen readers: it changes with the state and its reason, never with the time. */
  announcement: string
  /** When a countdown changes next, in milliseconds from now. */
  nextTickMs: number | null
}

/**
 * How long the answers to an app's question take no press after they have appeared or changed, or the window came to the
 * front. A press in that time was meant for what was there before.
 */
export const CALM_MS = 1000

type State = WindowStatus['status']['state']

/** True if a provider must be set up before anything else. */
export function needsProvider({ issuer, status }: WindowStatus): boolean {
  const { state } = status
  return (
    issuer === null && (state === 'signed-out' || state === 'failed' || state === 'needs-sign-in')
  )
}

/** Makes the view. Names, hosts and reasons in it are plain text, never markup. */
export function toView(window: WindowStatus, nowMs: number): View {
  const { accounts, question, status } = window
  if (question !== null) return toQuestionView(window, question, nowMs)
  const isBusy = LOOKS[status.state].tone === 'busy'
  return accounts.length > 1 && !isBusy ? toListView(window, nowMs) : toSessionView(window, nowMs)
}

function toSessionView(window: WindowStatus, nowMs: number): View {
  const { status } = window
  const { account, reason, state } = status
  const { tone, mark, takesReason } = LOOKS[state]
  const { heading, text } = STATE_WORDS[state]
  const said = state === 'signed-in' && account ? STATUS.signedInAs(account.name) : heading
  return {
    tone,
    mark,
    heading,
    text: takesReason === 'instead' ? (reason ?? text) : text,
    banners: listBanners(window, takesReason === 'beside' ? reason : null),
    asking: describeAsking(window, nowMs),
    accounts: [],
    facts: listFacts(window, nowMs),
    help: describeHelp(window),
    buttons: listButtons(window),
    announcement: joinSentences(`${said}.`, reason, window.asking && `${window.asking.words}.`),
    nextTickMs: nextTickMs(window, nowMs),
  }
}

/** Shows several accounts. */
function toListView(window: WindowStatus, nowMs: number): View {
  const { accounts, asking, news, overall, providers, status } = window
  const shown = { ...window, status: { ...status, state: overall, reason: news } }
  const state = isAccountState(overall) ? overall : 'signed-in'
  const [heading, text] = [ACCOUNTS.heading(accounts.length), ACCOUNTS.texts[state]]
  const { tone, mark } = LOOKS[state]
  const [first] = providers
  const add: Action =
    providers.length === 1 && first !== undefined
      ? { kind: 'sign-in-provider', name: first }
      : 'add-account'
  return {
    tone,
    mark,
    heading,
    text,
    // The list says which account has expired. News belongs to none.
    banners: listBanners(shown, news),
    asking: describeAsking(window, nowMs),
    accounts: accounts.map(toRow),
    facts: [],
    help: describeHelp(window),
    buttons: [
      { action: add, label: BUTTONS.addAccount, weight: 'plain' },
      { action: 'ask-sign-out', label: BUTTONS.signOutEverywhere, weight: 'quiet' },
    ],
    announcement: joinSentences(
      `${heading}. ${text}`,
      ...accounts.filter(needsPerson).map((one) => ACCOUNTS.ofState(one.name, nameState(one))),
      news,
      asking && `${asking.words}.`,
    ),
    nextTickMs: nextTickMs(shown, nowMs),
  }
}

function toRow(account: AccountView): AccountRow {
  const { id, name, email, provider, isDefault } = account
  const { tone, mark } = LOOKS[account.state]
  const details = email === '' || email === name ? [provider] : [email, provider]
  return { id, name, details, state: nameState(account), tone, mark, isDefault }
}

function nameState({ state }: AccountView): string {
  return ACCOUNTS.states[state]
}

/** True if signing in again helps. */
function needsPerson({ state }: AccountView): boolean {
  return state === 'needs-sign-in' || state === 'renewal-failing'
}

/** Shows one of several accounts, as if it were the only one. */
export function toAccountView(window: WindowStatus, account: AccountView, nowMs: number): View {
  const { id, name, email, state, reason, expiresAtMs, provider, isDefault } = account
  const { issuer, renewsAtMs, scope, hasStorageProblem } = account
  const view = toSessionView(
    {
      ...window,
      issuer,
      renewsAtMs,
      scope,
      hasStorageProblem,
      status: { state, account: { sub: id, name, email }, expiresAt: isoTime(expiresAtMs), reason },
      asking: null,
      redirectTarget: null,
      messages: [],
    },
    nowMs,
  )
  const facts = view.facts.map((fact) => {
    const isNamed = fact.label === FACTS.provider && fact.value !== provider
    return isNamed && !window.demo ? { ...fact, detail: provider } : fact
  })
  const mark: Fact = { label: ACCOUNTS.default, value: ACCOUNTS.defaultDetail, detail: null }
  return {
    ...view,
    facts: isDefault ? [...facts, mark] : facts,
    buttons: listAccountButtons(account),
  }
}

function isoTime(ms: number | null): string | null {
  const date = new Date(ms ?? NaN)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

function listAccountButtons(account: AccountView): readonly Button[] {
  const { id, state, isDefault } = account
  return [
    ...(needsPerson(account)
      ? [{ ...SIGN_IN_AGAIN, action: { kind: 'sign-in-account', id } } satisfies Button]
      : []),
    ...(isDefault
      ? []
      : [
          {
            action: { kind: 'make-default', id },
            label: BUTTONS.makeDefault,
            weight: 'plain',
          } satisfies Button,
        ]),
    { ...SIGN_OUT, action: { kind: 'sign-out-account', id } },
    ...signOutAndForget(account),
    ...(state === 'renewal-failing' ? [OPEN_REPORT] : []),
  ]
}

/** Asks whether to keep the session of someone other than the expected person. */
function toQuestionView(window: WindowStatus, question: PersonQuestion, nowMs: number): View {
  const { id, text, untilMs } = question
  const { heading } = PERSON
  const decide = (keeps: boolean): AccountCommand => ({ kind: 'decide-person', id, keeps })
  return {
    tone: 'warning',
    mark: 'warning',
    heading,
    text,
    banners: [],
    asking: null,
    accounts: [],
    facts: [{ label: FACTS.timeLeft, value: clockTime(untilMs - nowMs), detail: null }],
    help: null,
    buttons: [
      { action: decide(true), label: PERSON.keep, weight: 'main' },
      { action: decide(false), label: PERSON.discard, weight: 'plain' },
    ],
    announcement: `${heading} ${text}`,
    nextTickMs: nextTickMs({ ...window, waitingUntilMs: untilMs }, nowMs),
  }
}

function isAccountState(state: State): state is AccountState {
  return state in ACCOUNTS.states
}

function joinSentences(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join(' ')
}

/** How each state looks, and whether a reason replaces its text or is a banner beside it. */
const LOOKS: {
  readonly [S in State]: { tone: Tone; mark: Mark; takesReason: 'instead' | 'beside' }
} = {
  'signed-out': { tone: 'neutral', mark: 'nobody', takesReason: 'beside' },
  waiting: { tone: 'busy', mark: 'busy', takesReason: 'instead' },
  answered: { tone: 'busy', mark: 'busy', takesReason: 'instead' },
  exchanging: { tone: 'busy', mark: 'busy', takesReason: 'instead' },
  'signed-in': { tone: 'good', mark: 'done', takesReason: 'beside' },
  offline: { tone: 'neutral', mark: 'offline', takesReason: 'beside' },
  'renewal-failing': { tone: 'warning', mark: 'warning', takesReason: 'beside' },
  'needs-sign-in': { tone: 'warning', mark: 'again', takesReason: 'instead' },
  failed: { tone: 'bad', mark: 'failed', takesReason: 'instead' },
}

/** Shown if the main process doesn't answer. */
export const NO_ANSWER: View = {
  tone: 'bad',
  mark: 'failed',
  ...STATUS.noAnswer,
  banners: [],
  asking: null,
  accounts: [],
  facts: [],
  help: null,
  buttons: [],
  announcement: `${STATUS.noAnswer.heading}.`,
  nextTickMs: null,
}

const SIGN_IN: Button = { action: 'sign-in', label: BUTTONS.signIn, weight: 'main' }
const SIGN_IN_AGAIN: Button = { action: 'sign-in', label: BUTTONS.signInAgain, weight: 'main' }
const SIGN_IN_AS_OTHER: Button = {
  action: 'sign-in-as-other',
  label: BUTTONS.signInAsOther,
  weight: 'quiet',
}
const OPEN_AGAIN: Button = { action: 'open-again', label: BUTTONS.openAgain, weight: 'plain' }
const COPY_LINK: Button = { action: 'copy-link', label: BUTTONS.copyLink, weight: 'plain' }
const CANCEL: Button = { action: 'cancel', label: BUTTONS.cancel, weight: 'plain' }
const SIGN_OUT: Button = { action: 'sign-out', label: BUTTONS.signOut, weight: 'plain' }
/** For a person who no longer trusts the apps of an account. */
function signOutAndForget({ id, hasApps }: AccountView): readonly Button[] {
  const action = { kind: 'sign-out-and-forget', id } as const
  return hasApps ? [{ action, label: BUTTONS.signOutAndForget, weight: 'quiet' }] : []
}

const OPEN_REPORT: Button = { action: 'open-report', label: BUTTONS.createReport, weight: 'quiet' }

const STATE_BUTTONS: { readonly [S in State]: readonly Button[] } = {
  'signed-out': [SIGN_IN],
  waiting: [CANCEL],
  answered: [CANCEL],
  exchanging: [CANCEL],
  'signed-in': [SIGN_OUT, SIGN_IN_AS_OTHER],
  offline: [SIGN_OUT],
  'renewal-failing': [SIGN_IN_AGAIN, SIGN_OUT, OPEN_REPORT],
  'needs-sign-in': [SIGN_IN_AGAIN, SIGN_OUT],
  failed: [SIGN_IN, OPEN_REPORT],
}

function listButtons(window: WindowStatus): readonly Button[] {
  const { status, canOpenAgain } = window
  const buttons = listStateButtons(window)
  if (status.state !== 'waiting' || !canOpenAgain) return buttons
  // While a sign-in waits, a reason means that no browser opened. Then copying is more likely to help.
  return status.reason === null
    ? [OPEN_AGAIN, COPY_LINK, ...buttons]
    : [COPY_LINK, OPEN_AGAIN, ...buttons]
}

/** With several providers, the person chooses where to sign in. */
function listStateButtons({ status, providers, accounts }: WindowStatus): readonly Button[] {
  const { state } = status
  if (LOOKS[state].tone === 'busy') return STATE_BUTTONS[state]
  const [account] = accounts
  const buttons = STATE_BUTTONS[state].flatMap((button) =>
    button === SIGN_OUT && account ? [button, ...signOutAndForget(account)] : [button],
  )
  if (providers.length < 2) return buttons
  if (account) {
    const others = listSignInButtons(providers.filter((name) => name !== account.provider))
    return [...buttons, ...others.map((button) => ({ ...button, weight: 'quiet' as const }))]
  }
  return [...listSignInButtons(providers), ...buttons.filter((one) => one !== SIGN_IN)]
}

/** A button for each provider. */
export function listSignInButtons(providers: readonly string[]): readonly Button[] {
  return providers.map((name) => ({
    action: { kind: 'sign-in-provider', name },
    label: BUTTONS.signInAt(name),
    weight: 'plain',
  }))
}

/** Cancelling an app's sign-in leaves the session as it is. */
function describeAsking({ asking }: WindowStatus, nowMs: number): Asking | null {
  if (asking === null) return null
  const left = clockTime(asking.untilMs - nowMs)
  const hint =
    asking.reason === null ? STATUS.askingHint(left) : STATUS.askingReason(asking.reason, left)
  return { text: `${asking.words}.`, hint, buttons: [OPEN_AGAIN, COPY_LINK, CANCEL] }
}

/** The labels of the buttons of a banner. */
export const BANNER_LABELS: Readonly<Record<BannerAction, string>> = {
  'keep-without-keyring': BUTTONS.keepWithoutKeyring,
  restart: BUTTONS.restart,
}

const isSignedIn = (state: State): boolean =>
  state === 'signed-in' || state === 'offline' || state === 'renewal-failing'

function listBanners(
  { status, storage, demo, ...window }: WindowStatus,
  reason: string | null,
): readonly Banner[] {
  const { state } = status
  const { restart } = window
  const plain = (text: string): Banner => ({ text, hint: null, actions: [] })
  const banners = window.messages.map(plain)
  if (reason !== null) banners.push(plain(reason))
  if (restart?.kind === 'session-back') {
    banners.push({ text: restart.message, hint: null, actions: ['restart'] })
  }
  // If the person chose this storage, or nothing helps, it is only a fact.
  if (isSignedIn(state) && !demo && storage.tier === 'memory' && storage.message !== null) {
    const canRestart = restart?.kind === 'sign-in-again'
    banners.push({
      text: storage.message,
      hint: canRestart ? restart.message : null,
      actions: ['keep-without-keyring', ...(canRestart ? (['restart'] as const) : [])],
    })
  }
  return banners
}

function describeHelp({ redirectTarget }: WindowStatus): Help | null {
  if (redirectTarget === null) return null
  const { redirectUri, registration: answer } = redirectTarget
  return { question: STATUS.helpQuestion, redirectUri, answer }
}

function listFacts(window: WindowStatus, nowMs: number): readonly Fact[] {
  const { state } = window.status
  const facts: Fact[] = [...accountFacts(window, nowMs)]
  if (window.issuer !== null && !choosesProvider(window)) {
    facts.push({ label: FACTS.provider, ...describeIssuer(window, window.issuer) })
  }
  if (!isSignedIn(state)) return facts
  if (window.scope !== null && window.scope !== '') {
    facts.push({ label: FACTS.scopes, value: window.scope, detail: null })
  }
  return [...facts, ...timeFacts(window, nowMs), ...storageFacts(window)]
}

/** True if nobody is signed in, and there are several providers: each has a button. */
function choosesProvider({ accounts, providers, status }: WindowStatus): boolean {
  return accounts.length === 0 && providers.length > 1 && LOOKS[status.state].tone !== 'busy'
}

/** Returns no fact if the stored session may be out of date. A banner then says why. */
function storageFacts({ storage, demo, hasStorageProblem }: WindowStatus): readonly Fact[] {
  if (hasStorageProblem) return []
  const { tier, message } = storage
  const detail = tier === 'memory' && !demo ? null : message
  return [{ label: FACTS.storedIn, value: TIERS[tier], detail }]
}

/** How long a sign-in still waits, and whose session this is. */
function accountFacts(window: WindowStatus, nowMs: number): readonly Fact[] {
  const { status, waitingUntilMs } = window
  const { state } = status
  // With several accounts, the sign-in may be for any of them, so name none.
  const isOneOfSeveral = window.accounts.length > 1 && LOOKS[state].tone === 'busy'
  const account = isOneOfSeveral ? null : status.account
  const facts: Fact[] = []
  if (state === 'waiting' && waitingUntilMs !== null) {
    facts.push({ label: FACTS.timeLeft, value: clockTime(waitingUntilMs - nowMs), detail: null })
  }
  if (account !== null) {
    const { name, email } = account
    const label = isSignedIn(state) ? FACTS.account : FACTS.lastAccount
    facts.push({ label, value: name, detail: email === '' || email === name ? null : email })
  }
  return facts
}

function describeIssuer({ demo }: WindowStatus, issuer: string): Omit<Fact, 'label'> {
  if (demo) return { value: FACTS.demoProvider, detail: FACTS.demoDetail }
  return { value: URL.canParse(issuer) ? new URL(issuer).host : issuer, detail: null }
}

/** When the session is renewed, or a renewal is retried, and when the session expires. */
function timeFacts(window: WindowStatus, nowMs: number): readonly Fact[] {
  const { state } = window.status
  const { renewsAtMs } = window
  const expiresAtMs = readExpiry(window)
  if (state === 'signed-in' && renewsAtMs !== null) {
    const time = formatTime(renewsAtMs, nowMs)
    const value = isSameDay(renewsAtMs, nowMs) ? FACTS.renewsAt(time) : FACTS.renewsOn(time)
    return [{ label: FACTS.renews, value, detail: null }]
  }
  const facts: Fact[] = []
  if (state !== 'signed-in' && renewsAtMs !== null) {
    const value = capitalize(countdown(renewsAtMs - nowMs))
    facts.push({ label: FACTS.retrying, value, detail: null })
  }
  if (expiresAtMs === null) return facts
  const value = formatTime(expiresAtMs, nowMs)
  // If nothing renews the session, it ends then. Otherwise apps only wait for the renewal.
  const hasExpired = expiresAtMs <= nowMs && state !== 'signed-in'
  return [
    ...facts,
    hasExpired
      ? { label: FACTS.expired, value, detail: FACTS.expiredDetail }
      : { label: FACTS.expires, value, detail: countdown(expiresAtMs - nowMs) },
  ]
}

function readExpiry({ status }: WindowStatus): number | null {
  return status.expiresAt === null ? null : Date.parse(status.expiresAt)
}

/** When the next countdown reaches a full second. */
function nextTickMs(window: WindowStatus, nowMs: number): number | null {
  const { state } = window.status
  const ends = [
    ...(isSignedIn(state) ? [window.renewsAtMs, readExpiry(window)] : []),
    state === 'waiting' || window.question ? window.waitingUntilMs : null,
    window.asking?.untilMs ?? null,
  ]
  const ticks = ends
    .filter((endMs) => endMs !== null && endMs > nowMs)
    .map((endMs) => (endMs! - nowMs) % 1000 || 1000)
  return ticks.length === 0 ? null : Math.min(...ticks)
}
