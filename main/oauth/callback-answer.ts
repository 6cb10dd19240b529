// Gives a browser's answer to the sign-in that waits for it, once, and repeats the page to other tabs.

import type { ServerResponse } from 'node:http'
import type { Clock } from '../base/clock.js'
import {
  isAnswer,
  readState,
  validateCallback,
  type CallbackResult,
  type ExpectedCallback,
} from './callback.js'
import type { CallbackDiagnostic } from './callback-diagnostics.js'
import {
  reportDiagnostic,
  type AnsweredSignIn,
  type AnswerResult,
  type ListenerState,
  type OpenPort,
  type WaitingSignIn,
} from './listener-state.js'
import { sendPage, sendRedirect } from './page-delivery.js'
import { nothingToDoPage, type Page } from './pages.js'
import { isAt, type Pasted } from './pasted-redirect.js'

/** How many requests (tabs, extensions, scanners) may wait for the page of one answer. */
const MAX_REPEATS = 16

export type AnswerDeps = { state: ListenerState; clock: Clock }

/** A browser's answer, from the query or from a form. */
export type ReceivedAnswer = {
  readonly parameters: URLSearchParams
  readonly isForm: boolean
  readonly response: ServerResponse
}

/**
 * Takes an answer that arrived at the redirect URI.
 *
 * 1. If the sign-in has its answer already, show the same page again (S02).
 * 2. Find the waiting sign-in by `state`, and check the rest against it.
 * 3. If there is none, or the answer is not its own, answer 400; the wait goes on.
 * 4. Give the answer to the sign-in. The browser waits for the page with the result.
 */
export function takeAnswer(deps: AnswerDeps, openPort: OpenPort, received: ReceivedAnswer): void {
  const { state: listener, clock } = deps
  const { parameters, response } = received
  const state = readState(parameters)
  const answered = state === null ? undefined : listener.answered.get(state)
  if (answered) return repeatPage(deps, answered, received)
  const signIn = state === null ? undefined : listener.waiting.get(state)
  const result = signIn ? checkAnswer(received, signIn.expected) : null
  if (!signIn || result === null || result.kind === 'ignored') {
    reportDiagnostic(listener, openPort, signIn ? 'empty-callback' : diagnose(parameters), state)
    return void sendPage(clock, response, nothingToDoPage(400))
  }
  acceptAnswer(deps, signIn, result, [response])
}

/**
 * Takes an answer that the user pasted. It passes the same checks as a browser's, except for the
 * owner of the socket: anyone who can paste here runs as this user.
 */
export function takePasted(deps: AnswerDeps, address: URL): Pasted {
  const { waiting, answered } = deps.state
  const parameters = address.searchParams
  const state = readState(parameters)
  if (!isAnswer(parameters)) return 'no-answer'
  if (state !== null && answered.has(state)) return 'again'
  const signIn = state === null ? undefined : waiting.get(state)
  if (!signIn) return 'other-sign-in'
  if (!isAt(address, signIn.redirectUri)) return 'other-place'
  const result = validateCallback(parameters, signIn.expected)
  if (result.kind === 'ignored') return 'no-answer'
  acceptAnswer(deps, signIn, result, [])
  return 'taken'
}

/** Null if the answer came in a form and the sign-in did not ask for one. */
function checkAnswer(
  { parameters, isForm }: ReceivedAnswer,
  expected: ExpectedCallback,
): CallbackResult | null {
  if (isForm && expected.byFormPost !== true) return null
  return validateCallback(parameters, expected)
}

function acceptAnswer(
  { state: { waiting, answered }, clock }: AnswerDeps,
  { expected, place, take }: WaitingSignIn,
  result: AnswerResult,
  responses: ServerResponse[],
): void {
  waiting.delete(expected.state)
  const signIn: AnsweredSignIn = { place, expected, result, page: null, responses, sent: [] }
  const send = async (deliver: (response: ServerResponse) => Promise<void>): Promise<void> => {
    signIn.sent.push(...responses.splice(0).map(deliver))
    await Promise.all(signIn.sent)
  }
  answered.set(expected.state, signIn)
  take({
    result,
    show(page: Page) {
      signIn.page ??= page
      return send((response) => sendPage(clock, response, page))
    },
    redirect(link: string) {
      // The result now depends on another request's answer: this one must not be shown its page.
      answered.delete(expected.state)
      return send((response) => sendRedirect(clock, response, link))
    },
  })
}

/** S02: there is one exchange. The same answer again gets the same page, another code gets 400. */
function repeatPage({ clock }: AnswerDeps, first: AnsweredSignIn, received: ReceivedAnswer): void {
  const { response } = received
  const again = checkAnswer(received, first.expected)
  if (again === null || !isSameAnswer(first.result, again)) {
    return void sendPage(clock, response, nothingToDoPage(400))
  }
  if (first.page !== null) return void first.sent.push(sendPage(clock, response, first.page))
  if (first.responses.length >= MAX_REPEATS) {
    return void sendPage(clock, response, nothingToDoPage(400))
  }
  first.responses.push(response)
}

function isSameAnswer(first: CallbackResult, again: CallbackResult): boolean {
  if (first.kind === 'code') return again.kind === 'code' && again.code === first.code
  return (
    first.kind === 'failed' &&
    again.kind === 'failed' &&
    again.error.message === first.error.message
  )
}

/** Names the kind of an answer that belongs to no waiting sign-in. */
function diagnose(parameters: URLSearchParams): CallbackDiagnostic {
  if (!isAnswer(parameters)) return 'empty-callback'
  return parameters.has('state') ? 'other-state' : 'without-state'
}
