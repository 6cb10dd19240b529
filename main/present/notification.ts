// The desktop notifications, from what happened.

import { labelOf } from '../oauth/id-token.js'
import { isFailure, type Event, type Model } from '../agent/model.js'

export type Notice = {
  title: string
  body: string
  /** What a click on it does. */
  onClick: 'open' | 'sign-in'
}

/** What a person is notified of; null where it is nothing they need to be interrupted for. */
export function notificationFor(model: Model, event: Event): Notice | null {
  const { lastResult, session } = model
  switch (event.type) {
    case 'signed-in': {
      const body = session.kind === 'signed-in' ? labelOf(session.account) : ''
      return { title: 'Signed in', body, onClick: 'open' }
    }
    case 'sign-in-ended':
    case 'sign-in-rejected':
      // A person who cancels knows it.
      return event.result.kind !== 'cancelled' && lastResult && isFailure(lastResult)
        ? { title: 'Sign-in failed', body: lastResult.reason, onClick: 'open' }
        : null
    case 'session-ended':
      return { title: 'Sign in again', body: event.reason, onClick: 'sign-in' }
    case 'sign-in-started':
    case 'link-ready':
    case 'sign-in-message-changed':
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
