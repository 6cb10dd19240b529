// Adds the claims that the ID token lacks to a session, after the browser has its page.

import type { Session } from '../oauth/session.js'
import { lacksClaims, listClaims, mergeClaims, readUserinfo } from '../oauth/userinfo.js'
import type { Keeper } from './keeper-state.js'
import { storeSession } from './store-session.js'

/**
 * Reads userinfo if the session lacks claims that its scope asks for, and stores them with the session if
 * it is still held. They are extras for apps, so a failure is not reported.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#UserInfo}
 */
export async function completeClaims(keeper: Keeper, session: Session): Promise<void> {
  const { http, findProvider } = keeper.deps
  const { state, shared } = keeper
  if (!lacksClaims(session.claims, listClaims(session.tokens.scope))) return
  const { signal } = shared.closing
  const { sessionNumber } = state
  const reading = findProvider(session)
    .readMetadata({ signal })
    .then((metadata) => readUserinfo(http, metadata, session.tokens.accessToken, signal))
  const userinfo = await reading.catch(() => null)
  if (userinfo === null) return
  await keeper.enqueue(async () => {
    if (state.sessionNumber !== sessionNumber) return
    if (state.session === null) return
    if (keeper.deps.holdsDirectory?.() === false) return
    state.session = { ...state.session, claims: mergeClaims(state.session.claims, userinfo) }
    await storeSession(keeper, state.session)
  })
}
