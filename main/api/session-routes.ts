// The session API: who is signed in, and tokens for other programs.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from './answer.js'
import type { EndpointName } from './endpoints.js'
import type { Handlers } from './pkce-routes.js'
import { readJson, watchHangUp } from './read-request.js'
import { parseBody } from './request-body.js'
import { answerToken, type SessionTokenDeps } from './session-token.js'

export type SessionDeps = SessionTokenDeps

type SessionEndpoint = Extract<EndpointName, `${string} /session/${string}`>

export function createSessionHandlers(deps: SessionDeps): Pick<Handlers, SessionEndpoint> {
  return {
    'POST /session/token': (request, response) => readToken(deps, request, response),
  }
}

/** Loaded on first use: creating the models takes as long as the rest of the API. */
const loadModels = (): Promise<typeof import('./models.js')> => import('./models.js')

async function readToken(
  deps: SessionDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> {
  const hangUp = watchHangUp(response)
  const body = await readJson(request)
  const { sessionTokenRequest } = await loadModels()
  const wanted = parseBody(sessionTokenRequest, body ?? {})
  return answerToken(deps, request, { wanted, hangUp })
}
