// What an app asks for when it begins a sign-in of its own through the agent.

import type { ApiSignInRequest } from '../../main/agent/api-sign-ins.js'
import { codeChallenge, createNonce, createState, createVerifier } from '../../main/oauth/pkce.js'

/** A request whose verifier stays with the agent, so that the app need only ask for the session. */
export function appFlow(changes: Partial<ApiSignInRequest> = {}): ApiSignInRequest {
  const verifier = createVerifier()
  return {
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

/** For a call whose caller stays. */
export const NEVER = new AbortController().signal
