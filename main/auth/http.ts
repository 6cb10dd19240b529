// Requests to the provider, over axios, with every bound in one place.

import axios, { type AxiosError, type AxiosResponse } from 'axios'
import { LOOPBACK_HOSTS } from '../bind.js'
import { systemClock, type Clock } from '../clock.js'
import { errnoOf } from '../errno.js'
import { asAuthError, AuthError } from './errors.js'

export type HttpRequest = {
  method: 'GET' | 'POST'
  url: string
  /** What is being done, for the error's words: "reading the provider's settings". */
  purpose: string
  form?: Readonly<Record<string, string>>
  bearer?: string
  signal?: AbortSignal
}

export type HttpResponse = {
  status: number
  body: string
  /** What the provider's clock showed (RFC 9110 section 6.6.1); null where it did not say. */
  dateMs: number | null
  /** How long it asks to be left alone, a day at most; null where it did not ask, or not clearly. */
  retryAfterMs: number | null
}

/**
 * Sends one request and gives the whole answer, whatever its status; redirects are errors.
 * Fails with `provider-unreachable`, `provider-timeout` or `provider-error`. When the request's own
 * signal aborts, its reason is thrown.
 */
export type Http = (request: HttpRequest) => Promise<HttpResponse>

/** The longest a provider may take for one answer, first byte to last. */
export const REQUEST_TIMEOUT_MS = 10_000
const MOST_BYTES = 1024 * 1024

/**
 * Makes the client. Electron hands in its `net.fetch`, which follows the system's proxy and
 * certificates; plain Node uses axios' own requests, which follow HTTPS_PROXY and NO_PROXY.
 */
export function createHttp(
  options: { fetch?: typeof fetch; timeoutMs?: number; clock?: Pick<Clock, 'nowMs'> } = {},
): Http {
  const clock = options.clock ?? systemClock
  const timeoutMs = options.timeoutMs ?? REQUEST_TIMEOUT_MS
  const trust = options.fetch
    ? 'add it to those that this computer trusts'
    : 'name its file in NODE_EXTRA_CA_CERTS'
  const client = axios.create({
    ...(options.fetch && { adapter: 'fetch', env: { fetch: options.fetch } }),
    maxRedirects: 0,
    maxContentLength: MOST_BYTES,
    responseType: 'text',
    transformResponse: (data: unknown) => data,
    validateStatus: () => true,
    headers: { Accept: 'application/json' },
  })

  return async (request) => {
    // axios' own timeout counts silence, so a provider that drips bytes would never meet it.
    const deadline = AbortSignal.timeout(timeoutMs)
    // Over fetch axios leaves the rest of an answer that is too long on its way.
    const done = new AbortController()
    const signal = AbortSignal.any([
      deadline,
      done.signal,
      ...(request.signal ? [request.signal] : []),
    ])
    let response: AxiosResponse<unknown>
    try {
      response = await client.request({
        method: request.method,
        url: request.url,
        signal,
        ...(request.form && { data: new URLSearchParams(request.form) }),
        ...(request.bearer !== undefined && {
          headers: { Authorization: `Bearer ${request.bearer}` },
        }),
        // A proxy on another machine cannot reach this machine's loopback.
        ...(isLoopback(new URL(request.url)) && { proxy: false as const }),
      })
    } catch (thrown) {
      request.signal?.throwIfAborted()
      throw describe(thrown, deadline.aborted, request, { timeoutMs, trust })
    } finally {
      done.abort()
    }
    if (response.status >= 300 && response.status < 400) throw redirected(request)
    const dateMs = parseDate(response.headers['date'])
    return {
      status: response.status,
      body: typeof response.data === 'string' ? response.data : '',
      dateMs,
      retryAfterMs: parseRetryAfter(response.headers['retry-after'], dateMs ?? clock.nowMs()),
    }
  }
}

/** Parses a JSON answer; undefined where it is none. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/**
 * True for an http or https URL whose host is this machine's loopback.
 *
 * @see RFC 8252 section 7.3
 */
export function isLoopback(url: URL): boolean {
  return LOOPBACK_HOSTS.includes(url.hostname)
}

/**
 * Parses a date in each of the three forms that a recipient must accept; null for anything else.
 * `Date.parse` alone would take nearly any text, and the third form as local time.
 *
 * @see RFC 9110 section 5.6.7
 */
