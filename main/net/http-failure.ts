// What is said of a request that failed: words for a person, and none of its secrets.

import type { AxiosError } from 'axios'
import { spanOf } from '../base/clock.js'
import { errnoOf } from '../base/errno.js'
import { asAuthError, AuthError } from '../base/errors.js'
import { kindOf, type FailureKind } from './failure-kind.js'
import { TunnelError, type NoTunnel, type Proxy } from './proxy.js'

export type FailedRequest = {
  /** Whom it was for. */
  host: string
  proxy: Proxy | null
  /** What was being done. */
  purpose: string
  /** How to have a certificate trusted. */
  trust: string
  /** How long it was waited for where that was too long. */
  timedOutMs: number | null
  mostBytes: number
  /** What this computer's clock says, and how far it is behind at the least; null: not known. */
  clock: { nowMs: number; behindMs: number | null }
}

/**
 * Turns what axios threw into an AuthError. The error that axios throws holds the whole request,
 * form and all: only its code goes on.
 */
export function describeFailure(thrown: unknown, request: FailedRequest): AuthError {
  if (!isAxiosError(thrown)) return asAuthError(thrown)
  const { host, proxy, purpose, timedOutMs, mostBytes } = request
  const code = codeOf(thrown)
  const cause = new Error(code)
  const provider = `The provider at ${host}`
  if (timedOutMs !== null) {
    return new AuthError(
      'provider-timeout',
      `${provider}${wayOf(proxy)} took more than ${timedOutMs / 1000} seconds while ${purpose}. ` +
        'Try again later.',
      { cause },
    )
  }
  if (proxy !== null && thrown.cause instanceof TunnelError) {
    return new AuthError('provider-unreachable', wordsOf(thrown.cause.why, proxy, request), {
      cause,
    })
  }
  if (thrown.message.startsWith('maxContentLength')) {
    return new AuthError(
      'provider-error',
      `${provider} sent more than ${mostBytes / 1024} KiB while ${purpose}; ` +
        'Latchkey stopped reading. Check the issuer setting.',
      { cause },
    )
  }
  const kind = kindOf(code)
  return describeKind(kind, code, request, wasSent(thrown, kind, code))
}

/** As axios' own check, which would load axios. */
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
      // Electron's net.fetch fails where others hand over the 3xx.
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
          `while ${purpose}. Ask whoever runs the provider to accept Latchkey without one.`,
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
        `The answer of the provider at ${host} broke off while ${purpose}. Try again.`,
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
        `${provider}${wayOf(request.proxy)} could not be reached while ${purpose}: ` +
          `${REASONS[kind](code)}. ${ADVICE[kind] ?? 'Check your network and the issuer setting, then try again.'}`,
        { cause, answerLost },
      )
  }
}

function wayOf(proxy: Proxy | null): string {
  return proxy === null ? '' : `, asked through the proxy at ${proxy.host},`
}

/**
 * True if the connection failed after the whole request had gone out. Over fetch nobody can tell how
 * much of it went out: there every end of a connection that was there counts.
 */
function wasSent(thrown: AxiosError, kind: FailureKind, code: string): boolean {
  const request: unknown = thrown.request
  if (typeof request === 'object' && request !== null && 'writableFinished' in request) {
    return ENDED.has(kind) && request.writableFinished === true
  }
  return ENDED.has(kind) && !NEVER_SENT.has(code)
}

/** How a connection ends on which a request may have gone out. */
const ENDED: ReadonlySet<FailureKind> = new Set(['cut', 'network-changed', 'no-answer'])

/** Of these kinds, what Chromium says where no connection came about or the server took no request. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ERR_CONNECTION_FAILED',
  'ERR_CONNECTION_TIMED_OUT',
  'ERR_SOCKET_NOT_CONNECTED',
  'ERR_HTTP2_SERVER_REFUSED_STREAM',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** What is said where a proxy gave no tunnel, and what to do. */
function wordsOf(why: NoTunnel, { host, variable }: Proxy, request: FailedRequest): string {
  const { purpose } = request
  const stopped = `so Latchkey stopped while ${purpose}`
  const around = 'name it in NO_PROXY if it can be reached without the proxy'
  switch (why.kind) {
    case 'unreachable':
      return unreachableProxy(host, variable, why.code, request)
    case 'locked':
      if (!why.basic) {
        return (
          `The proxy at ${host} asks for a kind of sign-in that Latchkey does not know, ${stopped}. ` +
          'It knows a user name with a password (Basic): ask the proxy’s administrator for that. ' +
          `As for the provider at ${request.host}, ${around}.`
        )
      }
      return why.given
        ? `The proxy at ${host} did not accept the user name and password in ${variable}, ` +
            `${stopped}. Correct them there; a special character is written in its percent form, @ as %40.`
        : `The proxy at ${host} asks for a user name and a password, ${stopped}. ` +
            `Add them to ${variable}: http://USER:PASSWORD@${host}.`
    case 'refused':
      return why.status >= 500
        ? `The proxy at ${host} could not reach the provider at ${request.host} (${why.status}) ` +
            `while ${purpose}. Check the issuer setting, or try again later.`
        : `The proxy at ${host} refused the way to the provider at ${request.host} ` +
            `(${why.status}) while ${purpose}. Ask the proxy’s administrator to allow it, or ${around}.`
    case 'nonsense':
      return (
        `What answered at ${host} is not an http proxy, ${stopped}. ` +
        `Check what ${variable} names.`
      )
  }
}

