// What the window says, from the status: pure, so that it is tested without a window.

import type { Command, WindowStatus } from '../main/ipc.js'

export type Tone = 'good' | 'neutral' | 'bad' | 'busy'

export type Line = { kind: 'text' | 'code'; text: string }

export type Fact = { label: string; value: string; detail: string | null }

export type Button = {
  command: Command
  label: string
  /** How much it asks for attention. */
  weight: 'main' | 'plain' | 'quiet'
}

export type View = {
  tone: Tone
  heading: string
  /** What happened and what to do. */
  lines: readonly Line[]
  /** News beside that. */
  notice: string | null
  facts: readonly Fact[]
  buttons: readonly Button[]
  /** For the live region: it changes with the state and its reason, and never with the time. */
  announcement: string
  /** When the view reads differently though nothing happened, in milliseconds from now. */
  nextTickMs: number | null
}

type State = WindowStatus['status']['state']

/** Makes the view. Names, hosts and reasons in it are plain text, whatever they look like. */
export function viewOf(window: WindowStatus, nowMs: number): View {
  const { status } = window
  const { account, reason, state } = status
  const isIdle = state === 'signed-out' || state === 'failed' || state === 'needs-sign-in'
  if (window.issuer === null && isIdle) return notConfigured()

  const { tone, heading, text, explains } = WORDS[state]
  const untilMs = deadlineOf(window)
  const said = state === 'signed-in' && account ? `${heading} as ${account.name}` : heading
  return {
    tone,
    heading,
    lines: [{ kind: 'text', text: explains ? text : (reason ?? text) }],
    notice: explains ? reason : null,
    facts: factsOf(window, nowMs),
    buttons: BUTTONS[state],
    announcement: reason === null ? `${said}.` : `${said}. ${reason}`,
    nextTickMs: untilMs === null || untilMs <= nowMs ? null : (untilMs - nowMs) % 1000 || 1000,
  }
}

type Words = {
  tone: Tone
  heading: string
  text: string
  /** Whether the text stands beside a reason; else a reason takes its place. */
  explains: boolean
}

const WORDS: { readonly [S in State]: Words } = {
  'signed-out': {
    tone: 'neutral',
    heading: 'You are not signed in',
    text: 'Sign in once, in your own browser, for all apps on this computer that work with Latchkey.',
    explains: false,
  },
  waiting: {
    tone: 'busy',
    heading: 'Waiting for your browser',
    text: 'Sign in on the page that opens there. This window follows by itself.',
    explains: false,
  },
  answered: {
    tone: 'busy',
    heading: 'Your browser is back',
    text: 'Latchkey is checking the answer it brought. There is nothing you need to do.',
    explains: false,
  },
  exchanging: {
    tone: 'busy',
    heading: 'Finishing the sign-in',
    text: 'Your provider is confirming who you are. There is nothing you need to do.',
    explains: false,
  },
  'signed-in': {
    tone: 'good',
    heading: 'You are signed in',
    text: 'The apps on this computer that work with Latchkey can use this session.',
    explains: false,
  },
  offline: {
    tone: 'neutral',
    heading: 'You are signed in, but offline',
    text: 'Your provider cannot be reached, so your session cannot be renewed just now. Check your connection; Latchkey keeps trying.',
    explains: true,
  },
  'renewal-failing': {
    tone: 'bad',
    heading: 'Your session cannot be renewed',
    text: 'You stay signed in until it runs out. Latchkey keeps trying; you can also sign in again.',
    explains: true,
  },
  'needs-sign-in': {
    tone: 'neutral',
    heading: 'Please sign in again',
    text: 'Your session has ended, and only you can begin a new one.',
    explains: false,
  },
  failed: {
    tone: 'bad',
    heading: 'The sign-in failed',
    text: 'Nothing was kept. Sign in again when you are ready.',
    explains: false,
  },
}

const SIGN_IN: Button = { command: 'sign-in', label: 'Sign in', weight: 'main' }
const SIGN_IN_AGAIN: Button = { command: 'sign-in', label: 'Sign in again', weight: 'main' }
const SIGN_IN_AS_OTHER: Button = {
  command: 'sign-in-as-other',
  label: 'Sign in as somebody else',
  weight: 'quiet',
}
const CANCEL: Button = { command: 'cancel', label: 'Cancel', weight: 'plain' }
const SIGN_OUT: Button = { command: 'sign-out', label: 'Sign out', weight: 'plain' }

