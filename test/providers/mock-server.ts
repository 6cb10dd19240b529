// oauth2-mock-server, a third-party provider, unchanged.

import { OAuth2Issuer, OAuth2Service } from 'oauth2-mock-server'
import { serveWatched, type OddProvider } from './odd-provider.js'

/** Starts the provider. It signs everyone in as one person, without a page. The caller closes it. */
export async function startMockServer(): Promise<OddProvider> {
  const served = await serveWatched({ token: '/token', revocation: '/revoke' }, async (origin) => {
    const issuer = new OAuth2Issuer()
    issuer.url = origin
    await issuer.keys.generate('RS256')
    return new OAuth2Service(issuer).requestHandler
  })
  return {
    ...served,
    issuer: served.origin,
    clientId: 'latchkey',
    signIn: async (page, link) => void (await page.goto(link)),
  }
}
