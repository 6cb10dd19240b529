// Tells whether the user acted in the browser for a sign-in, or the provider completed it alone.

import { peekClaims } from './id-token.js'

export type BegunSignIn = {
  /** What the sign-in asked the provider for. */
  prompt: string | null
  /** In milliseconds since the epoch. */
  begunAtMs: number
  /** The ID tokens that earlier sign-ins of this person at this provider brought. */
  earlier: readonly string[]
}

/** With one of these, the provider must ask the user, even if the browser is signed in there. */
const ASKING_PROMPTS: ReadonlySet<string> = new Set(['consent', 'select_account'])

/** Both times in an ID token are whole seconds. */
const ROUNDING_S = 1

/**
 * False if the provider completed a sign-in without the user. Its ID token was checked and came just now.
 *
 * 1. If the provider was told to ask for a consent or an account, the user acted.
 * 2. Otherwise the ID token tells when the user authenticated: before or after the sign-in had begun. The time
 *    is compared with `iat`, which is by the same clock, so that a wrong clock decides nothing.
 *    An earlier sign-in with the same `auth_time` was the one that the user acted for: two programs may begin
 *    before the user signs in once.
 * 3. Without `auth_time`, nobody can tell, and the user was in the browser: only `prompt=none` decides. With
 *    `max_age`, every provider has to send `auth_time`.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#IDToken} (`auth_time`)
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest} (`prompt`)
 */
export function hasUserActed(
  idToken: string,
  { prompt, begunAtMs, earlier }: BegunSignIn,
  nowMs: number,
): boolean {
  const prompts = (prompt ?? '').split(' ')
  if (prompts.some((one) => ASKING_PROMPTS.has(one))) return true
  const { auth_time: authTime, iat } = peekClaims(idToken)
  if (typeof authTime !== 'number' || typeof iat !== 'number') return !prompts.includes('none')
  if (earlier.some((one) => peekClaims(one)['auth_time'] === authTime)) return false
  const elapsedS = (nowMs - begunAtMs) / 1000
  return iat - authTime <= elapsedS + ROUNDING_S
}
