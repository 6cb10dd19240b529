// Decides whose tokens a call may have, and answers a call to renew a session.

import type { IncomingMessage } from 'node:http'
import type { Agent } from '../agent/agent.js'
import { findSettings } from '../agent/keeper-state.js'
import { findAccount, type AccountSession } from '../agent/model.js'
import { notSignedIn } from '../agent/renewal.js'
import { allowsIdToken, type HeldKey } from '../consent/grants.js'
import { answerJson, type Answer } from './answer.js'
import { CONSENT_DETAILS, PROBLEM_DETAILS } from './api-messages.js'
import { toAuth0, type Auth0Deps } from './auth0.js'
import { chooseAccount, type ChooseAccountDeps, type NamedClient } from './choose-account.js'
import { limitSession, readNarrowedFor } from './key-limits.js'
import type { Pkce } from './models.js'
import { asTokenProblem, makeNotSignedInProblem, type Problem } from './problem.js'
import type { HangUp } from './read-request.js'
import {
  createRecheck,
  findKey,
  notAllowed,
  requireConsent,
  type CallPurpose,
  type ConsentDeps,
} from './require-consent.js'
import type { WriteSession } from './session-answer.js'

export type RenewalDeps = ChooseAccountDeps &
  Auth0Deps & {
    agent: Pick<Agent, 'consents' | 'last' | 'model' | 'read' | 'readNarrowed'>
    writeSession: WriteSession
  }

/** What a call wants. `account`: the ID of an account; absent if only the header may name one. */
export type CallerWish = {
  wanted: NamedClient & { account?: string | undefined }
  purpose: CallPurpose
  hangUp: HangUp
}

export type FindAllowedDeps = ChooseAccountDeps &
  ConsentDeps & { agent: Pick<Agent, 'consents' | 'last' | 'model'> }

/** Whose tokens a call may have. */
export type Allowed = {
  account: AccountSession
  /** The key that allows it; null if the program is allowed. */
  key: HeldKey | null
  /** To be called before a token leaves; see {@link createRecheck}. */
  recheck(): Promise<void>
}

/**
 * Chooses the account that a call is for, and makes sure that the call may have what it wants, by its key or
 * because the person allows its program. Waits for the person if they must be asked. Fails with
 * `not-signed-in` if the account has no session, with `not-allowed`, and like {@link chooseAccount}.
 */
export async function findAllowed(
  deps: FindAllowedDeps,
  request: IncomingMessage,
  { wanted, purpose, hangUp }: CallerWish,
): Promise<Allowed> {
  const key = findKey(deps, request)
  const id = await chooseAccount(deps, request, { ...wanted, key })
  const account = id === undefined ? undefined : findAccount(deps.agent.model(), id)
  if (account?.kind !== 'signed-in') {
    throw await toNotSignedIn(deps, request, { account, key, purpose })
  }
  const caller = key ? null : await requireConsent(deps, request, { account, purpose, hangUp })
  if (key !== null && purpose === 'id-token') requireIdToken(deps, key, account)
  return { account, key, recheck: createRecheck(deps, request, { caller, account, purpose }) }
}

function requireIdToken({ agent }: FindAllowedDeps, key: HeldKey, { id }: AccountSession): void {
  const granted = agent.last(id)?.scope ?? ''
  if (!allowsIdToken(key, granted)) throw notAllowed(CONSENT_DETAILS.keyWithoutIdToken)
}

/** Renews a session for a key, or for a program that the person allows. */
export async function renewForCaller(
  deps: RenewalDeps,
  request: IncomingMessage,
  { wanted, hangUp }: { wanted: Renewal; hangUp: HangUp },
): Promise<Answer> {
  const wish: CallerWish = { wanted, purpose: 'token', hangUp }
  const allowed = await findAllowed(deps, request, wish)
  const { minimum_validity: minimumS } = wanted
  const leastMs = minimumS === undefined ? null : minimumS * 1000
  try {
    const answer = await readTokens(deps, allowed, leastMs)
    await allowed.recheck()
    return answerJson(answer)
  } catch (thrown) {
    throw asTokenProblem(thrown)
  }
}

type Renewal = NamedClient & { minimum_validity?: number | undefined }

/**
 * There is nothing to ask the person about. S24: the reason why the session has ended may quote the provider,
 * and the provider may name the person. So only programs and keys that are allowed learn it.
 */
async function toNotSignedIn(
  { agent, findCaller }: ConsentDeps,
  request: IncomingMessage,
  { account, key, purpose }: Ended,
): Promise<Problem> {
  if (account === undefined) return makeNotSignedInProblem(notSignedIn().message)
  const isAllowed =
    key !== null ||
    agent.consents.isAllowed({ caller: await findCaller(request), account, purpose })
  return makeNotSignedInProblem(isAllowed ? account.reason : PROBLEM_DETAILS.sessionEnded)
}

type Ended = {
  account: Extract<AccountSession, { kind: 'needs-sign-in' }> | undefined
  key: HeldKey | null
  purpose: CallPurpose
}

/** Returns the answer with the tokens that a program or a key may have. */
async function readTokens(
  deps: RenewalDeps,
  { account: { id }, key }: Allowed,
  leastMs: number | null,
): Promise<string> {
  const { agent } = deps
  const narrowed = key === null ? null : await readNarrowedFor(deps, key, { id, leastMs })
  const session = await agent.read(narrowed === null ? leastMs : 0, id)
  const given = key === null ? session : limitSession(session, key, narrowed)
  if (given === session) return deps.writeSession(session)
  const audience = findSettings(deps, session)?.audience ?? null
  return JSON.stringify({ auth0: toAuth0(given, audience, null, deps) } satisfies Pkce)
}
