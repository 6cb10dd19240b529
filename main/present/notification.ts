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
export function noticeOf(model: Model, event: Event): Notice | null {
  const { lastOutcome, session } = model
  switch (event.type) {
    case 'signed-in': {
      const body = session.kind === 'signed-in' ? labelOf(session.account) : ''
      return { title: 'Signed in', body, onClick: 'open' }
    }
    case 'flow-ended':
    case 'flow-refused':
      // A person who cancels knows it.
      return event.ending.kind !== 'cancelled' && lastOutcome && isFailure(lastOutcome)
        ? { title: 'Sign-in failed', body: lastOutcome.reason, onClick: 'open' }
        : null
    case 'session-ended':
      return { title: 'Sign in again', body: event.reason, onClick: 'sign-in' }
    case 'flow-started':
    case 'link-ready':
    case 'flow-noticed':
    case 'flow-abandoned':
    case 'flow-resumed':
    case 'callback-answered':
    case 'exchange-started':
    case 'restored':
    case 'renewal-started':
    case 'renewed':
    case 'renewal-failed':
    case 'signed-out':
    case 'revocation-failed':
    case 'storage-failed':
    case 'storage-mended':
      return null
  }
}
