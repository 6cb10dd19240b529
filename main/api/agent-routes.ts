// The calls that manage Latchkey for the person: the default account, the apps and the keys.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type * as z from 'zod'
import type { Agent } from '../agent/agent.js'
import { defaultAccount, defaultId, findAccount, type AccountSession } from '../agent/model.js'
import { createNamedKey, findKeyProblem, joinScopes, type KeyProblem } from '../agent/named-key.js'
import type { ConsentAction } from '../consent/consent.js'
import { excerpt } from '../base/printable.js'
import { pickAccount } from '../oauth/account.js'
import { findMissingScopes } from '../oauth/scopes.js'
import { toAppEntries } from '../present/app-entries.js'
import { answerJson, DONE, type Answer } from './answer.js'
import { CONSENT_DETAILS, PROBLEM_DETAILS } from './api-messages.js'
import { describeAccount } from './describe-session.js'
import type { EndpointName } from './endpoints.js'
import { loadSchemas, type Schemas } from './load-schemas.js'
import type { Handlers } from './pkce-routes.js'
import { makeNotSignedInProblem, Problem } from './problem.js'
import { readJson, watchHangUp } from './read-request.js'
import { parseBody } from './request-body.js'
import { notAllowed, requireAskable, requireConsent, type FindCaller } from './require-consent.js'

export type AgentRouteDeps = { agent: Agent; findCaller: FindCaller }

type AgentEndpoint = Extract<EndpointName, `${string} /agent/${string}`>

/**
 * Every call is asked about, each time. A key is for tokens, and allows none of them.
 *
 * S24: a program that the person has not allowed learns of no key, app or scope from an answer. Before the
 * question it learns only what is wrong with its body, and whether an account has this ID, which nobody can
 * guess.
 */
export function createAgentHandlers(deps: AgentRouteDeps): Pick<Handlers, AgentEndpoint> {
  return {
    'GET /agent/accounts': async (request, response) => {
      await requireManage(deps, request, { response, action: { kind: 'list-accounts' } })
      return answerJson(JSON.stringify({ accounts: listAccounts(deps) }))
    },
    'POST /agent/use': (request, response) => makeDefault(deps, request, response),
    'GET /agent/apps': async (request, response) => {
      await requireManage(deps, request, { response, action: { kind: 'list-apps' } })
      deps.agent.consents.listOpened()
      return answerJson(JSON.stringify({ apps: toAppEntries(deps.agent.model()) }))
    },
    'POST /agent/apps/forget': (request, response) => forgetApp(deps, request, response),
    'POST /agent/keys': (request, response) => createKey(deps, request, response),
  }
}

async function readBody<Value>(
  request: IncomingMessage,
  choose: (schemas: Schemas) => z.ZodType<Value>,
): Promise<Value> {
  const body = (await readJson(request)) ?? {}
  return parseBody(choose(await loadSchemas()), body)
}

/** The holder of a key learns nothing else. Fails with `not-allowed`. */
function rejectKey({ headers }: IncomingMessage): void {
  if (headers.authorization !== undefined) throw notAllowed(CONSENT_DETAILS.keyCannotManage)
}

type Managing = {
  response: ServerResponse
  action: ConsentAction
  /** The account that the question names; the default one if left out. */
  account?: AccountSession | null
}

/** Asks the person about what the call would do. */
async function requireManage(
  deps: AgentRouteDeps,
  request: IncomingMessage,
  { response, action, account = defaultAccount(deps.agent.model()) }: Managing,
): Promise<void> {
  rejectKey(request)
  const hangUp = watchHangUp(response)
  await requireConsent(deps, request, { account, purpose: 'manage', action, hangUp })
}

