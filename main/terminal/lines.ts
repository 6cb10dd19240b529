// What the headless program says to a person at a terminal.

import { labelOf } from '../oauth/id-token.js'
import { redirectUriOf } from '../oauth/authorization-url.js'
import {
  askingSignIn,
  renewalFailure,
  shownSignIn,
  type Event,
  type SignIn,
  type Model,
} from '../agent/model.js'
import { printable } from '../base/printable.js'
import { ABANDONED, askedBy, statusOf } from '../present/status.js'

/** What is so for the whole run. */
export type Setting = {
  /** What to register with the provider, in a sentence. */
  registration: string
  /** False where the person opens each link by hand. */
  opensBrowser: boolean
  /** False where there is no provider to sign in at. */
  hasProvider: boolean
}

/** Lines to print for an event; none where it is nothing that a person waits for. */
export function linesFor(
  model: Model,
  event: Event,
  nowMs: number,
  setting: Setting,
): readonly string[] {
  switch (event.type) {
    case 'link-ready': {
      const signIn = model.signIns.find(({ state }) => state === event.state)
      if (!signIn) return []
      return [
        '',
        invitationOf(signIn, setting),
        '',
        event.link,
        '',
        `Waiting for you there: ${timeLeft(signIn.deadlineMs - nowMs)} left. Type cancel to stop.`,
        `Your browser comes back to ${redirectUriOf(event.link)}. If your provider shows an error ` +
          `page instead: ${setting.registration}`,
        'If it shows a page that cannot be loaded, paste the address of that page here.',
      ]
    }
    case 'sign-in-message-changed':
      return [event.message]
    case 'sign-in-abandoned':
      return [ABANDONED]
    case 'sign-in-resumed':
      return ['The app waits for this sign-in again. Finish it in your browser.']
    case 'exchange-started':
      return ['Your browser is back. Finishing the sign-in …']
    case 'signed-in':
    case 'restored':
    case 'sign-in-rejected':
    case 'session-ended':
    case 'signed-out':
    case 'revocation-failed':
      return describe(model, nowMs, setting)
    case 'storage-failed':
      return [printable(event.message)]
    case 'renewal-failed':
      // The first of a row: it goes on trying, and that is no news.
      return event.failures === 1 ? [printable(event.reason), STAYS_SIGNED_IN] : []
    case 'sign-in-ended':
      return event.result.kind === 'cancelled'
        ? ['The sign-in was cancelled.', ...describe(model, nowMs, setting)]
        : describe(model, nowMs, setting)
    case 'sign-in-started':
    case 'callback-answered':
    case 'renewal-started':
    case 'renewed':
    case 'storage-recovered':
      return []
  }
}

/** The state in full: the answer to `status`. */
export function describe(
  model: Model,
  nowMs: number,
  { hasProvider }: Pick<Setting, 'hasProvider'>,
): readonly string[] {
  const { account, expiresAt, reason, state } = statusOf(model)
  const signIn = shownSignIn(model)
  const lines: string[] = []
  if (signIn) {
    lines.push(
      signIn.phase === 'waiting'
        ? `Waiting for you to sign in: ${timeLeft(signIn.deadlineMs - nowMs)} left.`
        : 'Finishing the sign-in …',
    )
  }
  if (account !== null && model.session.kind === 'signed-in') {
    const { renewsAtMs, renewal } = model.session
    const renews = renewsAtMs !== null && renewalFailure(renewal) === null
    const until = expiresAt === null ? '' : `, until ${untilWhen(Date.parse(expiresAt), nowMs)}`
    // When the access token expires is no news for a person whose session goes on.
    const lasts = renews ? '. The session renews automatically' : until
    lines.push(printable(`Signed in as ${labelOf(account)}${lasts}.`))
  } else if (!signIn && reason === null) {
    lines.push(`Nobody is signed in.${hasProvider ? ' Type sign-in to begin.' : ''}`)
  }
  if (reason !== null) lines.push(printable(reason))
  if (hasProvider && (state === 'failed' || state === 'needs-sign-in')) {
    lines.push('Type sign-in to sign in again.')
  }
  const asking = askingSignIn(model)
  if (asking) {
    const left = timeLeft(asking.deadlineMs - nowMs)
    lines.push(`${askedBy(asking.program)}. ${left} left. Type open, link or cancel.`)
  }
  return lines
}

function invitationOf(
  { origin, program }: Pick<SignIn, 'origin' | 'program'>,
  { opensBrowser }: Setting,
): string {
  if (origin === 'tray') {
    return opensBrowser
      ? 'Sign in with your browser. If it does not open by itself, open this link:'
      : 'Sign in with your browser. Open this link in it:'
  }
  return opensBrowser
    ? `${askedBy(program)}. If your browser does not open, open this link:`
    : `${askedBy(program)}. Open this link in your browser:`
}

/** A short text for the prompt, so that the time left is always in sight. */
export function promptFor(model: Model, nowMs: number): string {
  const signIn = shownSignIn(model)
  if (signIn?.phase === 'waiting')
    return `latchkey (waiting, ${timeLeft(signIn.deadlineMs - nowMs)})> `
  return `latchkey (${statusOf(model).state})> `
}

const STAYS_SIGNED_IN = 'You stay signed in. Latchkey keeps trying.'

/** `4:59` for milliseconds. */
export function timeLeft(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const pad = (count: number): string => String(count).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  return hours === 0
    ? `${minutes}:${pad(seconds % 60)}`
    : `${hours}:${pad(minutes)}:${pad(seconds % 60)}`
}

/** A local time with its zone, and the date if it is not today's. */
function untilWhen(ms: number, nowMs: number): string {
  const when = new Date(ms)
  const time = when.toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  })
  const sameDay = when.toDateString() === new Date(nowMs).toDateString()
  return sameDay ? time : `${when.toLocaleDateString()} ${time}`
}
