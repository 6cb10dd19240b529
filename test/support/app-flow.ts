// What an app sends to begin its own sign-in through the agent.

import type { ApiSignInRequest } from '../../main/agent/api-sign-in.js'
import { codeChallenge, createNonce, createState, createVerifier } from '../../main/oauth/pkce.js'

/** A request whose verifier stays with the agent, so that the app only asks for the session. */
export function appFlow(changes: Partial<ApiSignInRequest> = {}): ApiSignInRequest {
  const verifier = createVerifier()
  return {
    provider: null,
    state: createState(),
    nonce: createNonce(),
    challenge: codeChallenge(verifier),
    verifier,
    scope: 'openid',
    audience: null,
    prompt: null,
    organization: null,
    extra: {},
    redirectTarget: { kind: 'listener', port: null },
    byFormPost: false,
    ...changes,
  }
}

/** For a call whose caller does not hang up. */
export const NEVER = new AbortController().signal
