// Makes the desktop notifications from the events.

import { formatAccount } from '../oauth/account.js'
import { isFailure, type Event, type Model } from '../agent/model.js'
import { PRESENT_MESSAGES } from './present-messages.js'

export type DesktopNotification = {
  title: string
  body: string
  /** The command that a click runs. */
  onClick: 'open' | 'sign-in'
}

/** Returns null for an event that need not interrupt the person. */
// oxlint-disable-next-line complexity -- One case per event, so that the compiler names an event that is missing.
export function toNotification(model: Model, event: Event): DesktopNotification | null {
  const { lastResult, session } = model
  switch (event.type) {
    case 'signed-in': {
      const body = session.kind === 'signed-in' ? formatAccount(session.account) : ''
      return { title: PRESENT_MESSAGES.notification.signedIn, body, onClick: 'open' }
    }
    case 'sign-in-ended':
    case 'sign-in-rejected':
      // A person who cancels needs no notification.
      return event.result.kind !== 'cancelled' && lastResult && isFailure(lastResult)
        ? {
            title: PRESENT_MESSAGES.notification.signInFailed,
            body: lastResult.reason,
            onClick: 'open',
          }
        : null
    case 'session-ended':
      return {
        title: PRESENT_MESSAGES.notification.sessionEnded,
        body: event.reason,
        onClick: 'sign-in',
      }
    case 'sign-in-message-changed': {
      // The person who began a sign-in is looking. An app may ask at any time.
      const signIn = model.signIns.find(({ state }) => state === event.state)
      return signIn?.origin === 'api'
        ? {
            title: PRESENT_MESSAGES.appAsks(signIn.program),
            body: event.message,
            onClick: 'open',
          }
        : null
    }
    case 'sign-in-started':
    case 'link-ready':
    case 'callback-diagnosed':
    case 'sign-in-abandoned':
    case 'sign-in-resumed':
    case 'callback-answered':
    case 'exchange-started':
    case 'restored':
    case 'renewal-started':
    case 'renewed':
    case 'renewal-failed':
    case 'signed-out':
    case 'revocation-failed':
    case 'storage-failed':
    case 'storage-recovered':
      return null
  }
}
