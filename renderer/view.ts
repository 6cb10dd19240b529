// What the window says of the state, from the status: pure, so that it is tested without a window.

import type { Command, WindowStatus } from '../main/ipc.js'
import { clockTime, countdown, momentOf } from './time.js'

/** How it looks at a glance: the colour, and the sign, which says it without colour too. */
export type Tone = 'good' | 'neutral' | 'warning' | 'bad' | 'busy'
export type Mark = 'done' | 'nobody' | 'busy' | 'offline' | 'warning' | 'again' | 'failed'

export type Notice = {
  text: string
  /** What to know before the buttons are pressed; null where there is nothing to say. */
  hint: string | null
  /** What the buttons beside it lead to. */
  actions: readonly NoticeAction[]
}

export type NoticeAction = 'keep-without-keyring' | 'restart'

export type Help = { question: string; redirectUri: string; answer: string }

export type Asking = {
  text: string
  /** How long it waits, and what hinders it. */
  hint: string
  buttons: readonly Button[]
}

export type Fact = { label: string; value: string; detail: string | null }

export type Action = Command | 'open-report'

export type Button = {
  action: Action
  label: string
  /** How much it asks for attention. */
  weight: 'main' | 'plain' | 'quiet'
}

export type View = {
  tone: Tone
  mark: Mark
  heading: string
  /** What happened and what to do. */
  text: string
  /** News and warnings beside that. */
  notices: readonly Notice[]
  /** What an app asks for beside the session; null where none does. */
  asking: Asking | null
  facts: readonly Fact[]
  /** For who is stuck meanwhile; null where there is nothing to say. */
  help: Help | null
  buttons: readonly Button[]
  /** For the live region: it changes with the state and its reason, and never with the time. */
  announcement: string
  /** When the view reads differently though nothing happened, in milliseconds from now. */
  nextTickMs: number | null
}

type State = WindowStatus['status']['state']

export const NO_PROVIDER = 'No provider is set up yet'

/** True where a provider must be set up before anything else can be done. */
export function needsProvider({ issuer, status }: WindowStatus): boolean {
  const { state } = status
  return (
    issuer === null && (state === 'signed-out' || state === 'failed' || state === 'needs-sign-in')
  )
}

/** Makes the view. Names, hosts and reasons in it are plain text, whatever they look like. */
export function viewOf(window: WindowStatus, nowMs: number): View {
  const { status } = window
  const { account, reason, state } = status
  const { tone, mark, heading, text, takesReason } = WORDS[state]
  const said = state === 'signed-in' && account ? `${heading} as ${account.name}` : heading
  return {
    tone,
    mark,
    heading,
    text: takesReason === 'instead' ? (reason ?? text) : text,
    notices: noticesOf(window),
    asking: askingOf(window, nowMs),
    facts: factsOf(window, nowMs),
    help: helpOf(window),
    buttons: buttonsOf(window),
    announcement: [`${said}.`, reason, window.asking && `${window.asking.words}.`]
      .filter((part) => part !== null)
      .join(' '),
    nextTickMs: nextTickMs(window, nowMs),
  }
}

type Words = {
  tone: Tone
  mark: Mark
  heading: string
  text: string
  /** Whether a reason takes the text's place, or stands in a box beside it. */
  takesReason: 'instead' | 'beside'
}

