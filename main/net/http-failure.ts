// Turns failed requests into messages for people, without the requests' secrets.

import type { AxiosError } from 'axios'
import { formatSpan } from '../base/clock.js'
import { readErrno } from '../base/errno.js'
import { asAuthError, AuthError } from '../base/errors.js'
import { toFailureKind, type FailureKind } from './failure-kind.js'
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
  const provider = `The provider at ${host}`
  if (timedOutMs !== null) {
    return new AuthError(
      'provider-timeout',
      `${provider}${describeProxy(proxy)} took more than ${timedOutMs / 1000} seconds while ${purpose}. ` +
        'Try again later.',
      { cause },
    )
  }
  if (proxy !== null && thrown.cause instanceof TunnelError) {
    return new AuthError(
      'provider-unreachable',
      explainNoTunnel(thrown.cause.failure, proxy, request),
      {
        cause,
      },
    )
  }
  if (thrown.message.startsWith('maxContentLength')) {
    return new AuthError(
      'provider-error',
      `${provider} sent more than ${mostBytes / 1024} KiB while ${purpose}; ` +
        'Latchkey stopped reading. Check the issuer setting.',
      { cause },
    )
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
  const provider = `The provider at ${host}`
  const cause = new Error(code)
  switch (kind) {
    case 'redirect':
      // On a redirect, Electron's net.fetch fails. Other fetches return the 3xx answer.
      return redirected(purpose, cause)
    case 'proxy':
      return new AuthError(
        'provider-unreachable',
        `The proxy that this computer is set to use did not let Latchkey through (${code}) while ` +
          `${purpose}. Check the system's proxy settings, then try again.`,
        { cause },
      )
    case 'client-certificate':
      return new AuthError(
        'provider-unreachable',
        `${provider} asks for a client certificate (${code}), and Latchkey has none, so it stopped ` +
          `while ${purpose}. Ask the provider’s administrator to accept Latchkey without one.`,
        { cause },
      )
    case 'untrusted':
    case 'unfit':
    case 'out-of-date':
    case 'wrong-name':
    case 'revoked':
      return new AuthError(
        'provider-unreachable',
        untrusted(`provider at ${host}`, kind, code, request),
        { cause },
      )
    case 'broken-off':
      return new AuthError(
        'provider-error',
        `The answer from the provider at ${host} broke off while ${purpose}. Try again.`,
        { cause, answerLost: true },
      )
    case 'malformed':
      return new AuthError(
        'provider-error',
        `${provider} sent an answer that is not valid HTTP (${code}) while ${purpose}. ` +
          'Check the issuer setting.',
        { cause, answerLost: true },
      )
    default:
      return new AuthError(
        'provider-unreachable',
        `${provider}${describeProxy(request.proxy)} could not be reached while ${purpose}: ` +
          `${REASONS[kind](code)}. ${ADVICE[kind] ?? 'Check your network and the issuer setting, then try again.'}`,
        { cause, answerLost },
      )
  }
}

function describeProxy(proxy: Proxy | null): string {
  return proxy === null ? '' : `, asked through the proxy at ${proxy.host},`
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
  const { purpose } = request
  const stopped = `so Latchkey stopped while ${purpose}`
  const around = 'name it in NO_PROXY if it can be reached without the proxy'
  switch (failure.kind) {
    case 'unreachable':
      return unreachableProxy(host, variable, failure.code, request)
    case 'locked':
      if (!failure.basic) {
        return (
          `The proxy at ${host} asks for a kind of sign-in that Latchkey does not support, ${stopped}. ` +
          'Latchkey supports a user name with a password (Basic): ask the proxy’s administrator for that. ' +
          `As for the provider at ${request.host}, ${around}.`
        )
      }
      return failure.given
        ? `The proxy at ${host} did not accept the user name and password in ${variable}, ` +
            `${stopped}. Correct them there; a special character is written in its percent form, @ as %40.`
        : `The proxy at ${host} asks for a user name and a password, ${stopped}. ` +
            `Add them to ${variable}: http://USER:PASSWORD@${host}.`
    case 'rejected':
      return failure.status >= 500
        ? `The proxy at ${host} could not reach the provider at ${request.host} (${failure.status}) ` +
            `while ${purpose}. Check the issuer setting, or try again later.`
        : `The proxy at ${host} does not allow connections to the provider at ${request.host} ` +
            `(${failure.status}) while ${purpose}. Ask the proxy’s administrator to allow it, or ${around}.`
    case 'nonsense':
      return (
        `The server at ${host} is not an http proxy, ${stopped}. ` +
        `Check the address in ${variable}.`
      )
  }
}

function unreachableProxy(
  host: string,
  variable: string,
  code: string,
  request: FailedRequest,
): string {
  const kind = toFailureKind(code)
  if (isOfCertificate(kind)) return untrusted(`proxy at ${host}`, kind, code, request)
  const reason = kind in REASONS ? REASONS[kind as Unreachable](code) : REASONS.unknown(code)
  return (
    `The proxy at ${host} could not be reached while ${request.purpose}: ${reason}. ` +
    `Check ${variable} and your network, then try again.`
  )
}

