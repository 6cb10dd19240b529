// A session in the shape that the API's clients know: Auth0's, whichever the provider is.

import { expiryOf } from '../oauth/token-endpoint.js'
import type { Session } from '../oauth/session.js'
import type { Auth0 } from './models.js'

export type Auth0Deps = {
  clock: { nowMs(): number }
  exposeRefreshToken: boolean
}

/** Fills the envelope from the ID token, userinfo and the token response. */
export function auth0Of(
  session: Session,
  audience: string | null,
  redirectUri: string | null,
  { clock, exposeRefreshToken }: Auth0Deps,
): Auth0 {
  const { claims, tokens, clientId, issuer } = session
  const text = (name: string): string => {
    const value = claims[name]
    return typeof value === 'string' && value.trim() !== '' ? value : ''
  }
  const optional = <Name extends string>(name: Name): { [Key in Name]?: string } => {
    const value = text(name)
    return (value === '' ? {} : { [name]: value }) as { [Key in Name]?: string }
  }
  const { email_verified: verified, updated_at: updatedAt } = claims
  const nowMs = clock.nowMs()
  const leftMs = expiryOf(tokens, nowMs) - nowMs
  const username = text('preferred_username')
  return {
    domain: new URL(issuer).host,
    client: clientId,
    audience: audience ?? '',
    redirects: redirectUri === null ? {} : { authenticated: redirectUri },
    oAuth: {
      token: {
        access_token: tokens.accessToken,
        token_type: 'Bearer',
        expires_in: Math.max(0, Math.floor(leftMs / 1000)),
        scope: tokens.scope,
        ...(exposeRefreshToken &&
          tokens.refreshToken !== null && { refresh_token: tokens.refreshToken }),
        id_token: tokens.idToken,
      },
      account: oauthAccountOf(session, text),
    },
    user: {
      user_id: claims.sub,
      ...optional('name'),
      ...optional('picture'),
      ...optional('email'),
      ...(typeof verified === 'boolean' && { email_verified: verified }),
      ...optional('family_name'),
      ...optional('given_name'),
      ...optional('nickname'),
      ...(username !== '' && { username }),
      ...optional('locale'),
      ...(timeOf(updatedAt) !== null && { updated_at: timeOf(updatedAt)! }),
    },
  }
}

/**
 * All nine hold something, for generated clients refuse an empty one. What the provider does not tell
 * is told by what it does; an address is never made up.
 */
function oauthAccountOf(
  { claims: { sub }, clientId, issuer }: Session,
  text: (name: string) => string,
): Auth0['oAuth']['account'] {
  const username = text('preferred_username') || text('email') || sub
  const name = text('name') || username
  return {
    client_id: clientId,
    email: text('email') || username,
    connection: connectionOf(sub) || new URL(issuer).host,
    username,
    given_name: text('given_name') || name,
    family_name: text('family_name') || name,
    name,
    picture: text('picture') || 'about:blank',
    nickname: text('nickname') || name,
  }
}

/** Auth0 writes a subject as `connection|id`; others do not. */
function connectionOf(sub: string): string {
  return sub.includes('|') ? sub.split('|')[0]!.trim() : ''
}

/** OpenID Connect has seconds, Auth0 has text; clients make a Date of it. */
function timeOf(value: unknown): string | null {
  const date =
    typeof value === 'number'
      ? new Date(value * 1000)
      : typeof value === 'string'
        ? new Date(value)
        : null
  return date === null || Number.isNaN(date.getTime()) ? null : date.toISOString()
}
