// The callback listener's state: sign-ins that wait, sign-ins that have their answer, open ports.

import type { ServerResponse } from 'node:http'
import type { CallbackResult, ExpectedCallback } from './callback.js'
import { isAtLeast, type CallbackDiagnostic } from './callback-diagnostics.js'
import type { CallbackServer } from './callback-server.js'
import type { Page } from './pages.js'

export type ListenerState = {
  /** By `state`. */
  readonly waiting: Map<string, WaitingSignIn>
  /** Sign-ins that have their answer and have not left yet, by `state`. */
  readonly answered: Map<string, AnsweredSignIn>
  readonly openPorts: Set<OpenPort>
  /** Resolves when the ports that are being closed are free. */
  closed: Promise<unknown>
}

export type AnswerResult = Exclude<CallbackResult, { kind: 'ignored' }>

export type CallbackAnswer = {
  readonly result: AnswerResult
  /**
   * Shows the result in the waiting tab, once: the first page counts. Resolves once it is delivered, or
   * the tab is gone.
   */
  show(page: Page): Promise<void>
  /** Redirects the tab to one of our links instead. Resolves as {@link show} does. */
  redirect(link: string): Promise<void>
}

export type WaitingSignIn = {
  readonly expected: ExpectedCallback
  readonly redirectUri: string
  readonly place: Place
  /** The one that explains most so far. */
  diagnostic: CallbackDiagnostic
  onDiagnostic(diagnostic: CallbackDiagnostic): void
  take(answer: CallbackAnswer): void
}

export type AnsweredSignIn = {
  readonly place: Place
  readonly expected: ExpectedCallback
  readonly result: AnswerResult
  /** Null until the result is known. */
  page: Page | null
  /** The requests that wait for the page. */
  readonly responses: ServerResponse[]
  /** The deliveries to browsers, finished or not. */
  readonly sent: Promise<void>[]
}

/** Where a sign-in's answer arrives. */
export type Place = { readonly openPort: OpenPort; readonly path: string }

/** A port, and the number of sign-ins that need it. */
export type OpenPort = {
  /** Null while it is being bound. */
  port: number | null
  signIns: number
  readonly server: Promise<CallbackServer>
}

export function createListenerState(): ListenerState {
  return {
    waiting: new Map(),
    answered: new Map(),
    openPorts: new Set(),
    closed: Promise.resolve(),
  }
}

/** True if the answer to the sign-in that `state` names arrives there; without one, to any sign-in. */
export function isExpectedPlace(
  { waiting, answered }: ListenerState,
  { openPort, path }: Place,
  state: string | null,
): boolean {
  const named = state === null ? undefined : (answered.get(state) ?? waiting.get(state))
  const all = [...answered.values(), ...waiting.values()]
  return (named ? [named] : all).some(
    ({ place }) => place.openPort === openPort && place.path === path,
  )
}

/** Reports a diagnostic to the sign-in that `state` names; without one, to all that wait at the port. */
export function reportDiagnostic(
  { waiting }: Pick<ListenerState, 'waiting'>,
  openPort: OpenPort,
  diagnostic: CallbackDiagnostic,
  state: string | null = null,
): void {
  const named = state === null ? undefined : waiting.get(state)
  const atPort = [...waiting.values()].filter((signIn) => signIn.place.openPort === openPort)
  for (const signIn of named ? [named] : atPort) {
    if (!isAtLeast(diagnostic, signIn.diagnostic)) continue
    signIn.diagnostic = diagnostic
    signIn.onDiagnostic(diagnostic)
  }
}