type OfCertificate = 'untrusted' | 'unfit' | 'out-of-date' | 'wrong-name' | 'revoked'

function isOfCertificate(kind: FailureKind): kind is OfCertificate {
  return ['untrusted', 'unfit', 'out-of-date', 'wrong-name', 'revoked'].includes(kind)
}

function untrusted(
  peer: string,
  kind: OfCertificate,
  code: string,
  { purpose, trust, clock }: FailedRequest,
): string {
  const advice: Readonly<Record<OfCertificate, string>> = {
    untrusted: `If your network uses its own certificate authority, ${trust}.`,
    unfit: 'It does not meet the rules for certificates: ask its administrator to replace it.',
    'out-of-date': outOfDate(code, clock),
    'wrong-name':
      'It is for another name: check the setting that names it, and whether this network wants you ' +
      'to sign in to it first, in your browser.',
    revoked: 'Its issuer has revoked it: tell its administrator.',
  }
  return (
    `The certificate of the ${peer} is not trusted (${code}), so Latchkey stopped ` +
    `while ${purpose}. ${advice[kind]}`
  )
}

/** Certificates are valid for days, so a clock with a smaller error doesn't matter. */
const MATTERS_MS = 60 * 60_000

/** Says whether the clock or the certificate is wrong, as far as that is known. */
function outOfDate(code: string, { nowMs, behindMs }: FailedRequest['clock']): string {
  const expired = code === 'CERT_HAS_EXPIRED'
  const early = code === 'CERT_NOT_YET_VALID'
  const what = expired
    ? 'has expired'
    : early
      ? 'is not valid yet'
      : 'has expired or is not valid yet'
  if (behindMs !== null && behindMs > MATTERS_MS && !expired) {
    return `It ${what}: this computer's clock is at least ${formatSpan(behindMs)} behind. Correct the clock.`
  }
  const says = new Date(nowMs).toISOString().slice(0, 16).replace('T', ' ')
  return (
    `It ${what} by this computer's clock, which says ${says} UTC: correct the clock if that is wrong; ` +
    'otherwise ask its administrator to renew the certificate.'
  )
}

export function redirected(purpose: string, cause?: Error): AuthError {
  return new AuthError(
    'provider-error',
    `The provider answered with a redirect while ${purpose}. ` +
      'Latchkey does not follow it: check the issuer setting.',
    { cause },
  )
}

/** The kinds whose message begins with "could not be reached: …". */
type Unreachable = Exclude<
  FailureKind,
  OfCertificate | 'client-certificate' | 'proxy' | 'redirect' | 'broken-off' | 'malformed'
>

const REASONS: Readonly<Record<Unreachable, (code: string) => string>> = {
  refused: () => 'the connection was refused',
  cut: () => 'the connection was cut',
  'unknown-name': () => 'its name is not known to the network',
  'no-lookup': () => 'its name could not be looked up',
  'name-collision': (code) => `your network uses its name for something else (${code})`,
  offline: () => 'there is no network',
  'network-changed': () => 'the network changed in the meantime',
  'no-route': () => 'there is no route to it on this network',
  'no-answer': () => 'it did not answer',
  blocked: (code) => `a firewall or a policy of this computer blocked the connection (${code})`,
  exhausted: (code) => `this computer has no resources left for a connection (${code})`,
  'unusable-port': (code) => `its port is reserved for another service (${code})`,
  'unusable-address': (code) => `its address cannot be used (${code})`,
  'no-tls': (code) => `no secure connection could be made (${code})`,
  unknown: (code) => `the connection failed (${code || 'no reason given'})`,
}

/** Advice for the kinds where checking the network and the issuer doesn't help. */
const ADVICE: Readonly<Partial<Record<Unreachable, string>>> = {
  'name-collision': 'Check the issuer setting, or ask your network’s administrator.',
  'network-changed': 'Try again.',
  blocked: 'Allow Latchkey there, then try again.',
  exhausted: 'Close other programs, then try again.',
  'unusable-port': 'Ask the provider’s administrator for another port.',
  'unusable-address': 'Check the issuer setting.',
  'no-tls':
    'Check the issuer setting, and any software that inspects connections on this computer or network.',
}

/**
 * Finds the code of the failure. With fetch, axios only says ERR_NETWORK, and the code of the system
 * or Chromium is in one of the causes.
 */
function findCode(thrown: AxiosError): string {
  if (thrown.code !== undefined && thrown.code !== 'ERR_NETWORK') return thrown.code
  for (let cause: unknown = thrown.cause; cause instanceof Error; cause = cause.cause) {
    const chromium = findChromiumCode(cause)
    if (chromium !== null) return chromium
    const errno = readErrno(cause)
    if (errno !== '') return errno
    if (/redirect/i.test(cause.message)) return 'REDIRECT'
  }
  return thrown.code ?? ''
}

function findChromiumCode(cause: unknown): string | null {
  return cause instanceof Error ? (/net::(ERR_\w+)/.exec(cause.message)?.[1] ?? null) : null
}