function unreachableProxy(
  host: string,
  variable: string,
  code: string,
  request: FailedRequest,
): string {
  const kind = kindOf(code)
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
  whose: string,
  kind: OfCertificate,
  code: string,
  { purpose, trust, clock }: FailedRequest,
): string {
  const advice: Readonly<Record<OfCertificate, string>> = {
    untrusted: `If your network uses its own certificate authority, ${trust}.`,
    unfit: 'It does not meet the rules for certificates: ask whoever runs it to replace it.',
    'out-of-date': outOfDate(code, clock),
    'wrong-name':
      'It is for another name: check the setting that names it, and whether this network wants you ' +
      'to sign in to it first, in your browser.',
    revoked: 'Its issuer has revoked it: tell whoever runs it.',
  }
  return (
    `The certificate of the ${whose} is not trusted (${code}), so Latchkey stopped ` +
    `while ${purpose}. ${advice[kind]}`
  )
}

/** Certificates count days: a clock that is wrong by less is not what makes one out of date. */
const MATTERS_MS = 60 * 60_000

/** Whether the clock or the certificate is to blame, as far as that is known. */
function outOfDate(code: string, { nowMs, behindMs }: FailedRequest['clock']): string {
  const expired = code === 'CERT_HAS_EXPIRED'
  const early = code === 'CERT_NOT_YET_VALID'
  const what = expired
    ? 'has expired'
    : early
      ? 'is not valid yet'
      : 'has expired or is not valid yet'
  if (behindMs !== null && behindMs > MATTERS_MS && !expired) {
    return `It ${what}: this computer's clock is at least ${spanOf(behindMs)} behind. Correct the clock.`
  }
  const says = new Date(nowMs).toISOString().slice(0, 16).replace('T', ' ')
  return (
    `It ${what} by this computer's clock, which says ${says} UTC: correct the clock if that is wrong; ` +
    'otherwise ask whoever runs it to renew the certificate.'
  )
}

export function redirected(purpose: string, cause?: Error): AuthError {
  return new AuthError(
    'provider-error',
    `The provider answered with a redirect while ${purpose}. ` +
      'Latchkey follows none there: check the issuer setting.',
    { cause },
  )
}

/** The kinds that are told as the end of "could not be reached: …". */
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
  'network-changed': () => 'the network changed meanwhile',
  'no-route': () => 'there is no way to it on this network',
  'no-answer': () => 'it did not answer',
  blocked: (code) => `a firewall or a policy of this computer blocked the connection (${code})`,
  exhausted: (code) => `this computer has no resources left for a connection (${code})`,
  'unusable-port': (code) => `its port is one that is kept for another service (${code})`,
  'unusable-address': (code) => `its address cannot be used (${code})`,
  'no-tls': (code) => `no secure connection could be made (${code})`,
  unknown: (code) => `the connection failed (${code || 'no reason given'})`,
}

/** Where checking the network and the issuer is not what helps. */
const ADVICE: Readonly<Partial<Record<Unreachable, string>>> = {
  'name-collision': 'Check the issuer setting, or ask whoever runs your network.',
  'network-changed': 'Try again.',
  blocked: 'Allow Latchkey there, then try again.',
  exhausted: 'Close other programs, then try again.',
  'unusable-port': 'Ask whoever runs the provider for another port.',
  'unusable-address': 'Check the issuer setting.',
  'no-tls':
    'Check the issuer setting, and whatever inspects connections on this computer or network.',
}

/**
 * What went wrong, as a code. Over fetch axios says ERR_NETWORK and no more; the system's or
 * Chromium's own word is among the causes.
 */
function codeOf(thrown: AxiosError): string {
  if (thrown.code !== undefined && thrown.code !== 'ERR_NETWORK') return thrown.code
  for (let cause: unknown = thrown.cause; cause instanceof Error; cause = cause.cause) {
    const chromium = chromiumCodeOf(cause)
    if (chromium !== null) return chromium
    const errno = errnoOf(cause)
    if (errno !== '') return errno
    if (/redirect/i.test(cause.message)) return 'REDIRECT'
  }
  return thrown.code ?? ''
}

function chromiumCodeOf(cause: unknown): string | null {
  return cause instanceof Error ? (/net::(ERR_\w+)/.exec(cause.message)?.[1] ?? null) : null
}
