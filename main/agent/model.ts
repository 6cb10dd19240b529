// Who is signed in and which sign-ins are under way: two machines in one model, and one pure function.

import type { ErrorCode } from '../base/errors.js'
import type { Account } from '../oauth/id-token.js'

export type Session =
  | { kind: 'signed-out' }
  | ({
      kind: 'signed-in'
      account: Account
      renewal: Renewal
      /** What hinders the renewal, in words for a person; null where nothing does. */
      hindrance: string | null
      /** While it is tried again: what it was before, and still looks like. */
      was?: 'offline' | 'failing'
    } & Lifetime)
  | { kind: 'needs-sign-in'; account: Account; reason: string }

/** In milliseconds since the epoch. */
export type Lifetime = {
  /** When the access token runs out; null where the provider does not say. */
  expiresAtMs: number | null
  /** When the session is renewed next; null where it cannot be, and then it ends with the token. */
  renewsAtMs: number | null
  /** What was odd about the provider's answer, for the log and `diagnose`; absent where nothing was. */
  odd?: readonly string[]
}

/** `offline`: the provider cannot be reached; `failing`: it answers, but not with a token. */
export type Renewal = 'idle' | 'renewing' | 'offline' | 'failing'

/** One sign-in under way, keyed by its `state`. */
export type Flow = {
  state: string
  origin: Origin
  phase: 'waiting' | 'answered' | 'exchanging'
  /** When the wait ends, in milliseconds since the epoch. */
  deadlineMs: number
  /** Where the person signs in; null until the listener is open. */
  link: string | null
  /** What the person should know while the flow waits. */
  notice: string | null
  /** True while it waits for a browser, and no app waits for it any more. */
  abandoned: boolean
  /** The app that asked, as far as the system tells; a label, and no proof. */
  program: string | null
}

export type Origin = 'tray' | 'api'

/** How the last sign-in or sign-out ended. */
export type Outcome =
  | { kind: 'done'; replaced: Account | null; notice: string | null }
  | { kind: 'denied'; code: ErrorCode; reason: string }
  | { kind: 'failed'; code: ErrorCode; reason: string }
  | { kind: 'expired'; reason: string }
  | { kind: 'cancelled' }
  | { kind: 'signed-out'; notice: string | null }

/** An end of a flow that signed nobody in. */
export type Ending = Extract<Outcome, { kind: 'denied' | 'failed' | 'expired' | 'cancelled' }>

export type Model = {
  session: Session
  flows: readonly Flow[]
  /** Null at first. Cancelling leaves it as it was. */
  lastOutcome: Exclude<Outcome, { kind: 'cancelled' }> | null
  /** Why what is on the disk is not what is held, in words for a person; null where it is. */
  storageProblem: string | null
}

export type Event =
  | { type: 'flow-started'; state: string; origin: Origin; deadlineMs: number }
  | { type: 'link-ready'; state: string; link: string; program?: string | null }
  /** `link`: where the person's tab goes on by itself, in place of the link before. */
  | { type: 'flow-noticed'; state: string; notice: string; link?: string }
  | { type: 'flow-abandoned'; state: string }
  | { type: 'flow-resumed'; state: string }
  | { type: 'callback-answered'; state: string }
  | { type: 'exchange-started'; state: string }
  | ({ type: 'signed-in'; state: string; account: Account } & Lifetime)
  | ({ type: 'restored'; account: Account } & Lifetime)
  | { type: 'flow-ended'; state: string; ending: Ending }
  | { type: 'flow-refused'; ending: Extract<Ending, { kind: 'failed' }> }
  | { type: 'renewal-started' }
  | ({ type: 'renewed' } & Lifetime)
  | {
      type: 'renewal-failed'
      renewal: 'offline' | 'failing'
      code: ErrorCode
      reason: string
      /** When it is tried again. */
      renewsAtMs: number
      /** How many in a row, with this one. */
      failures: number
    }
  | { type: 'session-ended'; reason: string }
  | { type: 'signed-out' }
  | { type: 'revocation-failed'; notice: string }
  | { type: 'storage-failed'; notice: string }
  | { type: 'storage-mended' }

export const initialModel: Model = {
  session: { kind: 'signed-out' },
  flows: [],
  lastOutcome: null,
  storageProblem: null,
}

/** Makes the model that follows an event. An event that does not fit changes nothing. */
export function next(model: Model, event: Event): Model {
  const changed: Model = {
    session: nextSession(model, event),
    flows: nextFlows(model.flows, event),
    lastOutcome: nextOutcome(model, event),
    storageProblem: nextStorageProblem(model, event),
  }
  const same = (Object.keys(changed) as (keyof Model)[]).every((key) => changed[key] === model[key])
  return same ? model : changed
}

