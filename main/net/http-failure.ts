// Turns failed requests into messages for people, without the requests' secrets.

import type { AxiosError } from 'axios'
import { readErrno } from '../base/errno.js'
import { asAuthError, AuthError } from '../base/errors.js'
import { toFailureKind, type FailureKind } from './failure-kind.js'
import {
  CERTIFICATE_MESSAGES,
  CONNECTION_REASONS,
  PROXY_MESSAGES,
  REQUEST_MESSAGES,
  type CertificateFault,
  type ConnectionFault,
} from './net-messages.js'
import { TunnelError, type NoTunnel, type Proxy } from './proxy.js'

export type FailedRequest = {
  /** The host that it was sent to. */
  host: string
  proxy: Proxy | null
  /** What Latchkey was doing. */
  purpose: string
  /** How the user can make a certificate trusted. */
  trust: string
  /** The time after which Latchkey stopped waiting. Null if it didn't. */
  timedOutMs: number | null
  mostBytes: number
  /** This computer's time, and the least that its clock is behind; null if that isn't known. */
  clock: { nowMs: number; behindMs: number | null }
}

/**
 * Turns an error of axios into an AuthError. An error of axios contains the whole request with its
 * form, so only its code is passed on.
 */
export function describeFailure(thrown: unknown, request: FailedRequest): AuthError {
  if (!isAxiosError(thrown)) return asAuthError(thrown)
  const { host, proxy, purpose, timedOutMs, mostBytes } = request
  const code = findCode(thrown)
  const cause = new Error(code)
  if (timedOutMs !== null) {
    const seconds = timedOutMs / 1000
    const message = REQUEST_MESSAGES.tookTooLong(host, proxy, seconds, purpose)
    return new AuthError('provider-timeout', message, { cause })
  }
  if (proxy !== null && thrown.cause instanceof TunnelError) {
    const message = explainNoTunnel(thrown.cause.failure, proxy, request)
    return new AuthError('provider-unreachable', message, { cause })
  }
  if (thrown.message.startsWith('maxContentLength')) {
    const message = REQUEST_MESSAGES.tooLarge(host, mostBytes / 1024, purpose)
    return new AuthError('provider-error', message, { cause })
  }
  const kind = toFailureKind(code)
  return describeKind(kind, code, request, wasSent(thrown, kind, code))
}

/** Does the same as axios' own check, but without loading axios. */
function isAxiosError(thrown: unknown): thrown is AxiosError {
  return thrown instanceof Error && 'isAxiosError' in thrown && thrown.isAxiosError === true
}

/** `answerLost`: whether the request may have reached the provider before it failed. */
function describeKind(
  kind: FailureKind,
  code: string,
  request: FailedRequest,
  answerLost: boolean,
): AuthError {
  const { host, purpose } = request
  const cause = new Error(code)
  const unreachable = (message: string): AuthError =>
    new AuthError('provider-unreachable', message, { cause })
  switch (kind) {
    case 'redirect':
      // On a redirect, Electron's net.fetch fails. Other fetches return the 3xx answer.
      return redirected(purpose, cause)
    case 'proxy':
      return unreachable(REQUEST_MESSAGES.systemProxy(code, purpose))
    case 'client-certificate':
      return unreachable(REQUEST_MESSAGES.clientCertificate(host, code, purpose))
    case 'untrusted':
    case 'unfit':
    case 'out-of-date':
    case 'wrong-name':
    case 'revoked':
      return unreachable(explainCertificate(`provider at ${host}`, kind, code, request))
    case 'broken-off': {
      const message = REQUEST_MESSAGES.brokenOff(host, purpose)
      return new AuthError('provider-error', message, { cause, answerLost: true })
    }
    case 'malformed': {
      const message = REQUEST_MESSAGES.malformed(host, code, purpose)
      return new AuthError('provider-error', message, { cause, answerLost: true })
    }
    default: {
      const message = REQUEST_MESSAGES.unreachable(kind, code, request)
      return new AuthError('provider-unreachable', message, { cause, answerLost })
    }
  }
}

/**
 * True if the connection failed after the whole request was sent. Fetch doesn't tell how much was
 * sent, so with fetch it is true for each established connection that failed.
 */
function wasSent(thrown: AxiosError, kind: FailureKind, code: string): boolean {
  const request: unknown = thrown.request
  if (typeof request === 'object' && request !== null && 'writableFinished' in request) {
    return ENDED.has(kind) && request.writableFinished === true
  }
  return ENDED.has(kind) && !NEVER_SENT.has(code)
}

