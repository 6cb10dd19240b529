// Requests to the provider, over axios, with every bound in one place.

import { Agent } from 'node:https'
import axios, { type AxiosRequestConfig, type AxiosResponse } from 'axios'
import { LOOPBACK_HOSTS } from './loopback.js'
import { systemClock, type Clock } from '../base/clock.js'
import { describeFailure, redirected } from './http-failure.js'
import { CONNECTING, createTunnelAgent, proxyFor, type Proxy } from './proxy.js'
import type { Environment } from '../base/environment.js'

export type HttpRequest = {
  method: 'GET' | 'POST'
  url: string
  /** What is being done, for the error's words: "reading the provider's settings". */
  purpose: string
  form?: Readonly<Record<string, string>>
  bearer?: string
  /** Credentials of the Basic scheme, already encoded. */
  basic?: string
  /**
   * True for what uses something up (a code, a refresh token) as soon as it arrives: it is waited for
   * as long as the provider works on it, for an answer that nobody reads is lost.
   */
  spends?: boolean
  signal?: AbortSignal
  /** True: one redirect within the origin is followed. Only for what carries no secret. */
  followsOneRedirect?: boolean
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
 * Sends one request and gives the whole answer, whatever its status. Redirects are errors, except the
 * one that a request may follow.
 * Fails with `provider-unreachable`, `provider-timeout` or `provider-error`. When the request's own
 * signal aborts, its reason is thrown.
 */
export type Http = (request: HttpRequest) => Promise<HttpResponse>

/** The longest a provider may take for one answer, first byte to last. */
export const REQUEST_TIMEOUT_MS = 10_000
/** The same for what spends something: gateways before a provider give up after 60 s, or sooner. */
export const SPENDING_TIMEOUT_MS = 120_000
const MOST_BYTES = 1024 * 1024

export type HttpOptions = {
  fetch?: typeof fetch
  timeoutMs?: number
  spendingTimeoutMs?: number
  clock?: Pick<Clock, 'nowMs'>
  /** Where plain Node finds its proxy. */
  env?: Environment
}

/**
 * Makes the client. Electron hands in its `net.fetch`, which follows the system's proxy and
 * certificates; plain Node follows HTTPS_PROXY and NO_PROXY, and NODE_EXTRA_CA_CERTS by itself.
 */
export function createHttp(options: HttpOptions = {}): Http {
  const clock = options.clock ?? systemClock
  const { spendingTimeoutMs = SPENDING_TIMEOUT_MS } = options
  const shortMs = options.timeoutMs ?? REQUEST_TIMEOUT_MS
  const trust = options.fetch
    ? 'add it to those that this computer trusts'
    : 'name its file in NODE_EXTRA_CA_CERTS'
  const routeTo = createRoutes(shortMs)
  const clockSkew = createClockSkew(clock)
  const client = axios.create({
    ...(options.fetch && { adapter: 'fetch' }),
    maxRedirects: 0,
    maxContentLength: MOST_BYTES,
    responseType: 'text',
    transformResponse: (data: unknown) => data,
    validateStatus: () => true,
    headers: { Accept: 'application/json' },
  })

  const send = async (request: HttpRequest): Promise<HttpResponse & { redirect: URL | null }> => {
    const url = new URL(request.url)
    const isTunnelled = !options.fetch && url.protocol === 'https:'
    const proxy = isTunnelled ? proxyFor(url, options.env ?? process.env) : null
    const timeoutMs = request.spends ? spendingTimeoutMs : shortMs
    // axios' own timeout counts silence, so a provider that drips bytes would never meet it.
    const deadline = AbortSignal.timeout(timeoutMs)
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
        ...(options.fetch && { env: { fetch: withSignal(options.fetch, signal) } }),
        ...(request.form && { data: new URLSearchParams(request.form) }),
        ...(request.bearer !== undefined && {
          headers: { Authorization: `Bearer ${request.bearer}` },
        }),
        ...(request.basic !== undefined && {
          headers: { Authorization: `Basic ${request.basic}` },
        }),
        ...routeTo(url, proxy),
      })
    } catch (thrown) {
      request.signal?.throwIfAborted()
      const { purpose } = request
      const timedOutMs = deadline.aborted ? timeoutMs : null
      const { host } = url
      throw describeFailure(thrown, {
        host,
        proxy,
        purpose,
        trust,
        timedOutMs,
        mostBytes: MOST_BYTES,
        clock: { nowMs: clock.nowMs(), behindMs: clockSkew.behindMs() },
      })
    } finally {
      done.abort()
    }
    const redirect = request.followsOneRedirect
      ? sameOriginTarget(url, response.status, response.headers['location'])
      : null
    const isRedirect = response.status >= 300 && response.status < 400
    if (isRedirect && redirect === null) throw redirected(request.purpose)
    const dateMs = parseDate(response.headers['date'])
    if (url.protocol === 'https:' && dateMs !== null) clockSkew.note(dateMs)
    return {
      redirect,
      status: response.status,
      body: typeof response.data === 'string' ? response.data : '',
      dateMs,
      retryAfterMs: parseRetryAfter(response.headers['retry-after'], dateMs ?? clock.nowMs()),
    }
  }

  return async (request) => {
    const { redirect, ...response } = await send(request)
    if (redirect === null) return response
    const { redirect: _none, ...followed } = await send({
      ...request,
      url: redirect.href,
      followsOneRedirect: false,
    })
    return followed
  }
}

