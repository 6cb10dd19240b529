// Converts a session to the shape that the API's clients expect: Auth0's, for every provider.

import { findExpiryMs } from '../oauth/token-endpoint.js'
import type { Session } from '../oauth/session.js'
import type { Auth0 } from './models.js'

export type Auth0Deps = {
  clock: { nowMs(): number }
  exposeRefreshToken: boolean
}

/** Fills the envelope from the ID token, userinfo and the token response. */
export function toAuth0(
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
  const username = text('preferred_username')
  const updatedAtText = formatTimestamp(updatedAt)
  return {
    domain: new URL(issuer).host,
    client: clientId,
    audience: audience ?? '',
    redirects: redirectUri === null ? {} : { authenticated: redirectUri },
    oAuth: {
      token: {
        access_token: tokens.accessToken,
        token_type: 'Bearer',
        expires_in: readExpiresInS(session, clock),
        scope: tokens.scope,
        ...(exposeRefreshToken &&
          tokens.refreshToken !== null && { refresh_token: tokens.refreshToken }),
        id_token: tokens.idToken,
      },
      account: toOauthAccount(session, text),
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
      ...(updatedAtText !== null && { updated_at: updatedAtText }),
    },
  }
}

/** How long the access token is valid from now on, in whole seconds. */
export function readExpiresInS({ tokens }: Session, clock: Auth0Deps['clock']): number {
  const nowMs = clock.nowMs()
  return Math.max(0, Math.floor((findExpiryMs(tokens, nowMs) - nowMs) / 1000))
}

/**
 * Fills all nine members, because generated clients reject an empty one. A missing claim is replaced
 * by another claim. An email address is never invented.
 */
function toOauthAccount(
  { claims: { sub }, clientId, issuer }: Session,
  text: (name: string) => string,
): Auth0['oAuth']['account'] {
  const username = text('preferred_username') || text('email') || sub
  const name = text('name') || username
  return {
    client_id: clientId,
    email: text('email') || username,
    connection: readConnection(sub) || new URL(issuer).host,
    username,
    given_name: text('given_name') || name,
    family_name: text('family_name') || name,
    name,
    picture: text('picture') || 'about:blank',
    nickname: text('nickname') || name,
  }
}

/** Reads the connection from a subject. Auth0 writes it as `connection|id`; other providers do not. */
function readConnection(sub: string): string {
  return sub.includes('|') ? sub.split('|')[0]!.trim() : ''
}

/** Formats a time as RFC 3339. OpenID Connect has seconds, Auth0 has text. Clients parse it as a date. */
export function formatTimestamp(value: unknown): string | null {
  const date =
    typeof value === 'number'
      ? new Date(value * 1000)
      : typeof value === 'string'
        ? new Date(value)
        : null
  return date === null || Number.isNaN(date.getTime()) ? null : date.toISOString()
}
