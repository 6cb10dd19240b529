// Tells whether the user acted in the browser for a sign-in, or the provider completed it alone.

import { peekClaims } from './id-token.js'

/** What a sign-in asked the provider for, and when it began, in milliseconds since the epoch. */
export type BegunSignIn = { prompt: string | null; begunAtMs: number }

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
 * 3. Without `auth_time`, nobody can tell, and the user was in the browser: only `prompt=none` decides. With
 *    `max_age`, every provider has to send `auth_time`.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#IDToken} (`auth_time`)
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest} (`prompt`)
 */
export function hasUserActed(
  idToken: string,
  { prompt, begunAtMs }: BegunSignIn,
  nowMs: number,
): boolean {
  const prompts = (prompt ?? '').split(' ')
  if (prompts.some((one) => ASKING_PROMPTS.has(one))) return true
  const { auth_time: authTime, iat } = peekClaims(idToken)
  if (typeof authTime !== 'number' || typeof iat !== 'number') return !prompts.includes('none')
  const elapsedS = (nowMs - begunAtMs) / 1000
  return iat - authTime <= elapsedS + ROUNDING_S
}
