// The API's errors: problem details with a code from a closed list.

import type { ServerResponse } from 'node:http'
import type { BeginResult } from '../agent/api-sign-in.js'
import type { SignInResult } from '../agent/model.js'
import { toResult } from '../agent/results.js'
import { AuthError } from '../base/errors.js'
import { sendAnswer, type Answer } from './answer.js'
import { PROBLEM_DETAILS } from './api-messages.js'
import type { ProblemCode } from './models.js'

/** An error that a handler throws, and that is sent as `application/problem+json`. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly headers: Readonly<Record<string, string>>

  /** `detail` is a message for people. It contains no code, token, verifier or state. */
  constructor(code: ProblemCode, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail)
    this.code = code
    this.headers = headers
  }
}

/** The status and the title of each code. */
export const PROBLEMS: Readonly<Record<ProblemCode, { status: number; title: string }>> = {
  malformed: { status: 400, title: 'Malformed request' },
  refused: { status: 400, title: 'Not permitted by this configuration' },
  'unknown-code': { status: 400, title: 'Unknown code' },
  'not-signed-in': { status: 401, title: 'Not signed in' },
  'other-user': { status: 403, title: 'Another user' },
  'web-page': { status: 403, title: 'Not available to web pages' },
  'wrong-host': { status: 403, title: 'Wrong host' },
  'access-denied': { status: 403, title: 'Access denied by the user' },
  'not-allowed': { status: 403, title: 'Not allowed' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  timeout: { status: 408, title: 'Sign-in timed out' },
  'in-use': { status: 409, title: 'State in use' },
  spent: { status: 409, title: 'Code already used' },
  cancelled: { status: 409, title: 'Cancelled' },
  'too-large': { status: 413, title: 'Too large' },
  'unsupported-type': { status: 415, title: 'Unsupported content type' },
  'too-many': { status: 429, title: 'Too many sign-ins' },
  'provider-failed': { status: 502, title: 'The provider failed' },
  unavailable: { status: 503, title: 'Unavailable' },
  'not-implemented': { status: 501, title: 'Not part of Latchkey' },
  'upgrade-required': { status: 426, title: 'WebSocket only' },
  unexpected: { status: 500, title: 'Internal error' },
}

/** The content type of every error. */
export const PROBLEM_TYPE = 'application/problem+json'

/** Makes the answer for an error. @see {@link https://www.rfc-editor.org/rfc/rfc9457#section-3} */
export function toAnswer({ code, message, headers }: Problem): Answer {
  const { status, title } = PROBLEMS[code]
  const body = JSON.stringify({ type: 'about:blank', title, status, detail: message, code })
  return { status, headers: { 'Content-Type': PROBLEM_TYPE, ...headers }, body }
}

/** Answers a request whose rest is not read. */
export function rejectRequest(response: ServerResponse, problem: Problem): void {
  const { status, headers, body } = toAnswer(problem)
  sendAnswer(response, { status, headers: { ...headers, Connection: 'close' }, body })
}

/**
 * Every 401 carries a challenge.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2}
 */
export function makeNotSignedInProblem(detail: string): Problem {
  return new Problem('not-signed-in', detail, { 'WWW-Authenticate': 'Latchkey' })
}

/** Makes the problem for a sign-in that ended without a user. */
export function toProblem(result: SignInResult): Problem {
  switch (result.kind) {
    case 'cancelled':
      return new Problem('cancelled', PROBLEM_DETAILS.cancelled)
    case 'expired':
      return new Problem('timeout', result.reason)
    case 'denied':
      return new Problem('access-denied', result.reason)
    case 'failed':
      switch (result.code) {
        case 'not-configured':
        case 'port-taken':
          return new Problem('unavailable', result.reason)
        case 'not-signed-in':
        case 'no-refresh-token':
        case 'interaction-required':
          return makeNotSignedInProblem(result.reason)
        // The scopes are those that the call named, or its key.
        case 'invalid-scope':
          return new Problem('refused', result.reason)
        case 'unexpected':
          return new Problem('unexpected', result.reason)
        default:
          return new Problem('provider-failed', result.reason)
      }
  }
}

/** Makes the problem for a sign-in that brought no code. */
export function toBeginProblem(begun: Exclude<BeginResult, { kind: 'answered' }>): Problem {
  switch (begun.kind) {
    case 'in-use':
      return new Problem('in-use', PROBLEM_DETAILS.stateInUse)
    case 'too-many':
      return new Problem('too-many', begun.message, { 'Retry-After': '60' })
    case 'ended':
      return toProblem(begun.result)
  }
}

/** Returns a problem as it is, and makes one of any other error. */
export function asProblem(thrown: unknown): Problem {
  return thrown instanceof Problem ? thrown : toProblem(toResult(thrown))
}

/**
 * Makes the problem for a token that could not be read. If the provider has just ended the session, every caller
 * of that moment must sign in again, just as all later ones.
 */
export function asTokenProblem(thrown: unknown): Problem {
  const isEnd = thrown instanceof AuthError && SESSION_ENDS.has(thrown.code)
  return isEnd ? makeNotSignedInProblem(thrown.message) : asProblem(thrown)
}

/** The failures of a renewal that end the session. During a sign-in, they say that the provider failed. */
const SESSION_ENDS: ReadonlySet<string> = new Set(['invalid-grant', 'another-account'])
