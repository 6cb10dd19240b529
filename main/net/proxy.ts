// Finds the proxy to the provider, and opens a tunnel that the proxy can't read.

import type { Environment } from '../base/environment.js'
import { request as requestHttp } from 'node:http'
import { Agent, request as requestHttps, type RequestOptions } from 'node:https'
import { isIP, isIPv6 } from 'node:net'
import { unescape } from 'node:querystring'
import type { Duplex } from 'node:stream'
import { LOOPBACK_HOSTS } from './loopback.js'
import { readErrno } from '../base/errno.js'
import { excerpt } from '../base/printable.js'
import { AuthError } from '../base/errors.js'
import { PROXY_MESSAGES } from './net-messages.js'
import { isExempt } from './no-proxy.js'

export type Proxy = {
  /** May contain a password, so show `host` instead. */
  url: URL
  host: string
  /** The environment variable that names the proxy. */
  variable: string
}

/**
 * Finds the proxy for an https request in the environment variables that curl and others read. Null if
 * there is none. Loopback addresses never use a proxy, because a proxy on another computer couldn't
 * reach them. Fails with `provider-unreachable` if the variable names no usable proxy or if `NO_PROXY`
 * can't be read.
 */
export function proxyFor(target: URL, env: Environment): Proxy | null {
  if (LOOPBACK_HOSTS.includes(target.hostname)) return null
  const variable = VARIABLES.find((name) => env[name])
  if (variable === undefined) return null
  if (isExemptBy(env, target)) return null
  const parsed = parseProxy(env[variable] ?? '')
  if ('unknown' in parsed) {
    throw new AuthError('provider-unreachable', PROXY_MESSAGES[parsed.unknown](variable))
  }
  const { url } = parsed
  return { url, host: url.host, variable }
}

function isExemptBy(env: Environment, target: URL): boolean {
  const variable = env['no_proxy'] ? 'no_proxy' : 'NO_PROXY'
  return isExempt(target, env[variable] ?? '', (entry) => {
    const message = PROXY_MESSAGES.unreadableException(variable, excerpt(entry))
    throw new AuthError('provider-unreachable', message)
  })
}

const VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY']

/** All text before the last @ is the user name and password. */
const PROXY = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:(.*)@)?([^@]+)$/is

/**
 * Reads `http://USER:PASSWORD@HOST:PORT`. A URL's own parser would end the host at the `\\` of
 * `CORP\\user`, or at a `#`, `/` or `?` of a password, and connect to a wrong host.
 */
