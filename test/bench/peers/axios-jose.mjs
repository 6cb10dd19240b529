// A sign-in by hand: axios for the requests, jose for the ID token's signature and claims.

import axios from 'axios'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { clientId, issuer, runProgram, scope } from './sign-in-program.mjs'

let metadata
let keys

runProgram({
  async begin({ challenge, state, nonce, redirectUri }) {
    metadata ??= (await axios.get(`${issuer}/.well-known/openid-configuration`)).data
    keys ??= createRemoteJWKSet(new URL(metadata.jwks_uri))
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
    return `${metadata.authorization_endpoint}?${parameters}`
  },

  async complete({ verifier, state, nonce, redirectUri }, url) {
    if (url.searchParams.get('state') !== state) throw new Error('wrong state')
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      code: url.searchParams.get('code'),
      redirect_uri: redirectUri,
      code_verifier: verifier,
    })
    const { data } = await axios.post(metadata.token_endpoint, form)
    const { payload } = await jwtVerify(data.id_token, keys, { issuer, audience: clientId })
    if (payload.nonce !== nonce) throw new Error('wrong nonce')
    return payload
  },
})
