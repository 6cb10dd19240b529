// Chooses the account that a call to renew a session is for.

import type { IncomingMessage } from 'node:http'
import type { Agent } from '../agent/agent.js'
import { findSettings } from '../agent/keeper-state.js'
import {
  defaultId,
  defaultSession,
  type AccountSession,
  type SessionState,
} from '../agent/model.js'
import type { HeldKey } from '../consent/grants.js'
import type { ProviderSettings } from '../oauth/sign-in.js'
import { CONSENT_DETAILS, PROBLEM_DETAILS } from './api-messages.js'
import { ACCOUNT_HEADER } from './endpoints.js'
import { checkClient } from './named-provider.js'
import { makeNotSignedInProblem, Problem } from './problem.js'
import { findKeyAccount, notAllowed, type FindCaller } from './require-consent.js'
import { checkAudience } from './seeded-request.js'
import type { SignedInCallers } from './signed-in-callers.js'

export type ChooseAccountDeps = {
  agent: Pick<Agent, 'model'>
  providers: readonly ProviderSettings[]
  /** Which account each program signed in. */
  callers: SignedInCallers
  findCaller: FindCaller
}

/** The members of a request that must match its account. */
export type NamedClient = { client_id?: string | undefined; audience?: string | undefined }

/**
 * `key`: the key that the request carries; null or absent if it carries none. `account`: the ID in the
 * request's body, which counts before that in the header.
 */
export type WantedAccount = NamedClient & { key?: HeldKey | null; account?: string | undefined }

/**
 * Chooses the account of the key, if the request carries one, or else the account that the request names by
 * its ID, in the body or the header. Without both, chooses the one that the calling program signed in,
 * the default one or the first one, in this order. Only accounts with the request's client and audience
 * count then. Returns the account's ID; undefined if nobody is signed in. Fails with `not-signed-in` if no
 * account has the ID, or the client and audience of a configured provider, and with `refused` if the client
 * or the audience is no provider's, or not that of the account with the ID.
 */
export async function chooseAccount(
  deps: ChooseAccountDeps,
  request: IncomingMessage,
  wanted: WantedAccount,
): Promise<string | undefined> {
  const { providers } = deps
  const { client_id: clientId, audience } = wanted
  if (clientId !== undefined) checkClient(deps, clientId)
  const session = await findSession(deps, request, wanted)
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
  wanted: WantedAccount,
): Promise<SessionState> {
  const model = deps.agent.model()
  const named = wanted.account ?? request.headers[ACCOUNT_HEADER.toLowerCase()]
  if (wanted.key) return findOfKey(deps, wanted.key, named)
  if (named === undefined) {
    const meant = model.accounts.filter((account) => isMeant(deps, account, wanted))
    const own = meant.length < 2 ? undefined : await findCallersAccount(deps, request)
    const byId = (id: string | null | undefined): AccountSession | undefined =>
      meant.find((account) => account.id === id)
    const chosen = byId(own) ?? byId(defaultId(model)) ?? meant[0]
    if (chosen) return chosen
    const isConfigured = deps.providers.some((provider) => hasClient(provider, wanted))
    if (isConfigured && model.accounts.length > 0)
      throw makeNotSignedInProblem(PROBLEM_DETAILS.noAccountOfClient)
    return defaultSession(model)
  }
  const account = model.accounts.find(({ id }) => id === named)
  if (!account) throw makeNotSignedInProblem(PROBLEM_DETAILS.noSuchAccount)
  return account
}

function findOfKey(
  deps: ChooseAccountDeps,
  key: HeldKey,
  named: string | readonly string[] | undefined,
): AccountSession {
  const account = findKeyAccount(deps, key)
  if (!account) throw makeNotSignedInProblem(PROBLEM_DETAILS.keyWithoutSession)
  if (named !== undefined && named !== account.id) {
    throw notAllowed(CONSENT_DETAILS.keyOfOther)
  }
  return account
}

function isMeant(
  { providers }: Pick<ChooseAccountDeps, 'providers'>,
  account: AccountSession,
  wanted: NamedClient,
): boolean {
  const provider = findSettings({ providers }, account)
  return provider !== undefined && hasClient(provider, wanted)
}

function hasClient(
  provider: ProviderSettings,
  { client_id: clientId = provider.clientId, audience }: NamedClient,
): boolean {
  return (
    provider.clientId === clientId && (audience === undefined || audience === provider.audience)
  )
}

/** Looks for the calling program only if it matters which one calls: the scan takes up to 100 ms. */
async function findCallersAccount(
  { callers, findCaller }: ChooseAccountDeps,
  request: IncomingMessage,
): Promise<string | undefined> {
  return callers.isEmpty() ? undefined : callers.find(await findCaller(request))
}

/** Lists all providers if nobody is signed in, because the request then fails with `not-signed-in` anyway. */
function listProvidersOf(
  session: SessionState,
  providers: readonly ProviderSettings[],
): readonly ProviderSettings[] {
  if (session.kind === 'signed-out') return providers
  return providers.filter((one) => one === findSettings({ providers }, session))
}