function parseDate(value: unknown): number | null {
  if (typeof value !== 'string') return null
  const isGmt = IMF_FIXDATE.test(value) || RFC850_DATE.test(value)
  if (!isGmt && !ASCTIME_DATE.test(value)) return null
  const ms = Date.parse(isGmt ? value : `${value} GMT`)
  return Number.isNaN(ms) ? null : ms
}

const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/
const RFC850_DATE = /^[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [\d ]\d \d{2}:\d{2}:\d{2} \d{4}$/

const LONGEST_RETRY_AFTER_MS = 24 * 60 * 60 * 1000

/** @see RFC 9110 section 10.2.3 */
function parseRetryAfter(value: unknown, nowMs: number): number | null {
  if (typeof value !== 'string') return null
  const untilMs = parseDate(value)
  if (untilMs === null && !/^\d+$/.test(value)) return null
  const ms = untilMs === null ? Number(value) * 1000 : untilMs - nowMs
  return Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS)
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

const BROKEN_OFF = new Set([
  'ERR_BAD_RESPONSE',
  'ERR_CONTENT_LENGTH_MISMATCH',
  'ERR_INCOMPLETE_CHUNKED_ENCODING',
])

function redirected({ purpose }: HttpRequest): AuthError {
  return new AuthError(
    'provider-error',
    `The provider answered with a redirect while ${purpose}. ` +
      'Latchkey follows none there: check the issuer setting.',
  )
}

/**
 * What went wrong, as a code. Over fetch axios says ERR_NETWORK and no more; the system's or
 * Chromium's own word is among the causes.
 */
function codeOf(thrown: AxiosError): string {
  if (thrown.code !== undefined && thrown.code !== 'ERR_NETWORK') return thrown.code
  for (let cause: unknown = thrown.cause; cause instanceof Error; cause = cause.cause) {
    const chromium = /net::(ERR_\w+)/.exec(cause.message)?.[1]
    if (chromium !== undefined) return UNREACHABLE_BY_CHROMIUM[chromium] ?? chromium
    const errno = errnoOf(cause)
    if (errno !== '') return errno
    if (/redirect/i.test(cause.message)) return 'REDIRECT'
  }
  return thrown.code ?? ''
}

// The error that axios throws holds the whole request, form and all: only its code goes on.
function describe(
  thrown: unknown,
  timedOut: boolean,
  request: HttpRequest,
  { timeoutMs, trust }: { timeoutMs: number; trust: string },
): AuthError {
  const { host } = new URL(request.url)
  if (!axios.isAxiosError(thrown)) return asAuthError(thrown)
  const code = codeOf(thrown)
  const cause = new Error(code)
  if (timedOut) {
    return new AuthError(
      'provider-timeout',
      `The provider at ${host} took more than ${timeoutMs / 1000} seconds while ` +
        `${request.purpose}. Try again later.`,
      { cause },
    )
  }
  // Electron's net.fetch fails where others hand over the 3xx.
  if (/redirect/i.test(code)) return redirected(request)
  if (UNTRUSTED_CERTIFICATE.test(code)) {
    return new AuthError(
      'provider-unreachable',
      `The certificate of the provider at ${host} is not trusted (${code}), so Latchkey stopped ` +
        `while ${request.purpose}. If your network uses its own certificate authority, ${trust}.`,
      { cause },
    )
  }
  if (thrown.message.startsWith('maxContentLength')) {
    return new AuthError(
      'provider-error',
      `The provider at ${host} sent more than ${MOST_BYTES / 1024} KiB while ${request.purpose}; ` +
        'Latchkey stopped reading. Check the issuer setting.',
      { cause },
    )
  }
  if (BROKEN_OFF.has(code)) {
    return new AuthError(
      'provider-error',
      `The answer of the provider at ${host} broke off while ${request.purpose}. Try again.`,
      { cause },
    )
  }
  return new AuthError(
    'provider-unreachable',
    `The provider at ${host} could not be reached while ${request.purpose}: ` +
      `${UNREACHABLE[code] ?? `the connection failed (${code || 'no reason given'})`}. ` +
      'Check your network and the issuer setting, then try again.',
    { cause },
  )
}
