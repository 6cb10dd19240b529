// Makes the log's records from events. Links, states, names and texts from elsewhere are dropped here.

import { readRedirectUri } from '../oauth/authorization-url.js'
import type { CallbackDiagnostic } from '../oauth/callback-listener.js'
import { AuthError, type ErrorCode } from '../base/errors.js'
import type {
  BrowserFailure,
  SignInResult,
  Event,
  Lifetime,
  Model,
  Origin,
  RenewalFailure,
} from '../agent/model.js'
import { readErrno } from '../base/errno.js'
import type { LogLevel } from '../base/log-level.js'
import { toSourcePlace } from '../base/source-place.js'
import type { ConsentEnd, ConsentQuestion, Grade } from '../consent/consent.js'
import type { Purpose } from '../storage/consent-store.js'
import type { StorageTier } from '../storage/choose-storage.js'
import { isoTime } from './status.js'

/**
 * One line of the log: error codes, hosts, counts and times. It has no member for a token, code,
 * verifier, state or link, nor for a name, an address or a text from elsewhere.
 */
export type LogRecord = { level: LogLevel } & (
  | { event: 'sign-in-started'; origin: Origin; until: string | null; signIns: number }
  | { event: 'link-ready'; origin: Origin | null; host: string; redirectPort: number | null }
  | {
      event:
        | 'sign-in-abandoned'
        | 'sign-in-resumed'
        | 'callback-answered'
        | 'exchange-started'
        | 'other-person-asked'
      origin: Origin | null
    }
  | { event: 'sign-in-message-changed'; origin: Origin | null; failure?: BrowserFailure }
  | { event: 'callback-diagnosed'; origin: Origin | null; diagnostic: CallbackDiagnostic }
  | { event: 'signed-in'; until: string | null; accounts: number; odd?: readonly string[] }
  | {
      event: 'sign-in-ended' | 'sign-in-rejected'
      result: SignInResult['kind']
      code: ErrorCode | null
    }
  | { event: 'renewal-started' | 'session-ended' | 'signed-out' | 'revocation-failed' }
  | { event: 'restored-ended' }
  | { event: 'renewed' | 'restored'; until: string | null; odd?: readonly string[] }
  | { event: 'renewal-failed'; renewal: RenewalFailure['kind']; code: ErrorCode; failures: number }
  | { event: 'default-chosen' | 'storage-failed' | 'storage-recovered' }
  | { event: 'consent-asked'; grade: Grade; purpose: Purpose }
  | { event: 'consent-ended'; grade: Grade; purpose: Purpose; end: ConsentEnd }
  | { event: 'consents-changed'; grants: number; denials: number }
  | { event: 'subscriber-dropped' }
  | ({ event: 'started' } & Started)
  | { event: 'stopped' }
  | ({ event: 'error'; cause: Fault | null; count?: number } & Fault)
)

/** A program that followed a stream was dropped, because it read too slowly. */
export const SUBSCRIBER_DROPPED: LogRecord = { level: 'warn', event: 'subscriber-dropped' }

/** Makes the record of an event. `model` is the model after it. */
// oxlint-disable-next-line complexity -- One case per event, so that the compiler names an event that is missing.
export function toLogRecord(model: Model, event: Event): LogRecord {
  switch (event.type) {
    case 'sign-in-started': {
      const { type, origin, deadlineMs } = event
      const signIns = model.signIns.length
      return { level: 'info', event: type, origin, until: isoTime(deadlineMs), signIns }
    }
    case 'link-ready': {
      const origin = findOrigin(model, event.state)
      return { level: 'info', event: event.type, origin, ...toPlaces(event.link) }
    }
    case 'callback-diagnosed': {
      const { type, state, diagnostic, message } = event
      const level = message === null ? 'debug' : 'warn'
      return { level, event: type, origin: findOrigin(model, state), diagnostic }
    }
    case 'sign-in-message-changed':
      return toMessageRecord(model, event)
    case 'sign-in-abandoned':
    case 'sign-in-resumed':
    case 'callback-answered':
    case 'exchange-started':
    case 'other-person-asked':
      return { level: 'info', event: event.type, origin: findOrigin(model, event.state) }
    case 'signed-in': {
      const accounts = model.accounts.length
      return { level: 'info', event: event.type, ...toLifetime(event), accounts }
    }
    case 'sign-in-ended':
    case 'sign-in-rejected': {
      const { result } = event
      const code = 'code' in result ? result.code : null
      return { level: LEVELS[result.kind], event: event.type, result: result.kind, code }
    }
    case 'renewal-started':
      return { level: 'debug', event: event.type }
    case 'restored':
      if (event.ended !== undefined) return { level: 'info', event: 'restored-ended' }
      return { level: 'info', event: event.type, ...toLifetime(event) }
    case 'renewed':
      return { level: 'info', event: event.type, ...toLifetime(event) }
    case 'renewal-failed': {
      const { type, renewal, code, failures } = event
      return { level: 'warn', event: type, renewal, code, failures }
    }
    case 'signed-out':
    case 'default-chosen':
    case 'storage-recovered':
      return { level: 'info', event: event.type }
    case 'consent-asked':
    case 'consent-ended':
    case 'consents-changed':
      return toConsentRecord(event)
    case 'session-ended':
    case 'revocation-failed':
    case 'storage-failed':
      return { level: 'warn', event: event.type }
  }
}