/** The failures of a connection after which the request may have been sent. */
const ENDED: ReadonlySet<FailureKind> = new Set(['cut', 'network-changed', 'no-answer'])

/** Codes of these kinds that mean: there was no connection, or the server accepted no request. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ERR_CONNECTION_FAILED',
  'ERR_CONNECTION_TIMED_OUT',
  'ERR_SOCKET_NOT_CONNECTED',
  'ERR_HTTP2_SERVER_REFUSED_STREAM',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Explains why a proxy opened no tunnel, and what to do. */
function explainNoTunnel(
  failure: NoTunnel,
  { host, variable }: Proxy,
  request: FailedRequest,
): string {
  const { host: provider, purpose } = request
  switch (failure.kind) {
    case 'unreachable':
      return explainUnreachableProxy(host, variable, failure.code, request)
    case 'locked':
      if (!failure.basic) return PROXY_MESSAGES.otherSignIn(host, provider, purpose)
      return failure.given
        ? PROXY_MESSAGES.wrongPassword(host, variable, purpose)
        : PROXY_MESSAGES.needsPassword(host, variable, purpose)
    case 'rejected':
      return failure.status >= 500
        ? PROXY_MESSAGES.providerUnreachable(host, provider, failure.status, purpose)
        : PROXY_MESSAGES.notAllowed(host, provider, failure.status, purpose)
    case 'nonsense':
      return PROXY_MESSAGES.notProxy(host, variable, purpose)
  }
}

function explainUnreachableProxy(
  host: string,
  variable: string,
  code: string,
  request: FailedRequest,
): string {
  const kind = toFailureKind(code)
  if (isCertificateFault(kind)) return explainCertificate(`proxy at ${host}`, kind, code, request)
  const fault = kind in CONNECTION_REASONS ? (kind as ConnectionFault) : 'unknown'
  const reason = CONNECTION_REASONS[fault](code)
  return PROXY_MESSAGES.unreachable(host, reason, variable, request.purpose)
}

function isCertificateFault(kind: FailureKind): kind is CertificateFault {
  return ['untrusted', 'unfit', 'out-of-date', 'wrong-name', 'revoked'].includes(kind)
}

function explainCertificate(
  whose: string,
  fault: CertificateFault,
  code: string,
  { purpose, trust, clock }: FailedRequest,
): string {
  const advice: Readonly<Record<CertificateFault, string>> = {
    untrusted: CERTIFICATE_MESSAGES.ownAuthority(trust),
    unfit: CERTIFICATE_MESSAGES.unfit,
    'out-of-date': explainDate(code, clock),
    'wrong-name': CERTIFICATE_MESSAGES.wrongName,
    revoked: CERTIFICATE_MESSAGES.revoked,
  }
  return CERTIFICATE_MESSAGES.notTrusted(whose, code, purpose, advice[fault])
}

/** Certificates are valid for days, so a clock with a smaller error doesn't matter. */
const MATTERS_MS = 60 * 60_000

/** Says whether the clock or the certificate is wrong, as far as that is known. */
function explainDate(code: string, { nowMs, behindMs }: FailedRequest['clock']): string {
  const expired = code === 'CERT_HAS_EXPIRED'
  const date = expired ? 'expired' : code === 'CERT_NOT_YET_VALID' ? 'early' : 'either'
  return behindMs !== null && behindMs > MATTERS_MS && !expired
    ? CERTIFICATE_MESSAGES.clockBehind(date, behindMs)
    : CERTIFICATE_MESSAGES.outOfDate(date, nowMs)
}

/** Makes the error for a redirect that Latchkey does not follow: `provider-error`. */
export function redirected(purpose: string, cause?: Error): AuthError {
  return new AuthError('provider-error', REQUEST_MESSAGES.redirected(purpose), { cause })
}

/**
 * Finds the code of the failure. With fetch, axios only says ERR_NETWORK, and the code of the system
 * or Chromium is in one of the causes.
 */
function findCode(thrown: AxiosError): string {
  if (thrown.code !== undefined && thrown.code !== 'ERR_NETWORK') return thrown.code
  for (let cause: unknown = thrown.cause; cause instanceof Error; cause = cause.cause) {
    const chromium = /net::(ERR_\w+)/.exec(cause.message)?.[1]
    if (chromium !== undefined) return chromium
    const errno = readErrno(cause)
    if (errno !== '') return errno
    if (/redirect/i.test(cause.message)) return 'REDIRECT'
  }
  return thrown.code ?? ''
}
