// Puts renewed tokens in place of those that they were requested with.

import type { Session } from '../oauth/session.js'
import { discardTokens } from './end-at-provider.js'
import type { Keeper } from './keeper-state.js'
import { notSignedIn } from './renewal.js'
import { supersede } from '../oauth/same-account.js'
import { SESSION_MESSAGES } from './session-messages.js'
import { storeHeld, storeSession } from './store-session.js'

/** The session that a renewal works on: its number when the renewal began, and its newest tokens. */
export type RenewingSession = { readonly number: number; session: Session }

/**
 * Keeps renewed tokens, or a rotated refresh token alone. Fails with `not-signed-in` if they are of no
 * use to the session that is held now.
 *
 * 1. Store them if the session is still held.
 * 2. Check again: sign-out bypasses the queue. Hold them only now, so that no caller gets a token
 *    whose refresh token could be lost.
 * 3. If the user has signed out, revoke them.
 * 4. If the same user has signed in again, merge them with that session.
 */
export function keepRenewed(
  keeper: Keeper,
  renewing: RenewingSession,
  renewed: Session,
): Promise<void> {
  const { state } = keeper
  const isHeld = (): boolean => state.sessionNumber === renewing.number
  return keeper.enqueue(async () => {
    // Userinfo may have brought claims since the renewal began.
    const { claims } = isHeld() && state.session !== null ? state.session : renewed
    if (isHeld()) await storeSession(keeper, { ...renewed, claims })
    if (isHeld()) {
      state.session = { ...renewed, claims }
    } else if (state.session === null) {
      discardTokens(keeper.shared, renewed, [renewed.tokens])
      throw notSignedIn(SESSION_MESSAGES.endedDuringRenewal)
    } else if (!(await mergeRenewed(keeper, state.session, renewing.session, renewed))) {
      throw notSignedIn(SESSION_MESSAGES.endedDuringRenewal)
    }
    renewing.session = renewed
  })
}

/**
 * Merges renewed tokens with the session of a later sign-in of the same user. Returns true if that
 * session continues with them.
 */
async function mergeRenewed(
  keeper: Keeper,
  held: Session,
  before: Session,
  renewed: Session,
): Promise<boolean> {
  const { state } = keeper
  const { accessToken, refreshToken: spent } = before.tokens
  const continues = held.tokens.refreshToken === spent
  // A rotated refresh token arrives before the rest of the answer is checked.
  const isRotationOnly = renewed.tokens.accessToken === accessToken
  const { refreshToken } = renewed.tokens
  const tokens = isRotationOnly ? { ...held.tokens, refreshToken } : renewed.tokens
  const next = continues ? { ...held, tokens } : held
  state.session = next
  const others = state.superseded.filter((token) => token !== spent)
  state.superseded = supersede(others, [refreshToken], next)
  await storeHeld(keeper)
  // Check again: sign-out bypasses the queue.
  return continues && state.session !== null
}