async function makeDefault(
  deps: AgentRouteDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> {
  rejectKey(request)
  const { account: id } = await readBody(request, (models) => models.useRequest)
  await requireAskable(deps, request, findNamed(deps, id))
  const action = { kind: 'make-default' } as const
  await requireManage(deps, request, { response, action, account: requireNamed(deps, id) })
  const account = requireNamed(deps, id)
  await deps.agent.makeDefault(id)
  const { provider } = account
  return answerJson(JSON.stringify({ account: { id, provider, ...pickAccount(account.account) } }))
}

async function forgetApp(
  deps: AgentRouteDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> {
  rejectKey(request)
  const { app } = await readBody(request, (models) => models.forgetRequest)
  const found = deps.agent.consents.find(app)
  // Only what the person has decided is shown whole. Nobody knows what else a program writes there.
  const { ids, name } = found.kind === 'found' ? found : { ids: [], name: excerpt(app) }
  const id = ids.length === 0 ? null : ids.join(', ')
  const action = { kind: 'forget-app', app: name ?? app, id } as const
  await requireManage(deps, request, { response, action })
  // What had the name when the person was asked.
  let isForgotten = false
  for (const one of ids) {
    if (await deps.agent.consents.forget(one)) isForgotten = true
  }
  if (isForgotten) return DONE
  throw new Problem('refused', PROBLEM_DETAILS.noSuchApp)
}

async function createKey(
  deps: AgentRouteDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> {
  rejectKey(request)
  const { name, account: id, scope = [] } = await readBody(request, (models) => models.keyRequest)
  const isNamed = id !== undefined
  const asked = isNamed ? findNamed(deps, id) : defaultAccount(deps.agent.model())
  const problem = findKeyProblem(deps.agent, { name, account: asked, scopes: scope })
  if (problem?.kind === 'bad-name') throw toKeyProblem(problem, isNamed)
  await requireAskable(deps, request, asked)
  if (problem?.kind === 'not-signed-in') throw toKeyProblem(problem, isNamed)
  const action = { kind: 'make-key', name, scope: joinScopes(toShown(deps, asked, scope)) } as const
  await requireManage(deps, request, { response, action, account: asked })
  // The person has allowed a key for the account of the question. Another one may be the default by now.
  const account = asked && findNamed(deps, asked.id)
  const made = await createNamedKey(deps.agent, { name, account, scopes: scope })
  if (made.kind !== 'made') throw toKeyProblem(made, isNamed)
  return answerJson(JSON.stringify({ id: made.id, name, key: made.key }))
}

/** The scopes for the question. Those that were not granted may be any text, so it has only one, cut. */
function toShown(
  { agent }: AgentRouteDeps,
  account: AccountSession | null,
  scopes: readonly string[],
): readonly string[] {
  const granted = account === null ? '' : (agent.last(account.id)?.scope ?? '')
  const missing = findMissingScopes(granted, scopes.join(' '))
  return [
    ...scopes.filter((scope) => !missing.includes(scope)),
    ...missing.slice(0, 1).map(excerpt),
  ]
}

function toKeyProblem(problem: KeyProblem, isNamed: boolean): Problem {
  switch (problem.kind) {
    case 'bad-name':
      return new Problem('refused', PROBLEM_DETAILS.badKeyName)
    case 'name-taken':
      return new Problem('refused', PROBLEM_DETAILS.keyNameTaken(problem.name))
    case 'not-signed-in':
      return makeNotSignedInProblem(
        isNamed ? PROBLEM_DETAILS.noSuchAccount : PROBLEM_DETAILS.nobodySignedIn,
      )
    case 'no-scope':
      return new Problem('refused', PROBLEM_DETAILS.notGranted(excerpt(problem.scope)))
  }
}

function findNamed({ agent }: AgentRouteDeps, id: string): AccountSession | null {
  return findAccount(agent.model(), id) ?? null
}

/** Fails with `not-signed-in`: the person is asked about nothing that can't be done. */
function requireNamed(deps: AgentRouteDeps, id: string): AccountSession {
  const found = findNamed(deps, id)
  if (found !== null) return found
  throw makeNotSignedInProblem(PROBLEM_DETAILS.noSuchAccount)
}

function listAccounts({ agent }: AgentRouteDeps): readonly object[] {
  const usual = defaultId(agent.model())
  return agent.model().accounts.map((one) => describeAccount(one, usual))
}