function nextSession(model: Model, event: Event): Session {
  const { session } = model
  switch (event.type) {
    case 'signed-in':
      // Also where its flow has made way for another meanwhile: this session is held.
      return heldSession(event.account, event)
    case 'restored':
      return session.kind === 'signed-out' ? heldSession(event.account, event) : session
    case 'renewal-started':
      return session.kind === 'signed-in' ? renewing(session) : session
    case 'renewed':
      return session.kind === 'signed-in' ? heldSession(session.account, event) : session
    case 'renewal-failed': {
      if (session.kind !== 'signed-in') return session
      const { renewal, reason: hindrance, renewsAtMs } = event
      return { ...session, renewal, hindrance, renewsAtMs }
    }
    case 'session-ended':
      return session.kind === 'signed-in'
        ? { kind: 'needs-sign-in', account: session.account, reason: event.reason }
        : session
    case 'signed-out':
      return session.kind === 'signed-out' ? session : { kind: 'signed-out' }
    case 'flow-started':
    case 'link-ready':
    case 'flow-noticed':
    case 'flow-abandoned':
    case 'flow-resumed':
    case 'callback-answered':
    case 'exchange-started':
    case 'flow-ended':
    case 'flow-refused':
    case 'revocation-failed':
    case 'storage-failed':
    case 'storage-mended':
      return session
  }
}

function renewing(session: Extract<Session, { kind: 'signed-in' }>): Session {
  const { renewal } = session
  const isHindered = renewal === 'offline' || renewal === 'failing'
  return { ...session, renewal: 'renewing', ...(isHindered && { was: renewal }) }
}

function heldSession(account: Account, { expiresAtMs, renewsAtMs }: Lifetime): Session {
  return { kind: 'signed-in', account, expiresAtMs, renewsAtMs, renewal: 'idle', hindrance: null }
}

function nextFlows(flows: readonly Flow[], event: Event): readonly Flow[] {
  switch (event.type) {
    case 'flow-started': {
      if (hasFlow(flows, event.state)) return flows
      // At most one flow is the tray's: a new one takes the place of the old.
      const kept = event.origin === 'tray' ? flows.filter((flow) => flow.origin !== 'tray') : flows
      const { state, origin, deadlineMs } = event
      const started = { state, origin, deadlineMs, link: null, notice: null, abandoned: false }
      return [...kept, { ...started, phase: 'waiting', program: null }]
    }
    case 'link-ready':
    case 'flow-noticed':
    case 'flow-abandoned':
    case 'flow-resumed':
    case 'callback-answered':
    case 'exchange-started':
      return flows.some((flow) => flow.state === event.state && nextFlow(flow, event) !== flow)
        ? flows.map((flow) => (flow.state === event.state ? nextFlow(flow, event) : flow))
        : flows
    case 'signed-in':
    case 'flow-ended':
      if (!hasFlow(flows, event.state)) return flows
      return flows.filter((flow) => flow.state !== event.state)
    case 'restored':
    case 'renewal-started':
    case 'renewed':
    case 'renewal-failed':
    case 'session-ended':
    case 'signed-out':
    case 'flow-refused':
    case 'revocation-failed':
    case 'storage-failed':
    case 'storage-mended':
      return flows
  }
}

type FlowEvent = Extract<
  Event,
  {
    type:
      | 'link-ready'
      | 'flow-noticed'
      | 'flow-abandoned'
      | 'flow-resumed'
      | 'callback-answered'
      | 'exchange-started'
  }
>

// Phases only go forward: waiting, answered, exchanging.
function nextFlow(flow: Flow, event: FlowEvent): Flow {
  switch (event.type) {
    case 'link-ready':
      // Also when it is opened once more: what was noticed before then is old.
      if (flow.phase !== 'waiting') return flow
      return { ...flow, link: event.link, notice: null, program: event.program ?? flow.program }
    case 'flow-noticed':
      return flow.phase === 'waiting'
        ? { ...flow, notice: event.notice, link: event.link ?? flow.link }
        : flow
    case 'flow-abandoned':
      return flow.phase === 'waiting' && !flow.abandoned ? { ...flow, abandoned: true } : flow
    case 'flow-resumed':
      return flow.abandoned ? { ...flow, abandoned: false } : flow
    case 'callback-answered':
      return flow.phase === 'waiting'
        ? { ...flow, phase: 'answered', link: null, notice: null }
        : flow
    case 'exchange-started':
      return flow.phase === 'exchanging'
        ? flow
        : { ...flow, phase: 'exchanging', link: null, notice: null }
  }
}

