// Handles a request to the callback listener. Only an answer at the redirect URI affects a sign-in.

import type { IncomingMessage } from 'node:http'
import { readForm } from '../net/read-body.js'
import { isAnswer, readState } from './callback.js'
import { takeAnswer, type AnswerDeps } from './callback-answer.js'
import type { ReceivedRequest } from './callback-server.js'
import { isExpectedPlace, reportDiagnostic, type OpenPort, type Place } from './listener-state.js'
import { sendPage } from './page-delivery.js'
import { nothingToDoPage } from './pages.js'

const MAX_FORM_BYTES = 64 * 1024

type Exchange = ReceivedRequest & {
  readonly place: Place
  /** The parameters of the query. */
  readonly parameters: URLSearchParams
}

/**
 * Handles a request.
 *
 * 1. Answer 404 to all requests of other users' programs (S41).
 * 2. Answer 404 at every path that is not a redirect URI, or not that of the sign-in that the
 *    `state` names (S07).
 * 3. Read a form if a waiting sign-in asked for one. Otherwise answer 405 to every method except GET.
 * 4. Answer 204 to a prefetch, which must not spend the code.
 * 5. Take the answer in the query.
 */
export function handleRequest(
  deps: AnswerDeps,
  openPort: OpenPort,
  received: ReceivedRequest,
): void {
  const { request, response, isOurs } = received
  const { path, parameters } = parseTarget(request.url ?? '')
  const exchange = { ...received, parameters, place: { openPort, path } }
  if (!isOurs) return rejectOtherUser(deps, openPort, exchange)
  if (!isExpectedPlace(deps.state, exchange.place, readState(parameters))) {
    return rejectOtherPlace(deps, exchange)
  }
  const takesForms = [...deps.state.waiting.values()].some(({ expected }) => expected.byFormPost)
  if (request.method === 'POST' && takesForms) return void handleForm(deps, exchange)
  if (request.method !== 'GET') {
    if (request.method === 'POST') reportDiagnostic(deps.state, openPort, 'empty-callback')
    response.setHeader('Allow', takesForms ? 'GET, POST' : 'GET')
    return void sendPage(deps.clock, response, nothingToDoPage(405))
  }
  if (isPrefetch(request)) {
    response.writeHead(204, { Connection: 'close', 'Cache-Control': 'no-store' }).end()
    return
  }
  takeAnswer(deps, openPort, { parameters, isForm: false, response })
}

/**
 * S41: every user of the computer can read the authorization URL on the command line that opened the
 * browser, so knowing the `state` proves nothing.
 */
function rejectOtherUser(deps: AnswerDeps, openPort: OpenPort, exchange: Exchange): void {
  const { request, response, parameters } = exchange
  if (isAnswer(parameters) || request.method === 'POST') {
    reportDiagnostic(deps.state, openPort, 'other-user', readState(parameters))
  }
  void sendPage(deps.clock, response, nothingToDoPage(404))
}

function rejectOtherPlace(deps: AnswerDeps, exchange: Exchange): void {
  const { response, parameters, place } = exchange
  if (isAnswer(parameters)) {
    reportDiagnostic(deps.state, place.openPort, 'other-path', readState(parameters))
  }
  void sendPage(deps.clock, response, nothingToDoPage(404))
}

/** @see {@link https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html} */
async function handleForm(deps: AnswerDeps, exchange: Exchange): Promise<void> {
  const { request, response, place } = exchange
  // If the browser disconnects before the end, the form counts as unreadable.
  const form = await readForm(request, MAX_FORM_BYTES).catch(() => null)
  if (form === null) return sendPage(deps.clock, response, nothingToDoPage(400))
  if (!isExpectedPlace(deps.state, place, readState(form))) {
    return rejectOtherPlace(deps, { ...exchange, parameters: form })
  }
  takeAnswer(deps, place.openPort, { parameters: form, isForm: true, response })
}

function isPrefetch({ headers }: IncomingMessage): boolean {
  return /prefetch/i.test(String(headers['sec-purpose'] ?? headers['purpose']))
}

/** Avoids `new URL`, which would take the first part of the path `//host/callback` for a host. */
function parseTarget(target: string): { path: string; parameters: URLSearchParams } {
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  return { path, parameters: new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1)) }
}
