// A sign-in with oauth4webapi, which checks the claims, and here the signature too.

import * as oauth from 'oauth4webapi'
import { clientId, issuer, runProgram, scope } from './sign-in-program.mjs'

const client = { client_id: clientId }
const options = { [oauth.allowInsecureRequests]: issuer.startsWith('http:') }
let server

runProgram({
  async begin({ challenge, state, nonce, redirectUri }) {
    const url = new URL(issuer)
    server ??= await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, options))
    const parameters = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope,
      state,
      nonce,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })
    return `${server.authorization_endpoint}?${parameters}`
  },

  async complete({ verifier, state, nonce, redirectUri }, url) {
    const answer = oauth.validateAuthResponse(server, client, url, state)
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      answer,
      redirectUri,
      verifier,
      options,
    )
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    })
    await oauth.validateApplicationLevelSignature(server, response, options)
    return oauth.getValidatedIdTokenClaims(tokens)
  },
})
