// Errors as the API gives them: problem details with a code from one closed list.

import type { SignInResult } from '../agent/model.js'
import type { ProblemCode } from './models.js'

/** Thrown by a handler, and answered as `application/problem+json`. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly headers: Readonly<Record<string, string>>

  /** `detail` is for a person, and holds no code, token, verifier or state. */
  constructor(code: ProblemCode, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail)
    this.code = code
    this.headers = headers
  }
}

const STATUS: Readonly<Record<ProblemCode, { status: number; title: string }>> = {
  malformed: { status: 400, title: 'Malformed request' },
  refused: { status: 400, title: 'Not allowed here' },
  'unknown-code': { status: 400, title: 'Unknown code' },
  'not-signed-in': { status: 401, title: 'Not signed in' },
  'other-user': { status: 403, title: 'Another user' },
  'web-page': { status: 403, title: 'Web pages are not served' },
  'wrong-host': { status: 403, title: 'Wrong host' },
  'access-denied': { status: 403, title: 'The person refused' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  timeout: { status: 408, title: 'Nobody signed in in time' },
  'in-use': { status: 409, title: 'State in use' },
  spent: { status: 409, title: 'Code already used' },
  cancelled: { status: 409, title: 'Cancelled' },
  'too-large': { status: 413, title: 'Too large' },
  'unsupported-type': { status: 415, title: 'Unsupported content type' },
  'too-many': { status: 429, title: 'Too many sign-ins' },
  'provider-failed': { status: 502, title: 'The provider failed' },
  unavailable: { status: 503, title: 'Unavailable' },
  unexpected: { status: 500, title: 'Internal error' },
}

/** Every code with its status and title, for the description of the API. */
export const PROBLEMS = STATUS

/** The type that every error's body has. */
export const PROBLEM_TYPE = 'application/problem+json'

/** An error's status and body. @see RFC 9457 section 3 */
export function problemOutput({ code, message }: Problem): { status: number; body: string } {
  const { status, title } = STATUS[code]
  const body = JSON.stringify({ type: 'about:blank', title, status, detail: message, code })
  return { status, body }
}

export function problemResponse(problem: Problem): Response {
  const { status, body } = problemOutput(problem)
  return new Response(body, {
    status,
    headers: { 'Content-Type': PROBLEM_TYPE, ...problem.headers },
  })
}

/** RFC 9110 section 15.5.2 asks for a challenge with each 401. */
function notSignedIn(detail: string): Problem {
  return new Problem('not-signed-in', detail, { 'WWW-Authenticate': 'Latchkey' })
}

/** What the API says of a flow that ended without anybody signed in. */
export function problemOf(result: SignInResult): Problem {
  switch (result.kind) {
    case 'cancelled':
      return new Problem('cancelled', 'The sign-in was cancelled.')
    case 'expired':
      return new Problem('timeout', result.reason)
    case 'denied':
      return new Problem('access-denied', result.reason)
    case 'failed':
      switch (result.code) {
        case 'not-configured':
        case 'no-browser':
        case 'port-taken':
          return new Problem('unavailable', result.reason)
        case 'not-signed-in':
        case 'no-refresh-token':
        case 'interaction-required':
          return notSignedIn(result.reason)
        case 'unexpected':
          return new Problem('unexpected', result.reason)
        default:
          return new Problem('provider-failed', result.reason)
      }
  }
}