/** Where an answer sends its reader, if that is in the same origin; null otherwise. */
function sameOriginTarget(from: URL, status: number, location: unknown): URL | null {
  if (!REDIRECTS.has(status) || typeof location !== 'string') return null
  if (!URL.canParse(location, from.href)) return null
  const target = new URL(location, from.href)
  // A name and password in the address would be sent along.
  const isPlain = target.username === '' && target.password === ''
  return target.origin === from.origin && isPlain ? target : null
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-15.4} */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * A fetch that our own signal ends. axios unsubscribes from the signal that it was given once it
 * gives up an answer, such as one that is too long, and the rest would stay on its way: with six
 * such connections Chromium asks a host for nothing any more.
 */
function withSignal(send: typeof fetch, signal: AbortSignal): typeof fetch {
  return (input, init) => send(input, { ...init, signal })
}

/**
 * Makes what sends a request on its way, by a proxy where there is one. axios' own tunnel is not
 * used: it is https-proxy-agent's, which (5.0.1 to 9.1.0) hands on what a proxy answers in place of
 * 200 as if the provider had said it, so that whoever sits between this computer and the proxy could
 * speak for the provider without its certificate.
 */
function createRoutes(
  timeoutMs: number,
): (url: URL, proxy: Proxy | null) => Pick<AxiosRequestConfig, 'proxy' | 'httpsAgent'> {
  const tunnels = new Map<string, Agent>()
  // Node's own agents are like this, but for what is said of certificates and of attempts.
  const direct = new Agent({ keepAlive: true, scheduling: 'lifo', timeout: 5_000, ...CONNECTING })
  return (url, proxy) => {
    // Only tests ask for plain http beyond the loopback: there axios goes by HTTP_PROXY.
    if (proxy === null) {
      if (url.protocol === 'https:') return { proxy: false, httpsAgent: direct }
      return isLoopback(url) ? { proxy: false } : {}
    }
    const { href } = proxy.url
    const httpsAgent = tunnels.get(href) ?? createTunnelAgent(proxy, timeoutMs)
    tunnels.set(href, httpsAgent)
    return { proxy: false, httpsAgent }
  }
}

/**
 * What earlier answers tell of the wrong that this computer's clock may be in. Time is counted from the
 * last of them by a clock that nobody sets; that one may stand still while the computer sleeps, so the
 * true time is never earlier than it says.
 */
function createClockSkew(clock: Pick<Clock, 'nowMs'>): {
  note(dateMs: number): void
  /** How far the clock is behind, at the least; null while no answer has told the time. */
  behindMs(): number | null
} {
  let told: { dateMs: number; countedMs: number } | null = null
  return {
    note: (dateMs) => void (told = { dateMs, countedMs: performance.now() }),
    behindMs: () =>
      told === null ? null : told.dateMs + performance.now() - told.countedMs - clock.nowMs(),
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
