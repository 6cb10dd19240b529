// Makes the desktop notifications from the events.

import { formatAccount } from '../oauth/account.js'
import type { ConsentQuestion } from '../consent/consent.js'
import { isFailure, type Event, type Model } from '../agent/model.js'
import type { AccountCommand } from '../ipc.js'
import { describeFailure, describeSignOut, nameAccount } from './account-names.js'
import { showPath, titleQuestion } from './consent-words.js'
import { PRESENT_MESSAGES } from './present-messages.js'

export type DesktopNotification = {
  title: string
  body: string
  /** The command that a click runs. */
  onClick: 'open' | AccountCommand
}

/** Returns null for an event that need not interrupt the person. `noBrowser`: the person opens each link. */
// oxlint-disable-next-line complexity -- One case per event, so that the compiler names an event that is missing.
export function toNotification(
  model: Model,
  event: Event,
  { noBrowser = false } = {},
): DesktopNotification | null {
  switch (event.type) {
    case 'signed-in': {
      const body = nameAccount(model, event)
      return { title: PRESENT_MESSAGES.notification.signedIn, body, onClick: 'open' }
    }
    case 'other-person-asked': {
      const { expected, got } = event.question
      const body = PRESENT_MESSAGES.otherPerson(formatAccount(expected), formatAccount(got))
      return { title: PRESENT_MESSAGES.notification.otherPerson, body, onClick: 'open' }
    }
    case 'consent-asked':
      return toConsentNotification(event.question)
    case 'sign-in-ended':
    case 'sign-in-rejected':
      // A person who cancels needs no notification.
      return event.result.kind === 'cancelled' ? null : toFailureNotification(model)
    case 'session-ended':
      return {
        title: PRESENT_MESSAGES.notification.sessionEnded,
        body: attributeTo(model, event.id, event.reason),
        onClick: { kind: 'sign-in-account', id: event.id },
      }
    case 'signed-out':
      return event.everywhere ? null : toSignOutNotification(model)
    case 'link-ready':
      return noBrowser
        ? toAppNotification(model, event.state, PRESENT_MESSAGES.notification.linkWaits)
        : null
    case 'sign-in-message-changed':
      return toAppNotification(model, event.state, event.message)
    case 'sign-in-started':
    case 'callback-diagnosed':
    case 'sign-in-abandoned':
    case 'sign-in-resumed':
    case 'callback-answered':
    case 'exchange-started':
    case 'restored':
    case 'renewal-started':
    case 'renewed':
    case 'renewal-failed':
    case 'default-chosen':
    case 'revocation-failed':
    case 'storage-failed':
    case 'storage-recovered':
    case 'consent-ended':
    case 'consents-changed':
      return null
  }
}

function toFailureNotification(model: Model): DesktopNotification | null {
  const { lastResult } = model
  if (lastResult === null || !isFailure(lastResult)) return null
  const body = describeFailure(model, lastResult)
  return { title: PRESENT_MESSAGES.notification.signInFailed, body, onClick: 'open' }
}

/** Apps get tokens of another account from now on if the default account was signed out. */
function toSignOutNotification(model: Model): DesktopNotification | null {
  const { lastResult } = model
  const body = describeSignOut(model)
  if (body === null || lastResult?.kind !== 'signed-out' || !lastResult.wasDefault) return null
  return { title: PRESENT_MESSAGES.notification.signedOut, body, onClick: 'open' }
}

/**
 * Has no buttons, though macOS and Windows could show some: its text is too short to say which program it
 * is, and a notification that appears under the mouse is clicked by accident.
 */
function toConsentNotification(question: ConsentQuestion): DesktopNotification {
  const { executable, script } = question.program
  const paths = [executable, script].filter((path) => path !== null).map(showPath)
  const lines = [paths.join(' '), PRESENT_MESSAGES.notification.openToAnswer]
  return {
    title: titleQuestion(question),
    body: lines.filter((line) => line !== '').join('\n'),
    onClick: 'open',
  }
}

/** Null for the person's own sign-in: they are looking already. An app may ask at any time. */
function toAppNotification(model: Model, state: string, body: string): DesktopNotification | null {
  const signIn = model.signIns.find((one) => one.state === state)
  if (signIn?.origin !== 'api') return null
  return { title: PRESENT_MESSAGES.appAsks(signIn.program), body, onClick: 'open' }
}

/** Puts the name of the account before a message, if there is more than one account. */
function attributeTo({ accounts }: Model, id: string, message: string): string {
  const session = accounts.find((account) => account.id === id)
  if (!session || accounts.length === 1) return message
  const { accountAt, ofAccount } = PRESENT_MESSAGES
  return ofAccount(accountAt(session.account.name, session.provider), message)
}
