// What real providers demand of an authorization URL. The embedded one can demand it too.

import type { KoaContextWithOIDC } from 'oidc-provider'
import { showMessage } from './provider-pages.js'

export type Demands = {
  /**
   * The registered URIs. Default: `http://127.0.0.1/callback` at any port (RFC 8252 section 7.3).
   */
  redirectUris?: readonly string[]
  /** True: the redirect URI must match exactly, including its port. */
  exactRedirects?: boolean
  /** Parameters that a sign-in requires. */
  parameters?: Readonly<Record<string, string>>
  /**
   * What happens with the scope `offline_access`: the browser is sent back with an error, or shows
   * an error page. Default: the client gets a refresh token.
   */
  offlineAccess?: 'invalid_scope' | 'invalid_request' | 'page'
  /** What earns a refresh token: offline_access, a parameter access_type=offline, or anything. */
  refreshTokens?: 'offline_access' | 'access_type' | 'always'
}

export const REDIRECT_URIS: readonly string[] = ['http://127.0.0.1/callback']

/** Answers instead of the authorization endpoint if a demand is not met. Returns true then. */
export function refuseByDemand(ctx: KoaContextWithOIDC, demands: Demands, issuer: string): boolean {
  const { redirectUris = REDIRECT_URIS, exactRedirects = false, offlineAccess } = demands
  const query = new URLSearchParams(ctx.querystring)
  const redirectUri = query.get('redirect_uri') ?? ''
  if (exactRedirects && !redirectUris.includes(redirectUri)) {
    return show(ctx, 'redirect_uri_mismatch')
  }
  for (const [name, value] of Object.entries(demands.parameters ?? {})) {
    if (query.get(name) !== value) return sendBack(ctx, issuer, 'invalid_request', `no ${name}`)
  }
  const asksOffline = (query.get('scope') ?? '').split(' ').includes('offline_access')
  if (!asksOffline || offlineAccess === undefined) return false
  if (offlineAccess === 'page') return show(ctx, 'invalid_scope')
  return sendBack(ctx, issuer, offlineAccess, 'The scope offline_access is not allowed here.')
}

/** Remembers which requests earn a refresh token for their code. */
export function createOfflineMemory({ refreshTokens = 'offline_access' }: Demands): {
  note(ctx: KoaContextWithOIDC): void
  issues(code: { codeChallenge?: string; scopes: ReadonlySet<string> }): boolean
} {
  const offline = new Set<string>()
  return {
    note(ctx) {
      const query = new URLSearchParams(ctx.querystring)
      if (query.get('access_type') === 'offline') offline.add(query.get('code_challenge') ?? '')
    },
    issues({ codeChallenge = '', scopes }) {
      if (refreshTokens === 'always') return true
      if (refreshTokens === 'access_type') return offline.has(codeChallenge)
      return scopes.has('offline_access')
    },
  }
}

function show(ctx: KoaContextWithOIDC, error: string): true {
  ctx.status = 400
  showMessage(ctx, 'This request cannot go on', error)
  return true
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1} */
function sendBack(
  ctx: KoaContextWithOIDC,
  issuer: string,
  error: string,
  description: string,
): true {
  const query = new URLSearchParams(ctx.querystring)
  const back = new URL(query.get('redirect_uri') ?? '')
  back.searchParams.set('error', error)
  back.searchParams.set('error_description', description)
  back.searchParams.set('state', query.get('state') ?? '')
  back.searchParams.set('iss', issuer)
  ctx.status = 303
  ctx.redirect(back.href)
  return true
}
