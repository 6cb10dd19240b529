// How a flow can end without anybody signed in, from what was thrown, and the page for it.

import { asAuthError } from './errors.js'
import type { Ending } from './model.js'
import { cancelledPage, failedPage, refusedPage, type Page } from './pages.js'

/** Why a flow was called off; what its signal aborts with. */
export class CalledOff extends Error {
  override readonly name = 'CalledOff'
  readonly ending: Ending

  constructor(ending: Ending) {
    super(ending.kind)
    this.ending = ending
  }
}

export function endingOf(thrown: unknown): Ending {
  if (thrown instanceof CalledOff) return thrown.ending
  const { code, message } = asAuthError(thrown)
  return { kind: code === 'access-denied' ? 'denied' : 'failed', code, reason: message }
}

/** What calls a flow off when nobody finished it within `timeoutMs`. */
export function timedOut(timeoutMs: number): CalledOff {
  const seconds = Math.round(timeoutMs / 1000)
  const words = seconds % 60 === 0 ? plural(seconds / 60, 'minute') : plural(seconds, 'second')
  return new CalledOff({
    kind: 'expired',
    reason: `Nobody finished the sign-in within ${words}. Sign in again when you are ready.`,
  })
}

/** How a sign-in ends that has no provider to go to. */
export function notConfigured(): Extract<Ending, { kind: 'failed' }> {
  return {
    kind: 'failed',
    code: 'not-configured',
    reason:
      'No provider is configured yet. Set its issuer and your client ID (--issuer and ' +
      '--client-id), or try the demo (--demo).',
  }
}

export function pageOf(ending: Ending): Page {
  switch (ending.kind) {
    case 'cancelled':
      return cancelledPage()
    case 'denied':
      return refusedPage(ending.reason)
    case 'expired':
      return failedPage(400, ending.reason)
    case 'failed':
      return failedPage(ending.code === 'issuer-mismatch' ? 400 : 502, ending.reason)
  }
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