const WORDS: { readonly [S in State]: Words } = {
  'signed-out': {
    tone: 'neutral',
    mark: 'nobody',
    heading: 'You are not signed in',
    text: 'Sign in once, in your own browser, for all apps on this computer that work with Latchkey.',
    takesReason: 'beside',
  },
  waiting: {
    tone: 'busy',
    mark: 'busy',
    heading: 'Waiting for your browser',
    text: 'Sign in on the page that opens there. This window follows by itself.',
    takesReason: 'instead',
  },
  answered: {
    tone: 'busy',
    mark: 'busy',
    heading: 'Your browser is back',
    text: 'Latchkey is checking the answer it brought. There is nothing you need to do.',
    takesReason: 'instead',
  },
  exchanging: {
    tone: 'busy',
    mark: 'busy',
    heading: 'Finishing the sign-in',
    text: 'Your provider is confirming who you are. There is nothing you need to do.',
    takesReason: 'instead',
  },
  'signed-in': {
    tone: 'good',
    mark: 'done',
    heading: 'You are signed in',
    text: 'The apps on this computer that work with Latchkey can use this session.',
    takesReason: 'beside',
  },
  offline: {
    tone: 'neutral',
    mark: 'offline',
    heading: 'Signed in, but offline',
    text: 'Your session cannot be renewed just now. Latchkey keeps trying.',
    takesReason: 'beside',
  },
  'renewal-failing': {
    tone: 'warning',
    mark: 'warning',
    heading: 'Your session cannot be renewed',
    text: 'Latchkey keeps trying. If that does not help, sign in again.',
    takesReason: 'beside',
  },
  'needs-sign-in': {
    tone: 'warning',
    mark: 'again',
    heading: 'Please sign in again',
    text: 'Your session has ended, and only you can begin a new one.',
    takesReason: 'instead',
  },
  failed: {
    tone: 'bad',
    mark: 'failed',
    heading: 'The sign-in failed',
    text: 'Nothing was kept. Sign in again when you are ready.',
    takesReason: 'instead',
  },
}

/** While the main process does not answer. */
export const NO_ANSWER: View = {
  tone: 'bad',
  mark: 'failed',
  heading: 'Latchkey does not answer',
  text: 'Close this window and open it again. If that does not help, quit Latchkey and start it.',
  notices: [],
  asking: null,
  facts: [],
  help: null,
  buttons: [],
  announcement: 'Latchkey does not answer.',
  nextTickMs: null,
}

const SIGN_IN: Button = { action: 'sign-in', label: 'Sign in', weight: 'main' }
const SIGN_IN_AGAIN: Button = { action: 'sign-in', label: 'Sign in again', weight: 'main' }
const SIGN_IN_AS_OTHER: Button = {
  action: 'sign-in-as-other',
  label: 'Sign in as somebody else',
  weight: 'quiet',
}
const OPEN_AGAIN: Button = { action: 'open-again', label: 'Open the link again', weight: 'plain' }
const COPY_LINK: Button = { action: 'copy-link', label: 'Copy sign-in link', weight: 'plain' }
const CANCEL: Button = { action: 'cancel', label: 'Cancel', weight: 'plain' }
const SIGN_OUT: Button = { action: 'sign-out', label: 'Sign out', weight: 'plain' }
const OPEN_REPORT: Button = { action: 'open-report', label: 'Make a report', weight: 'quiet' }

