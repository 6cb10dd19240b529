// How a flow can end without anybody signed in, from what was thrown, and the page for it.

import { asAuthError } from '../base/errors.js'
import type { CallbackDiagnostic } from '../oauth/callback-listener.js'
import type { SignInResult } from './model.js'
import { cancelledPage, failedPage, refusedPage, type Page } from '../oauth/pages.js'

/** Why a flow was called off; what its signal aborts with. */
export class CalledOff extends Error {
  override readonly name = 'CalledOff'
  readonly result: SignInResult

  constructor(result: SignInResult) {
    super(result.kind)
    this.result = result
  }
}

export function resultOf(thrown: unknown): SignInResult {
  if (thrown instanceof CalledOff) return thrown.result
  const { code, message } = asAuthError(thrown)
  return { kind: code === 'access-denied' ? 'denied' : 'failed', code, reason: message }
}

/** What a flow knows of its way back once the listener is open. */
export type CallbackSeen = {
  diagnostic: CallbackDiagnostic
  /** The very one that the provider was sent. */
  redirectUri: string
  /** What to register with the provider. */
  registration: string
}

/**
 * What calls a flow off when nobody finished it within `timeoutMs`: it says what reached the listener
 * meanwhile, and what to do; null where there was no listener yet.
 */
export function timedOut(timeoutMs: number, seen: CallbackSeen | null): CalledOff {
  const seconds = Math.round(timeoutMs / 1000)
  const words = seconds % 60 === 0 ? plural(seconds / 60, 'minute') : plural(seconds, 'second')
  const advice = seen === null ? 'Sign in again when you are ready.' : adviceOf(seen)
  return new CalledOff({
    kind: 'expired',
    reason: `Nobody finished the sign-in within ${words}. ${advice}`,
  })
}

/** What calls a flow off whose browser came back after its app had hung up. */
export function abandoned(): CalledOff {
  return new CalledOff({
    kind: 'expired',
    reason:
      'The app that asked for the sign-in stopped waiting before it was finished in the browser, so ' +
      'nobody was signed in. Start again from the app.',
  })
}

function adviceOf({ diagnostic, redirectUri, registration }: CallbackSeen): string {
  if (diagnostic === 'nothing') {
    return (
      'Nothing came back from your browser. If your provider showed an error page there, it most ' +
      `likely does not know the redirect URI ${redirectUri}. ${registration} If the page was left, ` +
      'sign in again. If you did finish there, your browser runs on another computer, in a ' +
      'container or in WSL, or a proxy or an extension keeps it from this address.'
    )
  }
  if (diagnostic === 'other-path') {
    return (
      `Your browser came back to another address than ${redirectUri}, where Latchkey waits. ` +
      `${registration} Then sign in again.`
    )
  }
  return ADVICE[diagnostic]
}

const ADVICE: Readonly<Record<Exclude<CallbackDiagnostic, 'nothing' | 'other-path'>, string>> = {
  connection:
    'Something connected to 127.0.0.1, where Latchkey waits, and asked for nothing. If you did ' +
    'finish in your browser, then a proxy, an extension or a security program held the answer back: ' +
    'make an exception there for 127.0.0.1, and sign in again.',
  'other-state':
    'The tab of another sign-in came back, most likely an old one. Close such tabs, sign in again, ' +
    'and go on in the newest tab.',
  'without-state':
    'An answer came without its state, by which Latchkey knows whose it is, so Latchkey did not use ' +
    'it. Some providers answer so when they refuse the request itself: check the client ID, the ' +
    'scope and the redirect URI that are registered there, and sign in again.',
  'empty-callback':
    'Your browser came back without an answer from your provider: neither a code nor an error. Sign ' +
    'in again; if that happens again, an extension or a proxy takes the answer away, or the provider ' +
    'is at fault.',
  'other-user':
    'An answer came from a program of another user of this computer, and Latchkey did not take it. ' +
    'Sign in again, in a browser that runs as you.',
  'large-head':
    'Your browser sent so many cookies of other programs on 127.0.0.1 that Latchkey could not read its ' +
    'answer. Delete the cookies of 127.0.0.1 and localhost, and sign in again.',
  'tls-hello':
    'Your browser came back over https, where only http works. Allow http://127.0.0.1 in its ' +
    'settings, as an exception from its HTTPS-only mode ("always use secure connections"), and sign ' +
    'in again.',
}

/** What a person should know of a sighting while the flow still waits; null where that is no news. */
export function diagnosticMessage(diagnostic: CallbackDiagnostic): string | null {
  switch (diagnostic) {
    case 'other-state':
      return (
        'The tab of another sign-in came back, most likely an old one. This one still waits: go on ' +
        'in the newest tab.'
      )
    case 'without-state':
      return (
        'An answer came without its state, by which Latchkey knows whose it is, so Latchkey did not ' +
        'use it. Your provider may have refused the request: the address of that page says why.'
      )
    case 'other-user':
      return (
        'An answer came from a program of another user of this computer, and Latchkey did not take ' +
        'it. Finish in a browser that runs as you, or paste the address of its last page here.'
      )
    case 'large-head':
      return (
        'Your browser sent so many cookies of other programs on 127.0.0.1 that Latchkey could not read ' +
        'its answer. Delete the cookies of 127.0.0.1 and localhost, then open the link again.'
      )
    case 'tls-hello':
      return (
        'Your browser came back over https, where only http works. Allow http://127.0.0.1 in its ' +
        'settings, as an exception from its HTTPS-only mode ("always use secure connections"), then ' +
        'open the link again.'
      )
    case 'nothing':
    case 'connection':
    case 'other-path':
    case 'empty-callback':
      return null
  }
}

/** How a sign-in ends that has no provider to go to. */
export function notConfigured(): Extract<SignInResult, { kind: 'failed' }> {
  return {
    kind: 'failed',
    code: 'not-configured',
    reason:
      'No provider is configured yet. Set its issuer and your client ID (--issuer and ' +
      '--client-id), or try the demo (--demo).',
  }
}

export function pageOf(result: SignInResult): Page {
  switch (result.kind) {
    case 'cancelled':
      return cancelledPage()
    case 'denied':
      return refusedPage(result.reason)
    case 'expired':
      return failedPage(400, result.reason)
    case 'failed':
      return failedPage(result.code === 'issuer-mismatch' ? 400 : 502, result.reason)
  }
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
