// What an app asks for when it begins a sign-in of its own through the agent.

import type { FlowRequest } from '../../main/agent/api-sign-ins.js'
import { challengeOf, createNonce, createState, createVerifier } from '../../main/oauth/pkce.js'

/** A request whose verifier stays with the agent, so that the app need only ask for the session. */
export function appFlow(changes: Partial<FlowRequest> = {}): FlowRequest {
  const verifier = createVerifier()
  return {
    state: createState(),
    nonce: createNonce(),
    challenge: challengeOf(verifier),
    verifier,
    scope: 'openid',
    audience: null,
    prompt: null,
    organization: null,
    extra: {},
    wayBack: { kind: 'listener', port: null },
    byFormPost: false,
    ...changes,
  }
}

/** For a call whose caller stays. */
export const NEVER = new AbortController().signal
