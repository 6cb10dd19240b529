// Whether a person is offered to restart Latchkey, so that it finds a keyring that was missing or locked.

import { shownSignIn, type Model } from '../agent/model.js'
import type { RestartOffer } from '../ipc.js'
import type { Storage } from '../storage/session-store.js'

/** Null where a restart would not help, and while a sign-in is under way, which it would call off. */
export function restartOfferOf(
  model: Model,
  {
    sessionStore,
    tier,
    restartAdvice = null,
  }: Pick<Storage, 'sessionStore' | 'tier' | 'restartAdvice'>,
): RestartOffer | null {
  if (restartAdvice === null || shownSignIn(model)) return null
  if (model.session.kind === 'signed-in') {
    return tier === 'memory' ? { kind: 'sign-in-again', message: SIGN_IN_AGAIN } : null
  }
  return sessionStore.isLocked?.() === true ? sessionBack(restartAdvice) : null
}

/** `advice`: what to do so that the restart finds the keyring. */
export function sessionBack(advice: string): RestartOffer {
  const follow = advice.charAt(0).toLowerCase() + advice.slice(1)
  return {
    kind: 'session-back',
    message: `Your earlier session is still stored on this computer. To have it back, ${follow}.`,
  }
}

/** Said beside the button. */
export const SIGN_IN_AGAIN = "You'll have to sign in again after the restart."