const BUTTONS: { readonly [S in State]: readonly Button[] } = {
  'signed-out': [SIGN_IN],
  waiting: [CANCEL],
  answered: [CANCEL],
  exchanging: [CANCEL],
  'signed-in': [SIGN_OUT, SIGN_IN_AS_OTHER],
  offline: [SIGN_OUT],
  'renewal-failing': [SIGN_IN_AGAIN, SIGN_OUT],
  'needs-sign-in': [SIGN_IN_AGAIN, SIGN_OUT],
  failed: [SIGN_IN],
}

function notConfigured(): View {
  const heading = 'No provider is set up yet'
  return {
    tone: 'neutral',
    heading,
    lines: [
      {
        kind: 'text',
        text: 'Latchkey signs you in at your own OpenID provider. Name it in settings.json, in the data directory, and start Latchkey anew:',
      },
      {
        kind: 'code',
        text: '{\n  "issuer": "https://login.example.com",\n  "clientId": "YOUR_CLIENT_ID"\n}',
      },
      { kind: 'text', text: 'Or start it with flags:' },
      { kind: 'code', text: '--issuer URL --client-id ID' },
      { kind: 'text', text: 'To look around first, at a demo provider:' },
      { kind: 'code', text: '--demo' },
    ],
    notice: null,
    facts: [],
    buttons: [],
    announcement: `${heading}.`,
    nextTickMs: null,
  }
}

const isSignedIn = (state: State): boolean =>
  state === 'signed-in' || state === 'offline' || state === 'renewal-failing'

/** When the countdown in the view ends, in milliseconds since the epoch. */
function deadlineOf({ status, waitingUntilMs }: WindowStatus): number | null {
  if (status.state === 'waiting') return waitingUntilMs
  if (!isSignedIn(status.state) || status.expiresAt === null) return null
  return Date.parse(status.expiresAt)
}

function factsOf(window: WindowStatus, nowMs: number): readonly Fact[] {
  const { account, state } = window.status
  const untilMs = deadlineOf(window)
  const facts: Fact[] = []
  if (untilMs !== null && !isSignedIn(state)) {
    facts.push({ label: 'Time left', value: clockTime(untilMs - nowMs), detail: null })
  }
  if (account !== null) {
    const { name, email } = account
    const detail = email === '' || email === name ? null : email
    facts.push({ label: isSignedIn(state) ? 'Account' : 'Until now', value: name, detail })
  }
  if (window.issuer !== null)
    facts.push({ label: 'Provider', ...providerOf(window, window.issuer) })
  if (untilMs !== null && isSignedIn(state)) {
    const detail = countdown(untilMs - nowMs)
    facts.push({ label: 'Runs out', value: momentOf(untilMs, nowMs), detail })
  }
  return facts
}

function providerOf({ demo }: WindowStatus, issuer: string): Omit<Fact, 'label'> {
  if (demo) return { value: 'Demo provider', detail: 'with made-up people' }
  return { value: URL.canParse(issuer) ? new URL(issuer).host : issuer, detail: null }
}

/** `4:59` for milliseconds. */
function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const pad = (count: number): string => String(count).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  return hours === 0
    ? `${minutes}:${pad(seconds % 60)}`
    : `${hours}:${pad(minutes)}:${pad(seconds % 60)}`
}

/** `in 59 minutes` for milliseconds: never more than there is. */
function countdown(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds <= 0) return 'any moment now'
  if (seconds < 60) return `in ${plural(seconds, 'second')}`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `in ${plural(minutes, 'minute')}`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `in ${both(hours, 'hour', minutes % 60, 'minute')}`
  return `in ${both(Math.floor(hours / 24), 'day', hours % 24, 'hour')}`
}

function both(count: number, unit: string, rest: number, smaller: string): string {
  return rest === 0 ? plural(count, unit) : `${plural(count, unit)} ${plural(rest, smaller)}`
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

/** A local time, with the day where it is not today. */
function momentOf(ms: number, nowMs: number): string {
  const when = new Date(ms)
  const isToday = when.toDateString() === new Date(nowMs).toDateString()
  return when.toLocaleString(undefined, {
    ...(!isToday && { weekday: 'short', day: 'numeric', month: 'short' }),
    hour: 'numeric',
    minute: '2-digit',
  })
}
