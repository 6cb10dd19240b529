// Takes an answer that reached the API, from a page, from a program or pasted by the person.

import { readState, validateCallback } from '../oauth/callback.js'
import { isAt } from '../oauth/pasted-redirect.js'
import {
  isAbandoned,
  type ApiSignInContext,
  type ApiSignInHandle,
  type DeliverResult,
} from './api-sign-in.js'
import { toAnswerPage } from './await-api-answer.js'

/** Delivers an answer to the sign-in that its state names. A program may leave `iss` out. */
export function deliverApiAnswer(
  context: ApiSignInContext,
  parameters: URLSearchParams,
  from: 'page' | 'program',
): DeliverResult {
  const handle = findHandle(context, parameters)
  // The listener takes the other answers: here, any program that knows a state could send any code.
  if (!handle?.pending || handle.request.redirectTarget.kind !== 'api') return { kind: 'ignored' }
  const { expected, take } = handle.pending
  const issParameterSupported = expected.issParameterSupported && from === 'page'
  const result = validateCallback(parameters, { ...expected, issParameterSupported })
  if (result.kind === 'ignored') return { kind: 'ignored' }
  handle.pending = null
  const page = toAnswerPage(context, handle, result)
  // The API itself answers the caller.
  take({ result, show: () => Promise.resolve(), redirect: () => Promise.resolve() })
  if (result.kind === 'failed') return { kind: 'denied', error: result.error, page }
  return isAbandoned(context, handle)
    ? { kind: 'abandoned', page }
    : { kind: 'delivered', code: result.code, page }
}

/** Delivers an address that the person pasted; false if it belongs to none of the API's sign-ins. */
export function pasteApiAnswer(context: ApiSignInContext, address: URL): boolean {
  const { redirectTarget } = findHandle(context, address.searchParams)?.request ?? {}
  if (redirectTarget?.kind !== 'api' || !isAt(address, redirectTarget.redirectUri)) return false
  return deliverApiAnswer(context, address.searchParams, 'page').kind !== 'ignored'
}

/** True while a sign-in with this state waits for an answer at the API. */
export function isWaitingAtApi({ handles }: ApiSignInContext, state: string): boolean {
  const handle = handles.get(state)
  return handle?.request.redirectTarget.kind === 'api' && handle.pending !== null
}

function findHandle(
  { handles }: ApiSignInContext,
  parameters: URLSearchParams,
): ApiSignInHandle | undefined {
  const state = readState(parameters)
  return state === null ? undefined : handles.get(state)
}
