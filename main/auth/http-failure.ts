// What is said of a request that failed: words for a person, and none of its secrets.

import axios, { type AxiosError } from 'axios'
import { errnoOf } from '../errno.js'
import { asAuthError, AuthError } from './errors.js'
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
}

/**
 * Turns what axios threw into an AuthError. The error that axios throws holds the whole request,
 * form and all: only its code goes on.
 */
export function describeFailure(thrown: unknown, request: FailedRequest): AuthError {
  if (!axios.isAxiosError(thrown)) return asAuthError(thrown)
  const { host, proxy, purpose, timedOutMs, mostBytes } = request
  const code = codeOf(thrown)
  const cause = new Error(code)
  const provider = `The provider at ${host}`
  const way = proxy === null ? '' : `, asked through the proxy at ${proxy.host},`
  if (timedOutMs !== null) {
    return new AuthError(
      'provider-timeout',
      `${provider}${way} took more than ${timedOutMs / 1000} seconds while ${purpose}. ` +
        'Try again later.',
      { cause },
    )
  }
  if (proxy !== null && thrown.cause instanceof TunnelError) {
    return new AuthError('provider-unreachable', wordsOf(thrown.cause.why, proxy, request), {
      cause,
    })
  }
  // Electron's net.fetch fails where others hand over the 3xx.
  if (/redirect/i.test(code)) return redirected(purpose)
  if (NO_PROXY_IN_CHROMIUM.test(code)) {
    return new AuthError(
      'provider-unreachable',
      `The proxy that this computer is set to use did not let Latchkey through (${code}) while ` +
        `${purpose}. Check the system's proxy settings, then try again.`,
      { cause },
    )
  }
  if (UNTRUSTED_CERTIFICATE.test(code)) {
    return new AuthError('provider-unreachable', untrusted(`provider at ${host}`, code, request), {
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
  if (BROKEN_OFF.has(code)) {
    return new AuthError(
      'provider-error',
      `The answer of the provider at ${host} broke off while ${purpose}. Try again.`,
      { cause, answerLost: true },
    )
  }
  return new AuthError(
    'provider-unreachable',
    `${provider}${way} could not be reached while ${purpose}: ${unreachable(code)}. ` +
      'Check your network and the issuer setting, then try again.',
    { cause, answerLost: wasCut(thrown, code) },
  )
}

/**
 * True if the connection was cut after the whole request had gone out. Over fetch nobody can tell how
 * much of it went out: there every cut counts.
 */
function wasCut(thrown: AxiosError, code: string): boolean {
  if (code !== 'ECONNRESET') return chromiumCodeOf(thrown.cause) === 'ERR_NETWORK_CHANGED'
  const request: unknown = thrown.request
  const isNodes = typeof request === 'object' && request !== null && 'writableFinished' in request
  return !isNodes || request.writableFinished === true
}

/** What is said where a proxy gave no tunnel, and what to do. */
function wordsOf(why: NoTunnel, { host, variable }: Proxy, request: FailedRequest): string {
  const { purpose } = request
  const stopped = `so Latchkey stopped while ${purpose}`
  const around = 'name it in NO_PROXY if it can be reached without the proxy'
  switch (why.kind) {
    case 'unreachable':
      if (UNTRUSTED_CERTIFICATE.test(why.code)) {
        return untrusted(`proxy at ${host}`, why.code, request)
      }
      return (
        `The proxy at ${host} could not be reached while ${purpose}: ${unreachable(why.code)}. ` +
        `Check ${variable} and your network, then try again.`
      )
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

function untrusted(whose: string, code: string, { purpose, trust }: FailedRequest): string {
  return (
    `The certificate of the ${whose} is not trusted (${code}), so Latchkey stopped ` +
    `while ${purpose}. If your network uses its own certificate authority, ${trust}.`
  )
}

function unreachable(code: string): string {
  return UNREACHABLE[code] ?? `the connection failed (${code || 'no reason given'})`
}

export function redirected(purpose: string): AuthError {
  return new AuthError(
    'provider-error',
    `The provider answered with a redirect while ${purpose}. ` +
      'Latchkey follows none there: check the issuer setting.',
  )
}

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  ENOTFOUND: 'its name is not known to the network',
  EAI_AGAIN: 'its name could not be looked up',
  ENETUNREACH: 'there is no network',
  EHOSTUNREACH: 'there is no way to it on this network',
  ETIMEDOUT: 'it did not answer',
}

const UNREACHABLE_BY_CHROMIUM: Readonly<Record<string, string>> = {
  ERR_CONNECTION_REFUSED: 'ECONNREFUSED',
  ERR_CONNECTION_RESET: 'ECONNRESET',
  ERR_CONNECTION_CLOSED: 'ECONNRESET',
  ERR_EMPTY_RESPONSE: 'ECONNRESET',
  ERR_NAME_NOT_RESOLVED: 'ENOTFOUND',
  ERR_INTERNET_DISCONNECTED: 'ENETUNREACH',
  ERR_NETWORK_CHANGED: 'ENETUNREACH',
  ERR_ADDRESS_UNREACHABLE: 'EHOSTUNREACH',
  ERR_CONNECTION_TIMED_OUT: 'ETIMEDOUT',
}

const UNTRUSTED_CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ERR_TLS/

/** What Chromium says of the proxy that the system's settings name. */
const NO_PROXY_IN_CHROMIUM = /^ERR_.*(PROXY|TUNNEL|PAC_)/

const BROKEN_OFF = new Set([
  'ERR_BAD_RESPONSE',
  'ERR_CONTENT_LENGTH_MISMATCH',
  'ERR_INCOMPLETE_CHUNKED_ENCODING',
])

/**
 * What went wrong, as a code. Over fetch axios says ERR_NETWORK and no more; the system's or
 * Chromium's own word is among the causes.
 */
function codeOf(thrown: AxiosError): string {
  if (thrown.code !== undefined && thrown.code !== 'ERR_NETWORK') return thrown.code
  for (let cause: unknown = thrown.cause; cause instanceof Error; cause = cause.cause) {
    const chromium = chromiumCodeOf(cause)
    if (chromium !== null) return UNREACHABLE_BY_CHROMIUM[chromium] ?? chromium
    const errno = errnoOf(cause)
    if (errno !== '') return errno
    if (/redirect/i.test(cause.message)) return 'REDIRECT'
  }
  return thrown.code ?? ''
}

function chromiumCodeOf(cause: unknown): string | null {
  return cause instanceof Error ? (/net::(ERR_\w+)/.exec(cause.message)?.[1] ?? null) : null
}