function parseProxy(value: string): { url: URL } | { unknown: 'socks' | 'pac' | 'other' } {
  const [, scheme = 'http', credentials = '', host = ''] = PROXY.exec(value.trim()) ?? []
  if (/^socks/i.test(scheme)) return { unknown: 'socks' }
  if (/^pac\+|^file$/i.test(scheme) || /\/[^/]*\.(pac|dat)$/i.test(host)) return { unknown: 'pac' }
  if (!/^https?$/i.test(scheme) || !/^[^\s\\?#]+$/.test(host)) return { unknown: 'other' }
  const text = `${scheme}://${host}`
  if (!URL.canParse(text)) return { unknown: 'other' }
  const url = new URL(text)
  const [username = '', ...password] = credentials.split(':')
  url.username = username
  url.password = password.join(':')
  return { url }
}

/** Why a proxy opened no tunnel. */
export type NoTunnel =
  | { kind: 'unreachable'; code: string }
  /** It asks for a user name and password if `basic`, else for another authentication method. */
  | { kind: 'locked'; basic: boolean; given: boolean }
  | { kind: 'rejected'; status: number }
  /** The server is not a proxy. */
  | { kind: 'nonsense' }

/** The error of a request for which a proxy opened no tunnel. */
export class TunnelError extends Error {
  override readonly name = 'TunnelError'
  readonly failure: NoTunnel

  constructor(failure: NoTunnel) {
    super(failure.kind)
    this.failure = failure
  }
}

/**
 * Makes an agent whose connections go through tunnels of `proxy`. Only a 2xx answer opens a tunnel.
 * Any other answer stays here and is never taken for the provider's. The proxy has `timeoutMs` to
 * answer.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6}
 */
export function createTunnelAgent(proxy: Proxy, timeoutMs: number): Agent {
  return new TunnelAgent(proxy, timeoutMs)
}

/**
 * How connections are made in every environment. Each address of a host is tried for
 * `autoSelectFamilyAttemptTimeout` ms. Node's default of 250 is too short for a slow network, and all
 * attempts together must end before the request does. NODE_TLS_REJECT_UNAUTHORIZED has no effect.
 *
 * @see {@link https://nodejs.org/api/net.html#socketconnectoptions-connectlistener}
 */
export const CONNECTING = {
  autoSelectFamilyAttemptTimeout: 2_500,
  rejectUnauthorized: true,
} as const

type Created = (error: Error | null, connection?: Duplex) => void

class TunnelAgent extends Agent {
  readonly #proxy: Proxy
  readonly #timeoutMs: number

  constructor(proxy: Proxy, timeoutMs: number) {
    // Like Node's own agents.
    super({ keepAlive: true, scheduling: 'lifo', timeout: 5_000, ...CONNECTING })
    this.#proxy = proxy
    this.#timeoutMs = timeoutMs
  }

  override createConnection(options: RequestOptions, created: Created): undefined {
    const tls = this.#openTunnel(options).then((socket) => {
      const within: RequestOptions & { socket: Duplex } = { ...options, socket }
      return super.createConnection(within) ?? undefined
    })
    tls.then((connection) => created(null, connection), created)
  }

  #openTunnel(to: RequestOptions): Promise<Duplex> {
    const { url } = this.#proxy
    const target = `${isIPv6(to.host ?? '') ? `[${to.host}]` : to.host}:${to.port}`
    const credentials = readCredentials(url)
    const isSecure = url.protocol === 'https:'
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const request = (isSecure ? requestHttps : requestHttp)({
      method: 'CONNECT',
      host,
      // Otherwise it would be taken from the Host header, which names the provider.
      servername: isIP(host) ? '' : host,
      port: url.port || (isSecure ? 443 : 80),
      path: target,
      headers: {
        Host: target,
        ...(credentials !== null && { 'Proxy-Authorization': `Basic ${credentials}` }),
      },
      agent: false,
      ...CONNECTING,
      signal: AbortSignal.timeout(this.#timeoutMs),
    })
    return new Promise((resolve, reject) => {
      request.once('error', (error) => reject(new TunnelError(toBrokenTunnel(readErrno(error)))))
      request.once('connect', ({ statusCode = 0, headers }, socket, early) => {
        const isOpen = statusCode >= 200 && statusCode < 300
        // In TLS, the client sends first.
        if (isOpen && early.length === 0) return resolve(socket)
        socket.destroy()
        const challenge = headers['proxy-authenticate']
        reject(new TunnelError(isOpen ? { kind: 'nonsense' } : toNoTunnel(statusCode, challenge)))
      })
      request.end()
    })

    function toNoTunnel(status: number, challenge: string | string[] | undefined): NoTunnel {
      if (status !== 407) return { kind: 'rejected', status }
      const basic = /(^|,)\s*basic\b/i.test(String(challenge))
      return { kind: 'locked', basic, given: credentials !== null }
    }
  }
}

/** The errors of llhttp and OpenSSL for answers that are not HTTP or TLS. */
const NONSENSE = /^(HPE_|ERR_SSL_|EPROTO)/

function toBrokenTunnel(code: string): NoTunnel {
  return NONSENSE.test(code) ? { kind: 'nonsense' } : { kind: 'unreachable', code }
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc7617#section-2} */
function readCredentials({ username, password }: URL): string | null {
  if (username === '' && password === '') return null
  // Unlike decodeURIComponent, this keeps a lone %.
  return Buffer.from(`${unescape(username)}:${unescape(password)}`).toString('base64')
}
