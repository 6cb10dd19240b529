// Answers a call to renew a session.

import type { IncomingMessage } from 'node:http'
import type { Agent } from '../agent/agent.js'
import { findSettings } from '../agent/keeper-state.js'
import { findAccount, type AccountSession } from '../agent/model.js'
import type { NarrowedRequest } from '../agent/narrowed-token.js'
import { notSignedIn } from '../agent/renewal.js'
import { toResult } from '../agent/results.js'
import { answerJson, type Answer } from './answer.js'
import { toAuth0, type Auth0Deps } from './auth0.js'
import { chooseAccount, type ChooseAccountDeps, type NamedClient } from './choose-account.js'
import type { Pkce } from './models.js'
import { makeNotSignedInProblem, Problem, toProblem } from './problem.js'
import { findKey, requireConsent } from './require-consent.js'
import type { WriteSession } from './session-answer.js'

export type RenewalDeps = ChooseAccountDeps &
  Auth0Deps & {
    agent: Pick<Agent, 'consents' | 'model' | 'read' | 'readNarrowed'>
    writeSession: WriteSession
  }

/** Renews a session for a key, or for a program that the person allows. */
export async function renewForCaller(
  deps: RenewalDeps,
  request: IncomingMessage,
  { wanted, hangUp }: { wanted: Renewal; hangUp: AbortSignal },
): Promise<Answer> {
  const { agent } = deps
  const key = findKey(deps, request)
  const id = await chooseAccount(deps, request, { ...wanted, key })
  const { minimum_validity: minimumS } = wanted
  const leastMs = minimumS === undefined ? null : minimumS * 1000
  try {
    const account = id === undefined ? undefined : findAccount(agent.model(), id)
    // Nobody is signed in, so there is nothing to allow. The session that has ended says why.
    if (account?.kind !== 'signed-in') throw toNotSignedIn(account)
    if (key === null) await requireConsent(deps, request, { account, purpose: 'token', hangUp })
    const scope = key?.scope ?? null
    return scope === null
      ? answerJson(deps.writeSession(await agent.read(leastMs, id)))
      : await readForScope(deps, account, { scope, leastMs })
  } catch (thrown) {
    throw thrown instanceof Problem ? thrown : toProblem(toResult(thrown))
  }
}

type Renewal = NamedClient & { minimum_validity?: number | undefined }

function toNotSignedIn(account: AccountSession | undefined): Problem {
  const reason = account?.kind === 'needs-sign-in' ? account.reason : null
  return makeNotSignedInProblem(reason ?? notSignedIn().message)
}

/** Answers with a token for some of the scopes. The ID token goes with the scope `openid` only. */
async function readForScope(
  deps: RenewalDeps,
  { id }: AccountSession,
  wanted: NarrowedRequest,
): Promise<Answer> {
  const { agent } = deps
  const { accessToken, expiresAtMs, scope } = await agent.readNarrowed(id, wanted)
  const session = await agent.read(0, id)
  const { tokens } = session
  const narrowed = { accessToken, accessTokenExpiresAtMs: expiresAtMs, scope, refreshToken: null }
  const idToken = scope.split(' ').includes('openid') ? tokens.idToken : ''
  const audience = findSettings(deps, session)?.audience ?? null
  const whole = { ...session, tokens: { ...tokens, ...narrowed, idToken } }
  const auth0 = toAuth0(whole, audience, null, deps)
  return answerJson(JSON.stringify({ auth0 } satisfies Pkce))
}
