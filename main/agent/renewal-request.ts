// Requests new tokens for a session from the provider, and checks who they are for.

import { asAuthError, AuthError } from '../base/errors.js'
import { verifyRenewedIdToken } from '../oauth/id-token.js'
import { wasNeverSent, type Provider } from '../oauth/provider.js'
import type { Session } from '../oauth/session.js'
import { renewTokens } from '../oauth/token-endpoint.js'
import { discardTokens } from './end-at-provider.js'
import { findClientSecret, type Keeper } from './keeper-state.js'
import { mayHaveSpentToken } from './renewal.js'
import { SESSION_MESSAGES } from './session-messages.js'
import { storeUnanswered } from './store-session.js'

/** What a request does with what it gets. */
export type RenewalSteps = {
  /** Keeps the session with a rotated refresh token. */
  keepRotated: (rotated: Session) => Promise<void>
  /** Fewer scopes than the session has, for a token of these alone. Absent: all. */
  narrowTo?: string
}

/**
 * Requests new tokens for a session, and tells the model that its renewal has begun. Fails like
 * {@link requestTokens}.
 */
export async function requestRenewal(
  keeper: Keeper,
  session: Session,
  keepRotated: (rotated: Session) => Promise<void>,
): Promise<Session> {
  if (session.tokens.refreshToken === null) {
    throw new AuthError('no-refresh-token', SESSION_MESSAGES.noRefreshToken)
  }
  keeper.deps.dispatch({ type: 'renewal-started', id: keeper.state.id })
  return requestTokens(keeper, session, { keepRotated })
}

/**
 * Requests new tokens, for all scopes of the session or for fewer. Fails with an AuthError; the session that
 * was given is then still the one to use, with the refresh token that `keepRotated` got last.
 *
 * 1. Read the keys first, so that a network that fails at that point does not cost the refresh token.
 * 2. Store that the refresh token was sent, so that a program that is killed meanwhile knows it at the
 *    next start.
 * 3. Request new tokens. Pass a rotated refresh token to `keepRotated` at once: the old one is spent,
 *    whatever the rest of the answer says.
 * 4. Check that they are for the same user. If not, revoke them.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6}
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse}
 */
export async function requestTokens(
  keeper: Keeper,
  session: Session,
  { keepRotated, narrowTo }: RenewalSteps,
): Promise<Session> {
  const { deps } = keeper
  const { http, clock, holdsDirectory = () => true } = deps
  const { clientId, tokens } = session
  const clientSecret = findClientSecret(deps, session)
  const { refreshToken } = tokens
  if (refreshToken === null) {
    throw new AuthError('no-refresh-token', SESSION_MESSAGES.noRefreshTokenToNarrow)
  }
  const mayBeSpent = refreshToken === keeper.state.renewal.unanswered
  const { signal } = keeper.shared.closing
  const provider = deps.findProvider(session)
  await provider.keys.read({ signal })

  const scope = narrowTo ?? tokens.scope
  const client = { clientId, clientSecret }
  const request = { ...client, refreshToken, scope, narrows: narrowTo !== undefined, mayBeSpent }
  const keep = (rotated: string): Promise<void> =>
    keepRotated({ ...session, tokens: { ...tokens, refreshToken: rotated } })
  const sent = provider.request(
    (metadata) => {
      if (!holdsDirectory()) throw new AuthError('storage-failed', SESSION_MESSAGES.directoryTaken)
      if (keeper.state.renewal.unanswered !== refreshToken) setUnanswered(keeper, refreshToken)
      return renewTokens(http, metadata, request, { clock, keep })
    },
    { mayRepeat: wasNeverSent, signal },
  )
  const answer = await sent.catch((thrown: unknown) => {
    // An answer to this request says nothing about an earlier one that had none.
    const isAnswered = !mayBeSpent && !mayHaveSpentToken(asAuthError(thrown))
    if (isAnswered && keeper.state.renewal.unanswered === refreshToken) setUnanswered(keeper, null)
    throw thrown
  })
  if (keeper.state.renewal.unanswered === refreshToken) setUnanswered(keeper, null)
  return checkUser(keeper, provider, session, answer)
}

/** Notes a refresh token that is being sent; null: it was answered. The request does not wait for the disk. */
function setUnanswered(keeper: Keeper, unanswered: string | null): void {
  keeper.state.renewal = { ...keeper.state.renewal, unanswered }
  void keeper.deps.track(storeUnanswered(keeper))
}

type Answer = Awaited<ReturnType<typeof renewTokens>>

/** Makes the renewed session. Fails if the tokens are not for the session's user. */
async function checkUser(
  keeper: Keeper,
  provider: Provider,
  session: Session,
  { tokens: fresh, clockSkewMs }: Answer,
): Promise<Session> {
  const { clientId, tokens, account } = session
  const renewed: Session = {
    ...session,
    tokens: {
      ...fresh,
      refreshToken: fresh.refreshToken ?? tokens.refreshToken,
      idToken: fresh.idToken ?? tokens.idToken,
    },
  }
  if (fresh.idToken === null) return renewed
  try {
    const claims = await provider.request(
      (metadata) =>
        verifyRenewedIdToken(
          { keys: provider.keys, metadata },
          renewed.tokens,
          { sub: account.sub, idToken: tokens.idToken },
          { clientId, clockSkewMs, nowMs: keeper.deps.clock.nowMs() },
        ),
      { mayRepeat: () => true },
    )
    if (claims !== null) return renewed
    return { ...renewed, tokens: { ...renewed.tokens, idToken: tokens.idToken } }
  } catch (thrown) {
    const isOther = thrown instanceof AuthError && thrown.code === 'another-account'
    if (isOther) discardTokens(keeper.shared, renewed, [renewed.tokens])
    throw thrown
  }
}
