// Requests to the provider, over axios, with all limits in one place.

import { Agent } from 'node:https'
import type { AxiosInstance, AxiosRequestConfig, AxiosResponse } from 'axios'
import { systemClock, type Clock } from '../base/clock.js'
import type { Environment } from '../base/environment.js'
import { createClockSkew, parseDate, parseRetryAfter, type ClockSkew } from './http-date.js'
import { describeFailure, redirected } from './http-failure.js'
import { isLoopback } from './loopback.js'
import { TRUST_ADVICE } from './net-messages.js'
import { CONNECTING, createTunnelAgent, proxyFor, type Proxy } from './proxy.js'

export type HttpRequest = {
  method: 'GET' | 'POST'
  url: string
  /** What Latchkey is doing, for error messages: "reading the provider's settings". */
  purpose: string
  form?: Readonly<Record<string, string>>
  bearer?: string
  /** Credentials of the Basic scheme, already encoded. */
  basic?: string
  /**
   * True if the request uses something up, such as a code or a refresh token. It then has as much time as
   * the provider may need, because an answer that no one reads is lost.
   */
  spends?: boolean
  signal?: AbortSignal
  /** True: follows one redirect within the origin. Only for requests without secrets. */
  followsOneRedirect?: boolean
}

export type HttpResponse = {
  status: number
  body: string
  /**
   * The time by the provider's clock. Null if the answer doesn't tell it.
   *
   * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1}
   */
  dateMs: number | null
  /** How long the provider asks Latchkey to wait, at most a day. Null if it doesn't ask clearly. */
  retryAfterMs: number | null
}

/**
 * Sends one request and returns the whole answer with any status. Redirects are errors, except for the
 * one that a request may follow. Fails with `provider-unreachable`, `provider-timeout` or
 * `provider-error`. If the request's own signal aborts, its reason is thrown.
 */
export type Http = (request: HttpRequest) => Promise<HttpResponse>

/** The longest time for one answer, from the first byte of the request to the last of the answer. */
export const REQUEST_TIMEOUT_MS = 10_000
/** The same for requests that use something up. Gateways give up after 60 s or sooner. */
export const SPENDING_TIMEOUT_MS = 120_000
const MOST_BYTES = 1024 * 1024

export type HttpOptions = {
  fetch?: typeof fetch
  timeoutMs?: number
  spendingTimeoutMs?: number
  clock?: Pick<Clock, 'nowMs'>
  /** The environment that plain Node reads its proxy from. */
  env?: Environment
}

/**
 * Creates the client. Electron passes its `net.fetch`, which uses the system's proxy and certificates.
 * Plain Node uses HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS.
 */
export function createHttp(options: HttpOptions = {}): Http {
  const clock = options.clock ?? systemClock
  const shortMs = options.timeoutMs ?? REQUEST_TIMEOUT_MS
  const sender: Sender = {
    options,
    clock,
    clockSkew: createClockSkew(clock),
    shortMs,
    spendingMs: options.spendingTimeoutMs ?? SPENDING_TIMEOUT_MS,
    routeTo: createRoutes(shortMs),
    client: null,
  }
  return async (request) => {
    const { redirect, ...response } = await send(sender, request)
    if (redirect === null) return response
    const { redirect: _none, ...followed } = await send(sender, {
      ...request,
      url: redirect.href,
      followsOneRedirect: false,
    })
    return followed
  }
}

/** What all requests of one client share. */
type Sender = {
  options: HttpOptions
  clock: Pick<Clock, 'nowMs'>
  clockSkew: ClockSkew
  shortMs: number
  spendingMs: number
  routeTo: ReturnType<typeof createRoutes>
  /** Created with the first request. */
  client: Promise<AxiosInstance> | null
}

/** Loads axios with the first request: commands that send none start faster. */
async function createClient({ fetch }: HttpOptions): Promise<AxiosInstance> {
  const { default: axios } = await import('axios')
  return axios.create({
    ...(fetch && { adapter: 'fetch' }),
    maxRedirects: 0,
    maxContentLength: MOST_BYTES,
    responseType: 'text',
    transformResponse: (data: unknown) => data,
    validateStatus: () => true,
    headers: { Accept: 'application/json' },
  })
}

type Sent = HttpResponse & { redirect: URL | null }

