// Offers to restart Latchkey, so that it finds a keyring that was missing or locked.

import { shownSignIn, type Model } from '../agent/model.js'
import type { RestartOffer } from '../ipc.js'
import type { Storage } from '../storage/choose-storage.js'
import { PRESENT_MESSAGES } from './present-messages.js'

/** Returns null if a restart would not help, or would cancel a sign-in that is under way. */
export function offerRestart(
  model: Model,
  {
    accountStore,
    tier,
    restartAdvice = null,
  }: Pick<Storage, 'accountStore' | 'tier' | 'restartAdvice'>,
): RestartOffer | null {
  if (restartAdvice === null || shownSignIn(model)) return null
  if (model.accounts.some(({ kind }) => kind === 'signed-in')) {
    if (tier !== 'memory') return null
    return { kind: 'sign-in-again', message: PRESENT_MESSAGES.restart.signInAgain }
  }
  if (accountStore.isLocked?.() !== true) return null
  return { kind: 'session-back', message: PRESENT_MESSAGES.restart.sessionBack(restartAdvice) }
}
