// Chooses the account that a call to renew a session is for.

import type { IncomingMessage } from 'node:http'
import type { Agent } from '../agent/agent.js'
import { findSettings } from '../agent/keeper-state.js'
import { defaultSession, type AccountSession, type SessionState } from '../agent/model.js'
import type { Caller } from '../net/caller.js'
import type { ProviderSettings } from '../oauth/sign-in.js'
import { PROBLEM_DETAILS } from './api-messages.js'
import { ACCOUNT_HEADER } from './endpoints.js'
import { checkClient } from './named-provider.js'
import { makeNotSignedInProblem, Problem } from './problem.js'
import { checkAudience } from './seeded-request.js'
import type { SignedInCallers } from './signed-in-callers.js'

export type ChooseAccountDeps = {
  agent: Pick<Agent, 'model'>
  providers: readonly ProviderSettings[]
  /** Which account each program signed in. */
  callers: SignedInCallers
  /** Finds the program that sent a request. */
  findCaller(request: IncomingMessage): Promise<Caller>
}

/** The members of a request that must match its account. */
export type NamedClient = { client_id?: string | undefined; audience?: string | undefined }

/**
 * Chooses the account that the header names, else the one that the calling program signed in, else the
 * default one. Returns its ID; undefined if nobody is signed in. Fails with `not-signed-in` if no account
 * has the ID in the header, and with `refused` if the client or the audience is not the account's.
 *
 * S24: without consent for each program, each session serves all programs of this user.
 */
export async function chooseAccount(
  deps: ChooseAccountDeps,
  request: IncomingMessage,
  { client_id: clientId, audience }: NamedClient,
): Promise<string | undefined> {
  const { providers } = deps
  if (clientId !== undefined) checkClient(deps, clientId)
  const session = await findSession(deps, request)
  const isOtherClient = session.kind !== 'signed-out' && session.clientId !== clientId
  if (clientId !== undefined && isOtherClient) {
    throw new Problem('refused', PROBLEM_DETAILS.otherAccountClient)
  }
  if (audience !== undefined) checkAudience(listProvidersOf(session, providers), audience)
  return session.kind === 'signed-out' ? undefined : session.id
}

async function findSession(
  deps: ChooseAccountDeps,
  request: IncomingMessage,
): Promise<SessionState> {
  const { agent } = deps
  const named = request.headers[ACCOUNT_HEADER.toLowerCase()]
  if (named === undefined) {
    const id = await findCallersAccount(deps, request)
    return findAccount(agent, id) ?? defaultSession(agent.model())
  }
  const account = findAccount(agent, named)
  if (!account) throw makeNotSignedInProblem(PROBLEM_DETAILS.noSuchAccount)
  return account
}

/** Looks for the calling program only if it matters which one calls: the scan takes up to 100 ms. */
async function findCallersAccount(
  { agent, callers, findCaller }: ChooseAccountDeps,
  request: IncomingMessage,
): Promise<string | undefined> {
  if (callers.isEmpty() || agent.model().accounts.length < 2) return undefined
  return callers.find(await findCaller(request))
}

function findAccount(
  { model }: Pick<Agent, 'model'>,
  wanted: string | readonly string[] | undefined,
): AccountSession | undefined {
  return model().accounts.find(({ id }) => id === wanted)
}

/** If nobody is signed in, any provider will do: the request fails anyway, and says why. */
function listProvidersOf(
  session: SessionState,
  providers: readonly ProviderSettings[],
): readonly ProviderSettings[] {
  if (session.kind === 'signed-out') return providers
  return providers.filter((one) => one === findSettings({ providers }, session))
}