const BUTTONS: { readonly [S in State]: readonly Button[] } = {
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

function buttonsOf({ status, canOpenAgain }: WindowStatus): readonly Button[] {
  const buttons = BUTTONS[status.state]
  if (status.state !== 'waiting' || !canOpenAgain) return buttons
  // While a sign-in waits, a reason says that no browser was opened: opening it again may fail too.
  return status.reason === null
    ? [OPEN_AGAIN, COPY_LINK, ...buttons]
    : [COPY_LINK, OPEN_AGAIN, ...buttons]
}

/** Calling it off leaves the session as it is. */
function askingOf({ asking }: WindowStatus, nowMs: number): Asking | null {
  if (asking === null) return null
  const left = `${clockTime(asking.untilMs - nowMs)} left.`
  const hint =
    asking.reason === null ? `Sign in with your browser: ${left}` : `${asking.reason} ${left}`
  return { text: `${asking.words}.`, hint, buttons: [OPEN_AGAIN, COPY_LINK, CANCEL] }
}

/** What the buttons of a notice are called. */
export const NOTICE_LABELS: Readonly<Record<NoticeAction, string>> = {
  'keep-without-keyring': 'Choose in Settings',
  restart: 'Restart Latchkey',
}

/** The storage tiers in words, to follow "kept" and to begin with. */
export const TIERS: { readonly [Tier in WindowStatus['storage']['tier']]: string } = {
  keyring: "In the system's keyring",
  passphrase: 'On this computer, sealed with your passphrase',
  'key-file': 'On this computer, without a keyring',
  memory: 'In memory only',
}

const isSignedIn = (state: State): boolean =>
  state === 'signed-in' || state === 'offline' || state === 'renewal-failing'

function noticesOf({ status, storage, demo, ...window }: WindowStatus): readonly Notice[] {
  const { reason, state } = status
  const { restart } = window
  const plain = (text: string): Notice => ({ text, hint: null, actions: [] })
  const notices = window.notices.map(plain)
  if (reason !== null && WORDS[state].takesReason === 'beside') notices.push(plain(reason))
  if (restart?.kind === 'session-back') {
    notices.push({ text: restart.message, hint: null, actions: ['restart'] })
  }
  // Where it is the person's own choice, or nothing helps, it is a fact among others.
  if (isSignedIn(state) && !demo && storage.tier === 'memory' && storage.note !== null) {
    const canRestart = restart?.kind === 'sign-in-again'
    notices.push({
      text: storage.note,
      hint: canRestart ? restart.message : null,
      actions: ['keep-without-keyring', ...(canRestart ? (['restart'] as const) : [])],
    })
  }
  return notices
}

function helpOf({ redirectTarget }: WindowStatus): Help | null {
  if (redirectTarget === null) return null
  const { redirectUri, registration: answer } = redirectTarget
  return { question: 'Does your browser show an error page?', redirectUri, answer }
}

function factsOf(window: WindowStatus, nowMs: number): readonly Fact[] {
  const { account, state } = window.status
  const facts: Fact[] = []
  if (state === 'waiting' && window.waitingUntilMs !== null) {
    const value = clockTime(window.waitingUntilMs - nowMs)
    facts.push({ label: 'Time left', value, detail: null })
  }
  if (account !== null) {
    const { name, email } = account
    const detail = email === '' || email === name ? null : email
    facts.push({ label: isSignedIn(state) ? 'Account' : 'Until now', value: name, detail })
  }
  if (window.issuer !== null) {
    facts.push({ label: 'Provider', ...providerOf(window, window.issuer) })
  }
  if (!isSignedIn(state)) return facts
  if (window.scope !== null && window.scope !== '') {
    facts.push({ label: 'Scopes', value: window.scope, detail: null })
  }
  facts.push(...timesOf(window, nowMs))
  const { tier, note } = window.storage
  facts.push({
    label: 'Kept',
    value: TIERS[tier],
    detail: tier === 'memory' && !window.demo ? null : note,
  })
  return facts
}

function providerOf({ demo }: WindowStatus, issuer: string): Omit<Fact, 'label'> {
  if (demo) return { value: 'Demo provider', detail: 'with made-up people' }
  return { value: URL.canParse(issuer) ? new URL(issuer).host : issuer, detail: null }
}

/** When the session is renewed, tried again or over. */
function timesOf(window: WindowStatus, nowMs: number): readonly Fact[] {
  const { state } = window.status
  const { renewsAtMs } = window
  const runsOutAtMs = runsOutMs(window)
  if (state === 'signed-in' && renewsAtMs !== null) {
    const value = `By itself, ${momentOf(renewsAtMs, nowMs)}`
    return [{ label: 'Renews', value, detail: null }]
  }
  const facts: Fact[] = []
  if (state !== 'signed-in' && renewsAtMs !== null) {
    facts.push({ label: 'Next try', value: capital(countdown(renewsAtMs - nowMs)), detail: null })
  }
  if (runsOutAtMs === null) return facts
  const value = momentOf(runsOutAtMs, nowMs)
  // With nothing that renews it, the session itself ends then; else apps go without for a while.
  const isOver = runsOutAtMs <= nowMs && state !== 'signed-in'
  return [
    ...facts,
    isOver
      ? { label: 'Ran out', value, detail: 'Apps wait until it is renewed.' }
      : { label: 'Runs out', value, detail: countdown(runsOutAtMs - nowMs) },
  ]
}

function runsOutMs({ status }: WindowStatus): number | null {
  return status.expiresAt === null ? null : Date.parse(status.expiresAt)
}

/** The full seconds of what is counted down to, so that all of it changes as its own time does. */
function nextTickMs(window: WindowStatus, nowMs: number): number | null {
  const { state } = window.status
  const ends = [
    ...(isSignedIn(state) ? [window.renewsAtMs, runsOutMs(window)] : []),
    state === 'waiting' ? window.waitingUntilMs : null,
    window.asking?.untilMs ?? null,
  ]
  const ticks = ends
    .filter((endMs) => endMs !== null && endMs > nowMs)
    .map((endMs) => (endMs! - nowMs) % 1000 || 1000)
  return ticks.length === 0 ? null : Math.min(...ticks)
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
