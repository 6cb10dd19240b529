// How the embedded provider can misbehave, to test a client's defences.

import { Readable } from 'node:stream'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { signAgain, type JwtPart, type SigningKey } from './provider-keys.js'

/**
 * How an endpoint fails instead of doing its work. The request has no effect.
 *
 * - `server-error`: 500 with a JSON error
 * - `rate-limited`: 429 with Retry-After (RFC 6585 section 4)
 * - `unavailable`: 503, with Retry-After if `retryAfter` is set (RFC 9110 section 15.6.4)
 * - `echo`: 400 with a JSON error that quotes the whole request
 * - `not-json`: 200 and a web page, as from a hotel's Wi-Fi
 * - `truncated`: JSON that ends before its Content-Length
 * - `redirect`: 307 to a path that accepts the same request (RFC 9700 section 4.12)
 * - `hang`: takes the request and never answers
 * - `drip`: headers at once, then one byte every 200 ms forever
 * - `reset`: the connection is destroyed
 */
export type Failure =
  | 'server-error'
  | 'rate-limited'
  | 'unavailable'
  | 'echo'
  | 'not-json'
  | 'truncated'
  | 'redirect'
  | 'hang'
  | 'drip'
  | 'reset'

/**
 * How an answer is spoiled after the endpoint has done its work.
 *
 * - `oversized`: the right answer, made 8 MiB long, without Content-Length
 * - `answer-lost`: the connection is destroyed instead of sending the answer
 */
export type Spoiling = 'oversized' | 'answer-lost'

export type Fault = Failure | Spoiling

type Json = Record<string, unknown>

/** Each field is one way to misbehave. A field left out or undefined means good behaviour. */
export type Misbehaviour = {
  /** The Date header of every answer, for a wrong clock (RFC 9110 section 6.6.1). */
  date?: string | undefined
  /**
   * The Retry-After of `rate-limited` (default `2`) and `unavailable` (RFC 9110 section 10.2.3).
   */
  retryAfter?: string | undefined
  /** An endpoint does its work, and answers when this promise has settled. */
  hold?: ((endpoint: Endpoint) => Promise<unknown> | undefined) | undefined

  /** The metadata document (OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3). */
  discovery?: Fault | undefined
  /** Rewrites the metadata. A string is sent as it is, anything else as JSON. */
  metadata?: ((json: Json) => unknown) | undefined
  /** Additional headers of the metadata's answer, one character per byte. */
  metadataHeaders?: Readonly<Record<string, string>> | undefined

  /** The key set (RFC 7517 section 5). `empty` has no keys. */
  jwks?: Fault | 'empty' | undefined
  /** Rewrites the key set. A string is sent as it is, anything else as JSON. */
  jwksResponse?: ((json: Json) => unknown) | undefined

  /**
   * Changes the parameters of the redirect to the client, after success and errors alike (RFC 6749
   * section 4.1.2, RFC 9207 section 2). Answers in form_post mode stay unchanged.
   */
  callback?: ((params: URLSearchParams) => void) | undefined

  /** The token endpoint (RFC 6749 section 5). `invalid-grant` is the error of section 5.2. */
  token?: Fault | 'invalid-grant' | undefined
  /** The token endpoint's answer instead of its work: an error of section 5.2, or any other. */
  tokenRefusal?: { status: number; body: unknown } | undefined
  /** The status of a successful token answer. Default: 200. */
  tokenStatus?: number | undefined
  /** Rewrites a successful token answer. A string is sent as it is, anything else as JSON. */
  tokenResponse?: ((json: Json) => unknown) | undefined

  /**
   * Changes the ID token's claims and header (OpenID Connect Core 1.0 section 3.1.3.7). The
   * provider then signs it again with its own key.
   */
  idToken?: ((claims: JwtPart, header: JwtPart) => void) | undefined
  /** Rewrites the finished ID token, after `idToken`: another signature, or none. */
  idTokenRaw?: ((jwt: string) => string) | undefined

  /** Userinfo (OpenID Connect Core 1.0 section 5.3). `wrong-sub` is another person's (5.3.2). */
  userinfo?: Fault | 'wrong-sub' | undefined

  /** Revocation (RFC 7009 section 2). */
  revocation?: Fault | undefined
}

export type Endpoint =
  'discovery' | 'jwks' | 'authorization' | 'token' | 'userinfo' | 'revocation' | 'endSession'

/** Answers instead of the endpoint. Returns undefined if the endpoint should do its work. */
export function planFailure(
  ctx: KoaContextWithOIDC,
  endpoint: Endpoint,
  misbehave: Misbehaviour,
): ((ctx: KoaContextWithOIDC, sent: string) => void) | undefined {
  const { tokenRefusal } = misbehave
  if (endpoint === 'token' && tokenRefusal) {
    return (ctx) => {
      if (misbehave.retryAfter !== undefined) ctx.set('Retry-After', misbehave.retryAfter)
      send(ctx, tokenRefusal.body)
      ctx.status = tokenRefusal.status
    }
  }
  const fault = findFault(endpoint, misbehave)
  if (!fault || (fault === 'redirect' && isFollowed(ctx))) return undefined
  const fail = FAILURES[fault]
  return fail && ((ctx, sent) => fail(ctx, { sent, retryAfter: misbehave.retryAfter }))
}

/** True for a request from a client that followed the fault `redirect`. */
export function isFollowed(ctx: KoaContextWithOIDC): boolean {
  return 'followed' in ctx.query
}

