// A sign-in with msal-node, which requires https and does not check the signature.

import { PublicClientApplication } from '@azure/msal-node'
import { clientId, issuer, runProgram, scope } from './sign-in-program.mjs'

const scopes = scope.split(' ')
const application = new PublicClientApplication({
  auth: { clientId, authority: issuer, knownAuthorities: [new URL(issuer).host] },
  system: { protocolMode: 'OIDC' },
})

runProgram({
  begin({ challenge, state, nonce, redirectUri }) {
    return application.getAuthCodeUrl({
      scopes,
      redirectUri,
      state,
      nonce,
      codeChallenge: challenge,
      codeChallengeMethod: 'S256',
    })
  },

  async complete({ verifier, state, nonce, redirectUri }, url) {
    const code = url.searchParams.get('code')
    const answer = { code, state: url.searchParams.get('state') }
    const request = { code, scopes, redirectUri, codeVerifier: verifier, state, nonce }
    return (await application.acquireTokenByCode(request, answer)).idTokenClaims
  },
})