async function send(sender: Sender, request: HttpRequest): Promise<Sent> {
  const { options, clock, clockSkew } = sender
  const url = new URL(request.url)
  const proxy = findProxy(url, options)
  const timeoutMs = request.spends ? sender.spendingMs : sender.shortMs
  const client = await (sender.client ??= createClient(options))
  // axios' own timeout counts silence, so a provider that sends single bytes would never reach it.
  const deadline = AbortSignal.timeout(timeoutMs)
  const done = new AbortController()
  const signals = [deadline, done.signal, ...(request.signal ? [request.signal] : [])]
  let response: AxiosResponse<unknown>
  try {
    response = await client.request({
      ...toConfig(request, options, AbortSignal.any(signals)),
      ...sender.routeTo(url, proxy),
    })
  } catch (thrown) {
    request.signal?.throwIfAborted()
    throw describeFailure(thrown, {
      host: url.host,
      proxy,
      purpose: request.purpose,
      trust: options.fetch ? TRUST_ADVICE.fetch : TRUST_ADVICE.node,
      timedOutMs: deadline.aborted ? timeoutMs : null,
      mostBytes: MOST_BYTES,
      clock: { nowMs: clock.nowMs(), behindMs: clockSkew.behindMs() },
    })
  } finally {
    done.abort()
  }
  const sent = readResponse(request, url, response, clock.nowMs())
  if (url.protocol === 'https:' && sent.dateMs !== null) clockSkew.record(sent.dateMs)
  return sent
}

/** Electron's fetch uses the system's proxy by itself. */
function findProxy(url: URL, { fetch, env = process.env }: HttpOptions): Proxy | null {
  return !fetch && url.protocol === 'https:' ? proxyFor(url, env) : null
}

function toConfig(
  request: HttpRequest,
  { fetch }: HttpOptions,
  signal: AbortSignal,
): AxiosRequestConfig {
  const { bearer, basic } = request
  return {
    method: request.method,
    url: request.url,
    signal,
    ...(fetch && { env: { fetch: withSignal(fetch, signal) } }),
    ...(request.form && { data: new URLSearchParams(request.form) }),
    ...(bearer !== undefined && { headers: { Authorization: `Bearer ${bearer}` } }),
    ...(basic !== undefined && { headers: { Authorization: `Basic ${basic}` } }),
  }
}

function readResponse(
  request: HttpRequest,
  url: URL,
  { status, headers, data }: AxiosResponse<unknown>,
  nowMs: number,
): Sent {
  const redirect = request.followsOneRedirect
    ? sameOriginTarget(url, status, headers['location'])
    : null
  const isRedirect = status >= 300 && status < 400
  if (isRedirect && redirect === null) throw redirected(request.purpose)
  const dateMs = parseDate(headers['date'])
  return {
    redirect,
    status,
    body: typeof data === 'string' ? data : '',
    dateMs,
    retryAfterMs: parseRetryAfter(headers['retry-after'], dateMs ?? nowMs),
  }
}

/** The target of a redirect if it is in the same origin. Null otherwise. */
function sameOriginTarget(from: URL, status: number, location: unknown): URL | null {
  if (!REDIRECTS.has(status) || typeof location !== 'string') return null
  if (!URL.canParse(location, from.href)) return null
  const target = new URL(location, from.href)
  // A user name and password in the URL would be sent too.
  const isPlain = target.username === '' && target.password === ''
  return target.origin === from.origin && isPlain ? target : null
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-15.4} */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * Wraps fetch so that our own signal ends it. When axios gives up an answer, such as one that is too long,
 * it stops listening to its signal, and the connection stays open. With six such connections, Chromium
 * sends no more requests to the host.
 */
function withSignal(inner: typeof fetch, signal: AbortSignal): typeof fetch {
  return (input, init) => inner(input, { ...init, signal })
}

/**
 * Creates the choice of a connection for each request: direct, or through a proxy. axios' own tunnel is
 * not used. It is https-proxy-agent's, which (5.0.1 to 9.1.0) treats a proxy's answer other than 200 as
 * the provider's, so that anyone between this computer and the proxy could speak for the provider
 * without its certificate.
 */
function createRoutes(
  timeoutMs: number,
): (url: URL, proxy: Proxy | null) => Pick<AxiosRequestConfig, 'proxy' | 'httpsAgent'> {
  const tunnels = new Map<string, Agent>()
  // Like Node's own agents, except for certificates and connection attempts.
  const direct = new Agent({ keepAlive: true, scheduling: 'lifo', timeout: 5_000, ...CONNECTING })
  return (url, proxy) => {
    // Only tests use plain http beyond the loopback interface. There axios uses HTTP_PROXY.
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

/** Parses JSON. Undefined if the text is not JSON. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
