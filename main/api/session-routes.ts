// The session API: who is signed in, sign-in and sign-out, and tokens, for other programs.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Agent } from '../agent/agent.js'
import { defaultId } from '../agent/model.js'
import { answerJson, DONE, type Answer } from './answer.js'
import { describeAccount, describeSession } from './describe-session.js'
import type { EndpointName } from './endpoints.js'
import type { IdentityAccess } from './identity-access.js'
import { loadSchemas } from './load-schemas.js'
import type { AccountList } from './models.js'
import type { Handlers } from './pkce-routes.js'
import type { ProgramSignIns } from './program-sign-in.js'
import { readJson, readPatience, watchHangUp } from './read-request.js'
import { parseBody } from './request-body.js'
import { signOutForCaller } from './sign-out-call.js'
import { createSessionEvents, type SessionEventsDeps } from './session-events.js'
import { answerToken, type SessionTokenDeps } from './session-token.js'

export type SessionDeps = SessionTokenDeps &
  SessionEventsDeps & {
    agent: Agent
    identity: IdentityAccess
    signIns: ProgramSignIns
  }

type SessionEndpoint = Extract<EndpointName, 'GET /accounts' | `${string} /session${string}`>

export function createSessionHandlers(deps: SessionDeps): Pick<Handlers, SessionEndpoint> {
  const serveEvents = createSessionEvents(deps)
  return {
    'GET /accounts': (request, response) => listAccounts(deps, request, response),
    'GET /session': (request, response) => readSession(deps, request, response),
    'GET /session/events': async (request, response) => {
      await serveEvents(request, response)
      return null
    },
    'POST /session/sign-in': (request, response) => signIn(deps, request, response),
    'POST /session/sign-out': (request, response) => signOut(deps, request, response),
    'POST /session/token': (request, response) => readToken(deps, request, response),
  }
}

async function readSession(
  { agent, identity }: SessionDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> {
  const seen = await identity.peek(request, readPatience(request, response))
  return answerJson(JSON.stringify(describeSession(agent, seen)))
}

async function listAccounts(
  { agent, identity }: SessionDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> {
  const seen = await identity.list(request, readPatience(request, response))
  const usual = defaultId(agent.model())
  const accounts = seen.map((one) => describeAccount(one, usual))
  return answerJson(JSON.stringify({ accounts } satisfies AccountList))
}

async function signIn(
  { agent, signIns }: SessionDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> {
  const hangUp = watchHangUp(response)
  const body = await readJson(request)
  const { sessionSignInRequest } = await loadSchemas()
  const { provider, account } = parseBody(sessionSignInRequest, body ?? {})
  const signedIn = await signIns.signIn(request, { provider, account, hangUp })
  return answerJson(JSON.stringify(describeSession(agent, signedIn)))
}

async function signOut(
  deps: SessionDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> {
  const hangUp = watchHangUp(response)
  const body = await readJson(request)
  const { sessionSignOutRequest } = await loadSchemas()
  const { account: named } = parseBody(sessionSignOutRequest, body ?? {})
  await signOutForCaller(deps, request, { account: named, hangUp })
  return DONE
}

async function readToken(
  deps: SessionDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> {
  const hangUp = watchHangUp(response)
  const body = await readJson(request)
  const { sessionTokenRequest } = await loadSchemas()
  const wanted = parseBody(sessionTokenRequest, body ?? {})
  return answerToken(deps, request, { wanted, hangUp })
}
