// A sign-in with openid-client, which checks the claims, and here the signature too.

import * as client from 'openid-client'
import { clientId, issuer, runProgram, scope } from './sign-in-program.mjs'

const execute = [client.enableNonRepudiationChecks]
if (issuer.startsWith('http:')) execute.push(client.allowInsecureRequests)
let config

runProgram({
  async begin({ challenge, state, nonce, redirectUri }) {
    const none = client.None()
    config ??= await client.discovery(new URL(issuer), clientId, undefined, none, { execute })
    return client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope,
      state,
      nonce,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })
  },

  async complete({ verifier, state, nonce }, url) {
    const tokens = await client.authorizationCodeGrant(config, url, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    })
    return tokens.claims()
  },
})
