// Tells whether the user acted in the browser for a sign-in, or the provider completed it alone.

import { peekClaims } from './id-token.js'

/** What a sign-in asked the provider for, and when it began, in milliseconds since the epoch. */
export type BegunSignIn = { prompt: string | null; begunAtMs: number }

/** With one of these, the provider asks the user, even if the browser is signed in there. */
const ASKING_PROMPTS: ReadonlySet<string> = new Set(['consent', 'select_account'])

/** Both times in an ID token are whole seconds. */
const ROUNDING_S = 1

/**
 * True if the user did something for a sign-in whose ID token was checked and came just now:
 *
 * 1. The provider was told to ask for a consent or an account.
 * 2. Otherwise the ID token tells when the user authenticated: after the sign-in had begun. It is compared
 *    with `iat`, which is by the same clock, so that a wrong clock decides nothing.
 * 3. Without `auth_time`, only `prompt=login` tells that the user was asked.
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
  if (typeof authTime !== 'number' || typeof iat !== 'number') return prompts.includes('login')
  const elapsedS = (nowMs - begunAtMs) / 1000
  return iat - authTime <= elapsedS + ROUNDING_S
}