function toLifetime({ expiresAtMs, odd }: Lifetime): {
  until: string | null
  odd?: readonly string[]
} {
  return { until: toTime(expiresAtMs), ...(odd && { odd }) }
}

/** What this program is, and where its service is. */
export type Started = {
  version: string
  runtime: string
  platform: string
  arch: string
  pid: number
  url: string
  tier: StorageTier
}

export function startedRecord(started: Started): LogRecord {
  return { level: 'info', event: 'started', ...started }
}

export function stoppedRecord(): LogRecord {
  return { level: 'info', event: 'stopped' }
}

/** An error without its message, which may quote a request or an answer. */
export type Fault = {
  name: string
  code: string | null
  /** The stack, innermost frame first: `main/agent/agent.js:63:5`. */
  at: readonly string[]
}

/** Makes the record of an error. `count`: how often this error has occurred so far. */
export function errorRecord(thrown: unknown, count = 1): LogRecord {
  const cause = thrown instanceof Error ? thrown.cause : undefined
  return {
    level: 'error',
    event: 'error',
    ...toFault(thrown),
    cause: cause === undefined ? null : toFault(cause),
    ...(count > 1 && { count }),
  }
}

/** Returns `Node 24.21.0`, or `Electron 45.4.1` inside Electron. */
export function nameRuntime(versions: { node: string; electron?: string }): string {
  return versions.electron === undefined ? `Node ${versions.node}` : `Electron ${versions.electron}`
}

/** A warning only if no browser was opened: other messages are no failures. */
function toMessageRecord(
  model: Model,
  { type, state, failure }: Extract<Event, { type: 'sign-in-message-changed' }>,
): LogRecord {
  const record = { event: type, origin: findOrigin(model, state) }
  return failure ? { level: 'warn', ...record, failure } : { level: 'info', ...record }
}

function toConsentRecord(event: ConsentEvent): LogRecord {
  switch (event.type) {
    case 'consent-asked':
      return { level: 'info', event: event.type, ...pickQuestion(event.question) }
    case 'consent-ended': {
      const { type, question, end } = event
      return { level: 'info', event: type, ...pickQuestion(question), end }
    }
    case 'consents-changed': {
      const { grants, denials } = event.consents
      return { level: 'info', event: event.type, grants: grants.length, denials: denials.length }
    }
  }
}

type ConsentEvent = Extract<Event, { type: `consent${string}` }>

/** The program's name and path are left out: they can contain a person's name. */
function pickQuestion({ program, purpose }: ConsentQuestion): { grade: Grade; purpose: Purpose } {
  return { grade: program.grade, purpose }
}

const LEVELS: Readonly<Record<SignInResult['kind'], LogLevel>> = {
  cancelled: 'info',
  denied: 'warn',
  expired: 'warn',
  failed: 'error',
}

function findOrigin(model: Model, state: string): Origin | null {
  return model.signIns.find((signIn) => signIn.state === state)?.origin ?? null
}

/** Returns the link's host and the port of its redirect URI. The rest of the link is secret. */
function toPlaces(link: string): { host: string; redirectPort: number | null } {
  const { host } = new URL(link)
  const redirectUri = readRedirectUri(link)
  const port = URL.canParse(redirectUri) ? new URL(redirectUri).port : ''
  return { host, redirectPort: port === '' ? null : Number(port) }
}

function toTime(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms)
}

const MOST_FRAMES = 12

function toFault(thrown: unknown): Fault {
  if (!(thrown instanceof Error)) return { name: typeof thrown, code: null, at: [] }
  const code = thrown instanceof AuthError ? thrown.code : readErrno(thrown)
  return {
    name: /^\w{1,40}$/.test(thrown.name) ? thrown.name : 'Error',
    code: /^[\w-]{1,40}$/.test(code) ? code : null,
    at: toFrames(thrown).slice(0, MOST_FRAMES),
  }
}

// The stack begins with the message; the frames follow. Only places in the program are used: no paths
// of the person's, and no function names.
function toFrames({ stack = '', message }: Error): string[] {
  const end = stack.indexOf(message)
  if (end === -1) return []
  return stack
    .slice(end + message.length)
    .split('\n')
    .flatMap((line) => FRAME.exec(line)?.[1] ?? [])
    .map((place) => place.replaceAll('\\', '/').replace(/^dist\//, ''))
    .map(toSourcePlace)
}

const FRAME =
  /^ +at .*?\b(node:[\w/]+:\d+:\d+|(?:dist[\\/]main|node_modules(?!.*node_modules))[\\/][\w@.\\/-]+\.[cm]?js:\d+:\d+)\)?$/