/** Spoils the endpoint's answer. `key` signs the ID tokens. */
export function spoil(
  ctx: KoaContextWithOIDC,
  endpoint: Endpoint | undefined,
  misbehave: Misbehaviour,
  key: SigningKey,
): void {
  if (misbehave.date !== undefined) ctx.set('Date', misbehave.date)
  const location = ctx.response.get('Location')
  if (misbehave.callback && isCallback(ctx, location)) {
    const url = new URL(location)
    misbehave.callback(url.searchParams)
    ctx.set('Location', url.href)
  }
  if (!endpoint) return
  const fault = findFault(endpoint, misbehave)
  if (fault === 'answer-lost') {
    ctx.respond = false
    ctx.req.socket.destroy()
  }
  if (ctx.status !== 200) return
  if (endpoint === 'discovery' && misbehave.metadata) {
    send(ctx, misbehave.metadata(plain(ctx.body)))
  }
  if (endpoint === 'discovery' && misbehave.metadataHeaders) {
    ctx.set({ ...misbehave.metadataHeaders })
    // If the body were text, Node would send the headers in the text's encoding.
    ctx.body = Buffer.from(JSON.stringify(plain(ctx.body)))
  }
  if (endpoint === 'jwks' && misbehave.jwks === 'empty') send(ctx, { keys: [] })
  if (endpoint === 'jwks' && misbehave.jwksResponse) {
    send(ctx, misbehave.jwksResponse(plain(ctx.body)))
  }
  if (endpoint === 'token') spoilTokens(ctx, misbehave, key)
  if (endpoint === 'userinfo' && misbehave.userinfo === 'wrong-sub') {
    send(ctx, { ...plain(ctx.body), sub: 'mallory' })
  }

  if (fault === 'oversized') {
    const padding = { padding: 'x'.repeat(8 * 1024 * 1024) }
    // A stream has no Content-Length, so the client must count.
    ctx.body = Readable.from([JSON.stringify({ ...plain(ctx.body), ...padding })])
    ctx.type = 'application/json'
  }
}

function spoilTokens(ctx: KoaContextWithOIDC, misbehave: Misbehaviour, key: SigningKey): void {
  const { idToken, idTokenRaw, tokenResponse } = misbehave
  const tokens = plain(ctx.body)
  if (typeof tokens['id_token'] === 'string') {
    if (idToken) tokens['id_token'] = signAgain(tokens['id_token'], key, idToken)
    if (idTokenRaw) tokens['id_token'] = idTokenRaw(tokens['id_token'] as string)
  }
  send(ctx, tokenResponse ? tokenResponse(tokens) : tokens)
  if (misbehave.tokenStatus !== undefined) ctx.status = misbehave.tokenStatus
}

// The client listens on another origin. All other redirects stay within the provider.
function isCallback(ctx: KoaContextWithOIDC, location: string): boolean {
  return URL.canParse(location) && new URL(location).origin !== ctx.origin
}

type Fail = (ctx: KoaContextWithOIDC, how: { sent: string; retryAfter: string | undefined }) => void

// Indexed by any string, because not every fault is a failure.
const FAILURES: Readonly<Record<string, Fail>> = {
  'server-error': (ctx) =>
    answer(ctx, 500, { error: 'server_error', error_description: 'out of order' }),
  'rate-limited': (ctx, { retryAfter = '2' }) => {
    ctx.set('Retry-After', retryAfter)
    answer(ctx, 429, { error: 'slow_down', error_description: 'too many requests' })
  },
  unavailable: (ctx, { retryAfter }) => {
    if (retryAfter !== undefined) ctx.set('Retry-After', retryAfter)
    answer(ctx, 503, { error: 'temporarily_unavailable', error_description: 'closed for repairs' })
  },
  echo: (ctx, { sent }) =>
    answer(ctx, 400, {
      error: 'invalid_request',
      error_description: `${sent} ${ctx.get('Authorization')}`,
    }),
  'invalid-grant': (ctx) =>
    answer(ctx, 400, { error: 'invalid_grant', error_description: 'grant request is invalid' }),
  'not-json': (ctx) => {
    ctx.type = 'html'
    ctx.body = '<!doctype html><title>Hotel Wi-Fi</title><p>Accept the terms to go online.'
  },
  truncated: (ctx) => {
    ctx.respond = false
    ctx.res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 4096 })
    ctx.res.write('{"access_token":"cut', () => ctx.req.socket.destroy())
  },
  redirect: (ctx) => {
    ctx.redirect('?followed')
    ctx.status = 307
  },
  hang: (ctx) => {
    ctx.respond = false
  },
  drip: (ctx) => {
    ctx.respond = false
    ctx.res.writeHead(200, { 'Content-Type': 'application/json' })
    ctx.res.flushHeaders()
    const timer = setInterval(() => ctx.res.write(' '), 200)
    ctx.res.once('close', () => clearInterval(timer))
  },
  reset: (ctx) => {
    ctx.respond = false
    ctx.req.socket.resetAndDestroy()
  },
} satisfies Record<Failure | 'invalid-grant', Fail>

function findFault(endpoint: Endpoint, misbehave: Misbehaviour): string | undefined {
  if (endpoint === 'authorization' || endpoint === 'endSession') return undefined
  return misbehave[endpoint]
}

function answer(ctx: KoaContextWithOIDC, status: number, json: Json): void {
  ctx.status = status
  ctx.body = json
}

function send(ctx: KoaContextWithOIDC, json: unknown): void {
  ctx.body = typeof json === 'string' ? json : JSON.stringify(json)
  ctx.type = 'application/json'
}

// What a client would read of an unsent answer: a copy without undefined members.
function plain(body: unknown): Json {
  if (typeof body === 'string') return body === '' ? {} : JSON.parse(body)
  return JSON.parse(JSON.stringify(body))
}
