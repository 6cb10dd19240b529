// oauth2-mock-server, a third-party provider, unchanged.

import { OAuth2Issuer, OAuth2Service, type MutableResponse } from 'oauth2-mock-server'
import { serveWatched, type OddProvider } from './odd-provider.js'

/**
 * Starts the provider. It signs everyone in as one person, without a page. `tokenTtlS`: how long access
 * tokens last, in seconds; an hour by default. The caller closes it.
 */
export async function startMockServer(tokenTtlS?: number): Promise<OddProvider> {
  const served = await serveWatched({ token: '/token', revocation: '/revoke' }, async (origin) => {
    const issuer = new OAuth2Issuer()
    issuer.url = origin
    await issuer.keys.generate('RS256')
    const service = new OAuth2Service(issuer)
    service.on('beforeResponse', ({ body }: MutableResponse) => {
      if (tokenTtlS !== undefined && typeof body === 'object') body['expires_in'] = tokenTtlS
    })
    return service.requestHandler
  })
  return {
    ...served,
    issuer: served.origin,
    clientId: 'latchkey',
    signIn: async (page, link) => void (await page.goto(link)),
  }
}