function nextOutcome(model: Model, event: Event): Model['lastOutcome'] {
  const { session, lastOutcome } = model
  switch (event.type) {
    case 'signed-in': {
      const before = session.kind === 'signed-out' ? null : session.account
      const replaced = before !== null && before.sub !== event.account.sub ? before : null
      return { kind: 'done', replaced, notice: null }
    }
    case 'flow-ended':
      if (!hasFlow(model.flows, event.state) || event.ending.kind === 'cancelled')
        return lastOutcome
      return event.ending
    case 'signed-out':
      return session.kind === 'signed-out' ? lastOutcome : { kind: 'signed-out', notice: null }
    case 'revocation-failed':
      // What has happened since is newer news than the end of an old session.
      return lastOutcome?.kind === 'signed-out' ||
        (lastOutcome?.kind === 'done' && lastOutcome.replaced)
        ? { ...lastOutcome, notice: event.notice }
        : lastOutcome
    case 'flow-refused':
      return event.ending
    case 'flow-started':
    case 'link-ready':
    case 'flow-noticed':
    case 'flow-abandoned':
    case 'flow-resumed':
    case 'callback-answered':
    case 'exchange-started':
      return lastOutcome
    case 'session-ended':
      // Older news than this, which the session itself tells.
      return session.kind === 'signed-in' ? null : lastOutcome
    case 'restored':
    case 'renewal-started':
    case 'renewed':
    case 'renewal-failed':
    case 'storage-failed':
    case 'storage-mended':
      return lastOutcome
  }
}

function nextStorageProblem({ storageProblem }: Model, event: Event): Model['storageProblem'] {
  if (event.type === 'storage-failed') return event.notice
  return event.type === 'storage-mended' ? null : storageProblem
}

/** The one word for a person. */
export type Summary =
  | 'signed-out'
  | 'waiting'
  | 'answered'
  | 'exchanging'
  | 'signed-in'
  | 'offline'
  | 'renewal-failing'
  | 'needs-sign-in'
  | 'failed'

/**
 * Says the state in one word: the tray flow's phase if there is one, else the session; when signed
 * out, the newest API flow's phase, else the last failure.
 */
export function summarize(model: Model): Summary {
  const { session, lastOutcome } = model
  const flow = shownFlow(model)
  if (flow) return flow.phase
  switch (session.kind) {
    case 'signed-in':
      switch (session.renewal === 'renewing' ? session.was : session.renewal) {
        case 'offline':
          return 'offline'
        case 'failing':
          return 'renewal-failing'
        default:
          return 'signed-in'
      }
    case 'needs-sign-in':
      return 'needs-sign-in'
    case 'signed-out':
      return lastOutcome !== null && isFailure(lastOutcome) ? 'failed' : 'signed-out'
  }
}

/** The flow whose phase is the state in one word, where a flow's is. */
export function shownFlow(model: Model): Flow | undefined {
  const tray = trayFlow(model)
  if (tray || model.session.kind !== 'signed-out') return tray
  return model.flows.findLast(({ abandoned }) => !abandoned) ?? model.flows.at(-1)
}

/**
 * The flow that cancel, open and link act on: the one that is shown, else an app's beside the session,
 * which the state in one word does not tell of.
 */
export function reachableFlow(model: Model): Flow | undefined {
  return shownFlow(model) ?? askingFlow(model) ?? model.flows.at(-1)
}

/** The newest sign-in that an app asks the person for beside a session. */
export function askingFlow(model: Model): Flow | undefined {
  if (shownFlow(model)) return undefined
  return model.flows.findLast(
    ({ phase, link, abandoned }) => phase === 'waiting' && link !== null && !abandoned,
  )
}

/** The sign-in that the person began from the tray, if one is under way. */
export function trayFlow(model: Model): Flow | undefined {
  return model.flows.find((flow) => flow.origin === 'tray')
}

export function isFailure(
  outcome: Outcome,
): outcome is Extract<Outcome, { kind: 'denied' | 'failed' | 'expired' }> {
  return outcome.kind === 'denied' || outcome.kind === 'failed' || outcome.kind === 'expired'
}

function hasFlow(flows: readonly Flow[], state: string): boolean {
  return flows.some((flow) => flow.state === state)
}
